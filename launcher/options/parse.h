/* SPDX-License-Identifier: MIT */
/* Parses a subcommand's options by its table (argp), and their arguments. Each subcommand has its table, struct and
 * parser in a file of its folder (launcher/run/options.c, ...). An error is printed as one line on stderr, and the
 * program exits with MW_EXIT_FAILURE. */
#ifndef MW_LAUNCHER_OPTIONS_PARSE_H
#define MW_LAUNCHER_OPTIONS_PARSE_H

#include <argp.h>
#include <stddef.h>
#include <stdint.h>

/* First keys of options without a letter; tables that are used together have different ranges. */
#define MW_PARSE_KEYS 0x100         /* of a subcommand */
#define MW_PARSE_KEYS_DISPLAY 0x200 /* launcher/output/display.c */
#define MW_PARSE_KEYS_CHECKS 0x300  /* launcher/output/checks.c */
#define MW_PARSE_KEYS_FORMS 0x400   /* launcher/output/forms_options.c */
#define MW_PARSE_KEY_HELP 'h'
#define MW_PARSE_KEY_VERSION 'V'

/* The groups of `run`, of which `report` has some, in the order of --help. */
enum mw_parse_group { MW_PARSE_MEASURE = 1, MW_PARSE_OUTPUT, MW_PARSE_DISPLAY, MW_PARSE_LIMITS, MW_PARSE_HOSTS };

/* The heading of a group. After all options of a table: what walks a table ends at the first row without a name. */
#define MW_PARSE_HEADING(text, group) \
    {                                 \
        NULL, 0, NULL, 0, text, group \
    }

/* The rows of --help and --version, part of every table. */
#define MW_PARSE_HELP                                                                \
    {"help", MW_PARSE_KEY_HELP, NULL, 0, "Show this help", -1},                      \
    {                                                                                \
        "version", MW_PARSE_KEY_VERSION, NULL, OPTION_HIDDEN, "Show the version", -1 \
    }

void mw_parse(const struct argp *argp, int argc, char **argv, void *input);

/* Handles keys common to all parsers: --help of "memwatch run", --version, ARGP_KEY_INIT. Returns 0, or ARGP_ERR_UNKNOWN. */
error_t mw_parse_common(int key, struct argp_state *state, const char *name);

void mw_parse_fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Parses the argument of the option `what`: an integer from low to high. */
uint64_t mw_parse_int(const char *text, uint64_t low, uint64_t high, const char *what);

/* "0.5" or "0.5%", in millionths. */
uint32_t mw_parse_percent(const char *text, const char *what);

/* Seconds from 0.1 to 3600, returned in ns. */
uint64_t mw_parse_seconds(const char *text, const char *what);

/* "512M", "8GiB", in bytes. */
uint64_t mw_parse_size(const char *text, const char *what);

/* The index of the argument in the list of words. */
int mw_parse_word(const char *text, const char *const *words, size_t count, const char *what);

#endif
