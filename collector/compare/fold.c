/* SPDX-License-Identifier: MIT */
/* One row per cause: rows that grew only because of an earlier one, or like others of their kind, follow it.
 *
 * Phases: if the start of a phase is as much higher as its peak, it has not grown itself; it follows the first phase in time
 * that grew. Ranks: those with about the same growth are one finding, named after the one that grew most. */
#include "collector/compare/compare.h"

#include "collector/base/mem.h"

#include <stdlib.h>
#include <string.h>

/* Ranks whose growth differs by less than this share of it grew for the same cause. */
#define ALIKE_SHARE 10

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Differences that are noise: the error of the readings, and the spread of a side. */
static int64_t tolerance(const struct mw_compare_row *row)
{
    const struct mw_compare_values *base = &row->sides[MW_COMPARE_BASE], *now = &row->sides[MW_COMPARE_CANDIDATE];
    int64_t error = (int64_t)(base->error > now->error ? base->error : now->error);

    return larger(error, larger(base->spread, now->spread));
}

static void follow(struct mw_compare_row *leader, struct mw_compare_row *row)
{
    row->verdict = MW_COMPARE_FOLLOWS;
    leader->followers++;
}

/* How much higher a phase started; 0 if unknown on one side. */
static int64_t change_at_entry(const struct mw_compare_row *row)
{
    const struct mw_compare_values *base = &row->entries[MW_COMPARE_BASE], *now = &row->entries[MW_COMPARE_CANDIDATE];

    return base->count && now->count ? now->median - base->median : 0;
}

/* The row before `end` that grew itself and best explains the higher level afterwards. */
static struct mw_compare_row *cause_of(struct mw_compare_row **rows, size_t end, int64_t higher, int64_t least)
{
    struct mw_compare_row *best = NULL;

    for (size_t i = 0; i < end; i++)
        if (rows[i]->verdict == MW_COMPARE_GREW && higher <= rows[i]->change + least &&
            (!best || rows[i]->change < best->change))
            best = rows[i];
    return best;
}

static void fold_phases(struct mw_compare_row **rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int64_t higher = change_at_entry(rows[i]), least = tolerance(rows[i]);
        struct mw_compare_row *cause = rows[i]->change - higher <= least ? cause_of(rows, i, higher, least) : NULL;
        if (cause)
            follow(cause, rows[i]);
    }
}

static void fold_ranks(struct mw_compare_row **rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1; rows[i]->verdict == MW_COMPARE_GREW && k < count; k++)
            if (rows[k]->verdict == MW_COMPARE_GREW &&
                rows[i]->change - rows[k]->change <= larger(tolerance(rows[k]), rows[i]->change / ALIKE_SHARE))
                follow(rows[i], rows[k]);
}

static int by_time(const void *a, const void *b)
{
    const struct mw_compare_row *x = *(struct mw_compare_row *const *)a, *y = *(struct mw_compare_row *const *)b;

    return (x->order > y->order) - (x->order < y->order);
}

static int by_change(const void *a, const void *b)
{
    const struct mw_compare_row *x = *(struct mw_compare_row *const *)a, *y = *(struct mw_compare_row *const *)b;

    return x->change != y->change ? (x->change < y->change ? 1 : -1) : by_time(a, b);
}

static const struct {
    const char *group;
    int (*order)(const void *, const void *);
    void (*fold)(struct mw_compare_row **rows, size_t count);
} kinds[] = {{"phase", by_time, fold_phases}, {"rank", by_change, fold_ranks}};

void mw_compare_fold(struct mw_compare *compare)
{
    struct mw_compare_row **rows = mw_mem_alloc(compare->row_count, sizeof(*rows));

    for (size_t kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++) {
        size_t count = 0;
        for (size_t i = 0; i < compare->row_count; i++)
            if (compare->rows[i].verdict == MW_COMPARE_GREW && !strcmp(compare->rows[i].group, kinds[kind].group))
                rows[count++] = &compare->rows[i];
        if (count)
            qsort(rows, count, sizeof(*rows), kinds[kind].order);
        kinds[kind].fold(rows, count);
    }
    free(rows);
}
