/* SPDX-License-Identifier: MIT */
#include "launcher/options/near.h"

#include <string.h>

#define LONGEST 40 /* longer words have no suggestion */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Damerau and Levenshtein: insertions, deletions, replacements and exchanges of neighbours. */
static size_t distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    size_t rows[LONGEST + 1][LONGEST + 1];

    for (size_t i = 0; i <= n; i++)
        rows[i][0] = i;
    for (size_t k = 0; k <= m; k++)
        rows[0][k] = k;
    for (size_t i = 1; i <= n; i++)
        for (size_t k = 1; k <= m; k++) {
            size_t best = least(rows[i - 1][k], rows[i][k - 1]) + 1;
            best = least(best, rows[i - 1][k - 1] + (a[i - 1] != b[k - 1]));
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
                best = least(best, rows[i - 2][k - 2] + 1);
            rows[i][k] = best;
        }
    return rows[n][m];
}

void mw_near_consider(struct mw_near *near, const char *candidate)
{
    size_t length = strlen(near->word), d;

    if (!length || length > LONGEST || strlen(candidate) > LONGEST)
        return;
    d = distance(near->word, candidate);
    if (length > 2 && !strncmp(near->word, candidate, length))
        d = least(d, 1);
    if (d > (length < 6 ? 1 : length / 3) || (near->best && near->distance <= d))
        return;
    near->best = candidate;
    near->distance = d;
}
