/* SPDX-License-Identifier: MIT */
/* Joins rows of one place under two labels: a line that moved, a place known by its line on one side and by its function or
 * object on the other.
 *
 * Rows with the same alias are the same place if the alias is unique on each side. */
#include "collector/compare/compare.h"

#include <string.h>

/* The only row with this alias that has runs of only this side; NULL if there are several. */
static struct mw_compare_row *only_one(struct mw_compare *compare, const struct mw_compare_row *like,
                                       enum mw_compare_alias kind, enum mw_compare_side side)
{
    struct mw_compare_row *found = NULL;

    for (size_t i = 0; i < compare->row_count; i++) {
        struct mw_compare_row *row = &compare->rows[i];
        if (!row->aliases[kind] || row->what != like->what || strcmp(row->aliases[kind], like->aliases[kind]) != 0 ||
            !row->sides[side].count || row->sides[!side].count)
            continue;
        if (found)
            return NULL;
        found = row;
    }
    return found;
}

/* If both sides know the function, equal addresses are not enough (the program may have been rebuilt); if both know the
 * file, functions of one name in two files are different. */
static bool may_be_same(const struct mw_compare_row *a, const struct mw_compare_row *b, enum mw_compare_alias kind)
{
    switch (kind) {
    case MW_COMPARE_BY_ADDRESS: return !a->function || !b->function || !strcmp(a->function, b->function);
    case MW_COMPARE_BY_FUNCTION: return !a->has_file || !b->has_file;
    case MW_COMPARE_BY_FILE:
    case MW_COMPARE_ALIASES: break;
    }
    return true;
}

static void join(struct mw_compare_row *row, struct mw_compare_row *base)
{
    row->sides[MW_COMPARE_BASE] = base->sides[MW_COMPARE_BASE];
    row->entries[MW_COMPARE_BASE] = base->entries[MW_COMPARE_BASE];
    base->sides[MW_COMPARE_BASE] = base->entries[MW_COMPARE_BASE] = (struct mw_compare_values){0};
}

static void match_by(struct mw_compare *compare, enum mw_compare_alias kind)
{
    for (size_t i = 0; i < compare->row_count; i++) {
        struct mw_compare_row *row = &compare->rows[i], *base;
        if (!row->aliases[kind] || !row->sides[MW_COMPARE_CANDIDATE].count || row->sides[MW_COMPARE_BASE].count)
            continue;
        base = only_one(compare, row, kind, MW_COMPARE_BASE);
        if (base && only_one(compare, row, kind, MW_COMPARE_CANDIDATE) == row && may_be_same(base, row, kind))
            join(row, base);
    }
}

void mw_compare_match(struct mw_compare *compare)
{
    for (enum mw_compare_alias kind = 0; kind < MW_COMPARE_ALIASES; kind++)
        match_by(compare, kind);
}
