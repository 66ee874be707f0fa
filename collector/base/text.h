/* SPDX-License-Identifier: MIT */
/* Text for people: what came from outside made harmless, measured and cut by what a terminal shows. */
#ifndef MW_COLLECTOR_BASE_TEXT_H
#define MW_COLLECTOR_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Replaces, in place, control characters (terminal escapes among them), marks that turn the direction of
 * writing, and bytes that are not UTF-8 by '?'. The text never gets longer. */
void mw_text_clean(char *text);

/* Would mw_text_clean() leave it as it is? */
bool mw_text_is_clean(const char *text);

/* The same for text that begins a line: "::" there would be a command for the runner of a CI service. */
void mw_text_clean_line(char *text);

/* Copies a text as a word for a shell: what is not plain is put in single quotes. Cut to `size` bytes, but always closed. */
void mw_text_quote(char *out, size_t size, const char *text);

/* Columns that a clean text takes. */
int mw_text_width(const char *text);

enum mw_text_cut {
    MW_TEXT_CUT_RIGHT,
    MW_TEXT_CUT_MIDDLE,
    MW_TEXT_CUT_LEFT,
    MW_TEXT_CUT_NAMES /* of a table: as mw_short_name_fit_pair() does */
};

/* Copies a clean text into `out` (`size` bytes), cut to `width` columns with an ellipsis where it was cut. */
void mw_text_fit(char *out, size_t size, const char *text, int width, enum mw_text_cut cut);

/* Bytes of a clean text that go on a line of `width` columns: up to the last space that fits. */
size_t mw_text_break(const char *text, int width);

#endif
