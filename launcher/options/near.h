/* SPDX-License-Identifier: MIT */
/* The word that was probably meant. */
#ifndef MW_LAUNCHER_OPTIONS_NEAR_H
#define MW_LAUNCHER_OPTIONS_NEAR_H

#include <stddef.h>

/* The best of several candidates so far. Begins as {.word = ...}. */
struct mw_near {
    const char *word; /* as it was typed */
    const char *best; /* NULL: nothing is near it */
    size_t distance;  /* of `best` */
};

/* Considers a candidate, which must live as long as `near`. It is near if at most a third of the letters (of short
 * words: one letter) are inserted, left out, replaced or exchanged, or if it begins with the word. */
void mw_near_consider(struct mw_near *near, const char *candidate);

#endif
