/* SPDX-License-Identifier: MIT */
/* How a report is to look: options that several subcommands share. */
#ifndef MW_LAUNCHER_OUTPUT_DISPLAY_H
#define MW_LAUNCHER_OUTPUT_DISPLAY_H

#include "collector/report/report.h"

#include <argp.h>
#include <regex.h>
#include <stdbool.h>

struct mw_display {
    enum { MW_DISPLAY_COLOR_AUTO, MW_DISPLAY_COLOR_ALWAYS, MW_DISPLAY_COLOR_NEVER } color;
    bool all;
    bool timeline_ranks;
    regex_t include, exclude;
    bool has_include, has_exclude;
    const char *include_text, *exclude_text;
    enum mw_report_by by; /* --group-by */
};

/* All of them, as a child of `run` and `report`; the input is a struct mw_display. */
extern const struct argp mw_display_argp;

/* Rows for tables that have only these two, by keys of their own. */
#define MW_DISPLAY_COLOR(key, group) \
    {"color", key, "auto|always|never", 0, "Colours (auto: on a terminal, unless NO_COLOR is set)", group}
#define MW_DISPLAY_DEBUGINFOD(key, group) \
    {"debuginfod", key, NULL, 0, "Ask the servers in $DEBUGINFOD_URLS for debug information that this host lacks", group}

/* The argument of --color; on an error the program ends (launcher/options/parse.h). */
void mw_display_set_color(struct mw_display *display, const char *text);

/* How the report is to look on the descriptor `fd`; -1: in a file. Points into `display`. */
struct mw_report_style mw_display_style(const struct mw_display *display, int fd);

void mw_display_fini(struct mw_display *display);

#endif
