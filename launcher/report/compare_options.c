/* SPDX-License-Identifier: MIT */
#include "launcher/report/compare_options.h"

#include "collector/symbols/symbolizer.h"
#include "launcher/options/parse.h"
#include "launcher/output/checks.h"
#include "launcher/output/forms_options.h"
#include "launcher/saved/saved.h"

enum key {
    KEY_LAST = MW_PARSE_KEYS,
    KEY_THRESHOLD,
    KEY_BY,
    KEY_ALLOW_FAILED,
    KEY_JSON,
    KEY_MARKDOWN,
    KEY_ALL,
    KEY_COLOR,
    KEY_DEBUGINFOD,
    KEY_JUNIT,
    KEY_GITHUB,
    KEY_FORCE
};

static const struct argp_option table[] = {
    {"last", KEY_LAST, "N", 0, "Instead of BASE and CANDIDATE: the newest saved run with the N - 1 before it", 1},
    {"threshold", KEY_THRESHOLD, "PERCENT", 0, "Ignore smaller changes (default 5)", 1},
    {"by", KEY_BY, "phase|rank|site", 0, "What to compare in addition to the job (default phase)", 1},
    {"allow-failed", KEY_ALLOW_FAILED, NULL, 0, "Also compare runs that failed or have not ended", 1},
    {"json", KEY_JSON, NULL, 0, "Print JSON instead of text", 2},
    {"markdown", KEY_MARKDOWN, NULL, 0, "Print Markdown, for a pull request", 2},
    {"all", KEY_ALL, NULL, 0, "Also show what did not change", 2},
    MW_DISPLAY_COLOR(KEY_COLOR, 2),
    MW_DISPLAY_DEBUGINFOD(KEY_DEBUGINFOD, 2),
    MW_CHECKS_JUNIT(KEY_JUNIT, "what grew", 3),
    MW_CHECKS_GITHUB(KEY_GITHUB, 3),
    MW_FORMS_FORCE(KEY_FORCE, 3),
    MW_PARSE_HELP,
    {0}};

static const char doc[] =
    "Shows which memory grew between runs before and after a change, where and by how much. BASE and CANDIDATE are each a "
    "record, run directory or number of a saved run as for memwatch report, several separated by commas, or a directory of "
    "records.\n"
    "\n"
    "  memwatch compare --last 2        (the run before the last one, and the last one)\n"
    "  memwatch run -o before/1.json -- mpirun ./app     (and 2, 3)\n"
    "  memwatch run -o after/1.json -- mpirun ./changed\n"
    "  memwatch compare before after\n"
    "  memwatch compare --by site --markdown before after >comment.md\n"
    "\v"
    "A change is significant if it exceeds the threshold, the spread of each side's runs, and the error of the "
    "readings. The exit status is 12 if something grew, 0 if nothing did, 1 if something could not be read or "
    "written, 125 for a wrong option and for a failed run (a run that ended early needs less memory, which proves "
    "nothing; use --allow-failed to compare it anyway).";

static enum mw_compare_by by_of(const char *text)
{
    static const char *const words[] = {"phase", "rank", "site"};
    static const enum mw_compare_by by[] = {MW_COMPARE_BY_PHASE, MW_COMPARE_BY_RANK, MW_COMPARE_BY_SITE};

    return by[mw_parse_word(text, words, 3, "--by")];
}

static void set_path(struct mw_compare_options *options, const char *path)
{
    int which = !options->paths[0] ? 0 : 1;

    if (options->paths[which])
        mw_parse_fail("compare takes two arguments, BASE and CANDIDATE: separate records of one side by commas");
    options->paths[which] = path;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct mw_compare_options *options = state->input;

    switch (key) {
    case KEY_LAST: options->last = (int)mw_parse_int(argument, 2, MW_SAVED_COUNT_MOST, "--last"); return 0;
    case KEY_THRESHOLD: options->threshold = mw_parse_percent(argument, "--threshold") / 1e6; return 0;
    case KEY_DEBUGINFOD: mw_symbolizer_use(MW_SYMBOLIZER_DEBUGINFOD); return 0;
    case KEY_BY: options->by = by_of(argument); return 0;
    case KEY_JSON: options->form = MW_COMPARE_JSON; return 0;
    case KEY_MARKDOWN: options->form = MW_COMPARE_MARKDOWN; return 0;
    case KEY_ALLOW_FAILED: options->allow_failed = true; return 0;
    case KEY_ALL: options->display.all = true; return 0;
    case KEY_COLOR: mw_display_set_color(&options->display, argument); return 0;
    case KEY_JUNIT: options->results.junit = argument; return 0;
    case KEY_GITHUB: options->results.github = true; return 0;
    case KEY_FORCE: options->force = true; return 0;
    case ARGP_KEY_ARG: set_path(options, argument); return 0;
    case ARGP_KEY_END:
        if (options->last && options->paths[0])
            mw_parse_fail("compare takes --last N or BASE and CANDIDATE, not both");
        if (!options->last && !options->paths[1])
            mw_parse_fail("compare takes two arguments: memwatch compare BASE CANDIDATE");
        return 0;
    default: return mw_parse_common(key, state, "memwatch compare");
    }
}

const struct argp *mw_compare_options_argp(void)
{
    static const struct argp argp = {.options = table, .parser = parse, .args_doc = "BASE CANDIDATE", .doc = doc};

    return &argp;
}

void mw_compare_options_parse(struct mw_compare_options *options, int argc, char **argv)
{
    *options = (struct mw_compare_options){.threshold = 0.05};
    mw_parse(mw_compare_options_argp(), argc, argv, options);
}
