/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "launcher/options/parse.h"

#include "collector/base/clock.h"
#include "collector/base/message.h"
#include "collector/base/size.h"
#include "launcher/options/exit_status.h"
#include "launcher/options/mistakes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Not argp_error(): it would name the program "memwatch run". */
void mw_parse_fail(const char *format, ...)
{
    char text[4000];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    mw_message("memwatch: %s\n", text);
    exit(MW_EXIT_FAILURE);
}

/* getopt prints its error as one line on stderr, with the raw argument: capture and clean that line. */
void mw_parse(const struct argp *argp, int argc, char **argv, void *input)
{
    FILE *real = stderr, *caught;
    char *saved = argv[0], *text = NULL;
    char meant[100], mistake[3000];
    size_t size = 0;
    error_t failed;

    if (mw_mistakes_find(mistake, sizeof(mistake), argp, argc, argv))
        mw_parse_fail("%s", mistake);
    caught = open_memstream(&text, &size);
    if (caught)
        stderr = caught;                      /* mw_message() does not use it */
    argv[0] = (char *)(uintptr_t) "memwatch"; /* the prefix of getopt's messages */
    failed = argp_parse(argp, argc, argv, ARGP_IN_ORDER | ARGP_NO_HELP, NULL, input);
    argv[0] = saved;
    stderr = real;
    if (caught)
        fclose(caught);
    if (failed) {
        if (text)
            text[strlen(text) - (size > 0)] = '\0';
        mw_mistakes_suggest(meant, sizeof(meant), argp, text ? text : "");
        mw_message("%s%s\n", text ? text : "memwatch: wrong options", meant);
        exit(MW_EXIT_FAILURE);
    }
    free(text);
}

error_t mw_parse_common(int key, struct argp_state *state, const char *name)
{
    switch (key) {
    case ARGP_KEY_INIT: state->err_stream = NULL; return 0; /* getopt has printed the error */
    case MW_PARSE_KEY_HELP:
        state->name = (char *)(uintptr_t)name;
        argp_state_help(state, stdout, ARGP_HELP_STD_HELP); /* exits */
        return 0;
    case MW_PARSE_KEY_VERSION: puts(PACKAGE_STRING); exit(0);
    default: return ARGP_ERR_UNKNOWN;
    }
}

uint64_t mw_parse_int(const char *text, uint64_t low, uint64_t high, const char *what)
{
    char *end;
    unsigned long long value = strtoull(text, &end, 10);

    if (*text < '0' || *text > '9' || *end || value < low || value > high)
        mw_parse_fail("%s takes an integer from %llu to %llu, not '%s'", what, (unsigned long long)low,
                      (unsigned long long)high, text);
    return value;
}

uint32_t mw_parse_percent(const char *text, const char *what)
{
    char *end;
    double value = strtod(text, &end);

    if (strspn(text, "0123456789.") != (size_t)(end - text) || end == text || (*end && strcmp(end, "%")) ||
        !(value >= 0 && value <= 100))
        mw_parse_fail("%s takes a percentage from 0 to 100, not '%s'", what, text);
    return (uint32_t)(value * 1e4 + 0.5);
}

uint64_t mw_parse_seconds(const char *text, const char *what)
{
    char *end;
    double value = strtod(text, &end);

    if (end == text || *end || !(value >= 0.1 && value <= 3600))
        mw_parse_fail("%s takes a number from 0.1 to 3600, not '%s'", what, text);
    return (uint64_t)(value * (double)MW_NS_PER_SEC);
}

uint64_t mw_parse_size(const char *text, const char *what)
{
    struct mw_err err;
    uint64_t bytes;

    if (mw_size_parse(text, &bytes, &err) < 0)
        mw_parse_fail("%s: %s", what, err.text);
    return bytes;
}

int mw_parse_word(const char *text, const char *const *words, size_t count, const char *what)
{
    char list[200] = "";

    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(list);
        if (!strcmp(text, words[i]))
            return (int)i;
        snprintf(list + length, sizeof(list) - length, "%s%s", !i ? "" : i + 1 == count ? " or " : ", ", words[i]);
    }
    mw_parse_fail("%s takes %s, not '%s'", what, list, text);
}
