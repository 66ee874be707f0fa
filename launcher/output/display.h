/* SPDX-License-Identifier: MIT */
/* How a report is formatted: options shared by several subcommands. */
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

/* All of them, as argp's child of `run` and `report`; the input is a struct mw_display. */
extern const struct argp mw_display_argp;

/* Rows for tables that have only these two options; each table has its keys. */
#define MW_DISPLAY_COLOR(key, group)                                                                         \
    {                                                                                                        \
        "color", key, "auto|always|never", 0, "Colours (auto: on a terminal, unless NO_COLOR is set)", group \
    }
#define MW_DISPLAY_DEBUGINFOD(key, group)                                                                                    \
    {                                                                                                                        \
        "debuginfod", key, NULL, 0, "Get debug information that this host lacks from the servers in $DEBUGINFOD_URLS", group \
    }

/* Parses the argument of --color; exits on an error (launcher/options/parse.h). */
void mw_display_set_color(struct mw_display *display, const char *text);

/* The report's format on the descriptor `fd`; -1: in a file. Points into `display`. */
struct mw_report_style mw_display_style(const struct mw_display *display, int fd);

void mw_display_fini(struct mw_display *display);

#endif
