/* SPDX-License-Identifier: MIT */
/* MPI objects that the program created again and again, and did not free. */
#include "collector/base/mem.h"
#include "collector/model/objects.h"
#include "collector/report/lines/lines.h"
#include "collector/report/lines/words.h"

#include <stdio.h>
#include <stdlib.h>

#define SHOWN 8

static void write_site(struct mw_lines *lines, const struct mw_model_merged_site *site)
{
    char more[120] = "";

    if (site->growing_ranks > 1)
        snprintf(more, sizeof(more), "; %s ranks leave some, %s in all", mw_units_count(site->growing_ranks).text,
                 mw_units_count(site->created - site->freed).text);
    mw_lines_add(lines, 0, MW_LINE_WARN, "%s: %s %s not freed in rank %s%s", site->label, mw_units_count(site->left_max).text,
                 mw_objects_name(site->object, site->left_max), mw_report_rank(lines->model, site->left_rank).text, more);
}

static int compare_left(const void *a, const void *b)
{
    const struct mw_model_merged_site *x = *(const struct mw_model_merged_site *const *)a;
    const struct mw_model_merged_site *y = *(const struct mw_model_merged_site *const *)b;

    if (x->left_max != y->left_max)
        return x->left_max < y->left_max ? 1 : -1;
    return (x > y) - (x < y);
}

/* Those of which a rank has most are first. */
void mw_lines_objects(struct mw_lines *lines)
{
    const struct mw_model *model = lines->model;
    const struct mw_model_merged_site **growing = mw_mem_alloc(model->site_count, sizeof(*growing));
    size_t count = 0;

    for (size_t i = 0; i < model->site_count; i++)
        if (model->sites[i].growing_ranks)
            growing[count++] = &model->sites[i];
    if (count)
        qsort(growing, count, sizeof(*growing), compare_left);
    for (size_t i = 0; i < count && i < SHOWN; i++)
        write_site(lines, growing[i]);
    if (count > SHOWN)
        mw_lines_add(lines, 0, MW_LINE_ASIDE, "and from %zu more call site%s", count - SHOWN, count - SHOWN == 1 ? "" : "s");
    free(growing);
}
