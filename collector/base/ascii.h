/* SPDX-License-Identifier: MIT */
/* A report in ASCII, for LC_ALL=C: each sign is replaced by one of as many columns, so that tables keep their form. */
#ifndef MW_COLLECTOR_BASE_ASCII_H
#define MW_COLLECTOR_BASE_ASCII_H

#include <stdbool.h>
#include <stdio.h>

/* Whether the user wants only ASCII: LC_ALL is C or POSIX. Without that variable the signs are printed in every locale, since many
 * batch jobs have none. */
bool mw_ascii_is_wanted(void);

/* What stands for one character that is not ASCII, in one column: '>' for "≥", '#' for a bar; '?' for any other. */
char mw_ascii_sign(const char *character);

/* Text that goes to `out` in ASCII, at its end, with ">=" for "≥ " and "->" for " →"; at once and as it is if not `wanted`, or if
 * there is no memory. */
struct mw_ascii {
    FILE *stream; /* to write to */
    FILE *out;
    struct mw_ascii_text *text; /* what was written to the stream; NULL if that is `out` */
};
struct mw_ascii mw_ascii_begin(FILE *out, bool wanted);
void mw_ascii_end(struct mw_ascii *ascii);

#endif
