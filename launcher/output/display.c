/* SPDX-License-Identifier: MIT */
#include "launcher/output/display.h"

#include "collector/base/ascii.h"
#include "collector/symbols/symbolizer.h"
#include "launcher/options/parse.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum key {
    KEY_INCLUDE = MW_PARSE_KEYS_DISPLAY,
    KEY_EXCLUDE,
    KEY_GROUP_BY,
    KEY_ALL,
    KEY_COLOR,
    KEY_DEBUGINFOD,
    KEY_TIMELINE_RANKS
};

static const struct argp_option table[] = {
    {"include", KEY_INCLUDE, "RE", 0, "List only processes whose command matches; totals include all processes",
     MW_PARSE_DISPLAY},
    {"exclude", KEY_EXCLUDE, "RE", 0, "Do not list processes whose command matches", MW_PARSE_DISPLAY},
    {"group-by", KEY_GROUP_BY, "command|exe|rank|host", 0,
     "Group all processes by this key, instead of non-rank processes by program", MW_PARSE_DISPLAY},
    {"all", KEY_ALL, NULL, 0, "Show every rank, phase, call site and process (up to 4096 of each), not only the important ones",
     MW_PARSE_DISPLAY},
    MW_DISPLAY_COLOR(KEY_COLOR, MW_PARSE_DISPLAY),
    MW_DISPLAY_DEBUGINFOD(KEY_DEBUGINFOD, MW_PARSE_DISPLAY),
    {"timeline-ranks", KEY_TIMELINE_RANKS, NULL, 0, "Add a column for each rank to --timeline", MW_PARSE_DISPLAY},
    MW_PARSE_HEADING("Display:", MW_PARSE_DISPLAY),
    {0}};

static void compile(regex_t *regex, bool *has, const char *text, const char *what)
{
    int error;
    char why[128];

    if (*has)
        regfree(regex);
    error = regcomp(regex, text, REG_EXTENDED | REG_NOSUB);
    if (error) {
        regerror(error, regex, why, sizeof(why));
        mw_parse_fail("%s '%s': %s", what, text, why);
    }
    *has = true;
}

void mw_display_set_color(struct mw_display *display, const char *text)
{
    static const char *const words[] = {"auto", "always", "never"};

    display->color = mw_parse_word(text, words, 3, "--color");
}

static void set_group_by(struct mw_display *display, const char *text)
{
    static const char *const words[] = {"command", "exe", "rank", "host"};
    static const enum mw_report_by by[] = {MW_REPORT_BY_COMMAND, MW_REPORT_BY_EXE, MW_REPORT_BY_RANK, MW_REPORT_BY_HOST};

    display->by = by[mw_parse_word(text, words, 4, "--group-by")];
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct mw_display *display = state->input;

    switch (key) {
    case KEY_INCLUDE:
        compile(&display->include, &display->has_include, argument, "--include");
        display->include_text = argument;
        return 0;
    case KEY_EXCLUDE:
        compile(&display->exclude, &display->has_exclude, argument, "--exclude");
        display->exclude_text = argument;
        return 0;
    case KEY_GROUP_BY: set_group_by(display, argument); return 0;
    case KEY_ALL: display->all = true; return 0;
    case KEY_DEBUGINFOD: mw_symbolizer_use(MW_SYMBOLIZER_DEBUGINFOD); return 0;
    case KEY_TIMELINE_RANKS: display->timeline_ranks = true; return 0;
    case KEY_COLOR: mw_display_set_color(display, argument); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

const struct argp mw_display_argp = {.options = table, .parser = parse};

static bool wants_color(const struct mw_display *display, int fd)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");

    if (display->color != MW_DISPLAY_COLOR_AUTO)
        return display->color == MW_DISPLAY_COLOR_ALWAYS;
    return isatty(fd) && !(no_color && *no_color) && term && strcmp(term, "dumb");
}

struct mw_report_style mw_display_style(const struct mw_display *display, int fd)
{
    struct winsize size = {0};

    return (struct mw_report_style){
        .color = wants_color(display, fd),
        .ascii = mw_ascii_is_wanted(),
        .width = !ioctl(fd, TIOCGWINSZ, &size) && size.ws_col >= 60 ? size.ws_col : 0,
        .all = display->all,
        .by = display->by,
        .timeline_ranks = display->timeline_ranks,
        .include = display->has_include ? &display->include : NULL,
        .exclude = display->has_exclude ? &display->exclude : NULL,
        .include_text = display->include_text,
        .exclude_text = display->exclude_text,
    };
}

void mw_display_fini(struct mw_display *display)
{
    if (display->has_include)
        regfree(&display->include);
    if (display->has_exclude)
        regfree(&display->exclude);
}
