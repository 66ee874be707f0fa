/* SPDX-License-Identifier: MIT */
/* Text for terminals: cleans untrusted text, measures and cuts it by display columns. */
#ifndef MW_COLLECTOR_BASE_TEXT_H
#define MW_COLLECTOR_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Replaces by '?', in place: control characters (including terminal escapes), marks of bidirectional text, and bytes that
 * are not UTF-8. The text never gets longer. */
void mw_text_clean(char *text);

/* Whether mw_text_clean() would leave it unchanged. */
bool mw_text_is_clean(const char *text);

/* Like mw_text_clean(), for text at the start of a line: a leading "::" would be a command to the runner of a CI service. */
void mw_text_clean_line(char *text);

/* Copies a text as one shell word, in single quotes if needed. Cut to `size` bytes; quotes are always closed. */
void mw_text_quote(char *out, size_t size, const char *text);

/* Width of a clean text in columns. */
int mw_text_width(const char *text);

enum mw_text_cut {
    MW_TEXT_CUT_RIGHT,
    MW_TEXT_CUT_MIDDLE,
    MW_TEXT_CUT_LEFT,
    MW_TEXT_CUT_NAMES /* for function names in tables: as mw_short_name_fit_pair() */
};

/* Copies a clean text into `out` (`size` bytes), cut to `width` columns with an ellipsis where it was cut. */
void mw_text_fit(char *out, size_t size, const char *text, int width, enum mw_text_cut cut);

/* Number of bytes of a clean text that fit on a line of `width` columns, up to the last space. */
size_t mw_text_break(const char *text, int width);

#endif
