/* SPDX-License-Identifier: MIT */
/* What the user asks of `memwatch run`, `report`, `compare`, `runs` and `top`, checked before anything is started. */
#ifndef MW_LAUNCHER_OPTIONS_H
#define MW_LAUNCHER_OPTIONS_H

#include "collector/compare.h"
#include "collector/gates.h"
#include "collector/report.h"
#include "launcher/forms.h"
#include "launcher/live.h"
#include "launcher/top_picture.h"
#include "launcher/verdict.h"

#include <argp.h>
#include <regex.h>
#include <stdbool.h>
#include <stdint.h>

/* What `memwatch compare` is asked for. */
struct mw_options_compare {
    const char *paths[2]; /* of BASE and CANDIDATE: one, a list with commas, or a directory of them */
    double threshold;     /* 0.05 */
    enum mw_compare_by by;
    enum { MW_COMPARE_TEXT, MW_COMPARE_JSON, MW_COMPARE_MARKDOWN } form;
    bool allow_failed;    /* compare runs that failed or still run, too */
};

struct mw_options {
    const char *name;     /* "memwatch run" */
    char **command;       /* NULL-terminated; points into argv */
    char **directories;   /* of `runs --clean`, NULL-terminated; NULL: all */
    const char *path;     /* of `report`; of `top`, NULL: the only job that runs */
    uint64_t interval_ns;
    uint32_t budget_ppm;  /* share of the run that measuring in the ranks may take */
    int site_depth;       /* 0: the shim's default */
    bool exact, no_reset, no_syscalls, keep, force, quiet, silent, all, clean, no_agent, no_subreaper, no_wait_library;
    bool timeline_ranks;
    enum mw_live_when live;
    const char *base_dir; /* of the run directory; NULL: choose */
    mw_form_paths forms;  /* where each form of the report goes */
    struct mw_gates gates; /* limits, judged at the end */
    bool kill_over;
    uint64_t delay_ns;    /* of `top`: between two looks */
    enum mw_top_order order;
    bool once;
    int repeat;           /* how many runs */
    const char *post;     /* for sh -c, after the report; NULL: nothing */
    struct mw_verdict_options verdict;
    struct mw_options_compare compare;
    enum { MW_COLOR_AUTO, MW_COLOR_ALWAYS, MW_COLOR_NEVER } color;
    regex_t include, exclude;
    bool has_include, has_exclude;
    const char *include_text, *exclude_text;
    enum mw_report_by by; /* --group-by */
};

/* Parse and check; on an error one line goes to stderr and the program exits with MW_EXIT_FAILURE. */
void mw_options_parse_run(struct mw_options *options, int argc, char **argv);
void mw_options_parse_report(struct mw_options *options, int argc, char **argv);
void mw_options_parse_compare(struct mw_options *options, int argc, char **argv);
void mw_options_parse_runs(struct mw_options *options, int argc, char **argv);
void mw_options_parse_top(struct mw_options *options, int argc, char **argv);

/* Parses by a table; on an error one line goes to stderr and the program exits with MW_EXIT_FAILURE. */
void mw_options_parse_words(const struct argp *argp, int argc, char **argv, void *input);

/* What a subcommand takes, as argp has it, with the options in tables of its children: for completion. In an option's `arg`,
 * words with | between are all that it takes. NULL: the subcommand takes nothing but --help. */
const struct argp *mw_options_of(const char *command);

/* How the text report is to look on `fd`. Points into options. */
struct mw_report_style mw_options_style(const struct mw_options *options, int fd);

/* What other tables of options need as well: says so in one line and ends the program; --color's argument. */
void mw_options_complain(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void mw_options_set_color(struct mw_options *options, const char *text);

void mw_options_fini(struct mw_options *options);

#endif
