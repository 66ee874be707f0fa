/* SPDX-License-Identifier: MIT */
/* The lines that allocated: what each held at the peaks of the ranks. */
#include "collector/base/mem.h"
#include "collector/compare/compare.h"
#include "collector/model/heap_lines.h"
#include "collector/model/rank_name.h"

#include <stdlib.h>

#define GROUP "line"
#define MOST (INT64_MAX / 4)

static int64_t bounded(double bytes)
{
    if (!(bytes > 0)) /* NaN, too */
        return 0;
    return bytes < (double)MOST ? (int64_t)bytes : MOST;
}

static struct mw_compare_row *row_of(struct mw_compare *compare, const struct mw_model_heap_line *line, const char *what)
{
    const struct mw_model_place *place = line->place;
    struct mw_compare_row *row;
    char name[400];

    mw_heap_lines_name(name, sizeof(name), line);
    row = mw_compare_row(compare, GROUP, name, what);
    row->explains = true;
    if (!place)
        return row;
    mw_compare_note_place(row, "held", place);
    if (place->line && !row->file) {
        row->file = mw_mem_copy(place->path[0] ? place->path : place->file);
        row->line = place->line;
    }
    return row;
}

void mw_compare_lines_take(struct mw_compare *compare, enum mw_compare_side side, const struct mw_model *model)
{
    const struct mw_model_heaps *heaps = &model->heaps;

    compare->heaps[side] += heaps->ranks > 0;
    for (uint32_t i = 0; i < heaps->line_count && heaps->ranks; i++) {
        const struct mw_model_heap_line *line = &heaps->lines[i];
        bool has_worst = line->worst < model->rank_count;
        if (line->owner == MW_HEAP_MEMWATCH || !line->max)
            continue;
        mw_compare_add(&row_of(compare, line, "largest rank")->sides[side], bounded((double)line->max), MW_MODEL_EXACT,
                       line->max_error, has_worst ? mw_rank_name(model, line->worst).text : NULL);
        mw_compare_add(&row_of(compare, line, "mean of ranks")->sides[side], bounded(line->mean), MW_MODEL_EXACT,
                       line->max_error, NULL);
    }
}

static void drop(struct mw_compare_row *row)
{
    for (enum mw_compare_side side = MW_COMPARE_BASE; side < MW_COMPARE_SIDES; side++) {
        free(row->sides[side].values);
        free(row->sides[side].where);
        row->sides[side] = (struct mw_compare_values){0};
    }
}

void mw_compare_lines_complete(struct mw_compare *compare)
{
    bool known = compare->heaps[MW_COMPARE_BASE] && compare->heaps[MW_COMPARE_CANDIDATE];

    for (size_t i = 0; i < compare->row_count; i++) {
        struct mw_compare_row *row = &compare->rows[i];
        if (!row->explains || (!row->sides[MW_COMPARE_BASE].count && !row->sides[MW_COMPARE_CANDIDATE].count))
            continue; /* joined with another one */
        if (!known)
            drop(row);
        for (enum mw_compare_side side = MW_COMPARE_BASE; known && side < MW_COMPARE_SIDES; side++)
            while (row->sides[side].count < compare->heaps[side])
                mw_compare_add(&row->sides[side], 0, MW_MODEL_EXACT, 0, NULL);
    }
}
