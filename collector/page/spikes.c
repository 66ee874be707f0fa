/* SPDX-License-Identifier: MIT */
/* The largest spikes of all ranks. */
#include "collector/base/json_out.h"
#include "collector/base/mem.h"
#include "collector/page/parts.h"
#include "collector/page/table.h"
#include "collector/report/lines/words.h"
#include "collector/report/names.h"

#include <stdlib.h>

#define SPIKES_MAX 500

struct spike {
    uint32_t rank;
    const struct mw_model_spike *spike;
    uint64_t height;
};

static int compare_spikes(const void *a, const void *b)
{
    const struct spike *x = a, *y = b;

    if (x->height != y->height)
        return x->height < y->height ? 1 : -1;
    return (x->rank > y->rank) - (x->rank < y->rank);
}

static struct spike *list_spikes(const struct mw_model *model, size_t *count)
{
    struct spike *list = NULL;

    *count = 0;
    for (uint32_t i = 0; i < model->rank_count; i++)
        for (uint32_t j = 0; j < model->ranks[i].spike_count; j++) {
            const struct mw_model_spike *spike = &model->ranks[i].spikes[j];
            uint64_t base = spike->entry_rss > spike->exit_rss ? spike->entry_rss : spike->exit_rss;
            if (spike->peak_rss >= base + MW_REPORT_SPIKE) /* a rise that stays is growth */
                *MW_MEM_PUSH(list, *count) = (struct spike){i, spike, spike->peak_rss - base};
        }
    if (list)
        qsort(list, *count, sizeof(*list), compare_spikes);
    return list;
}

static void put_stack(FILE *out, const struct mw_model_spike *spike)
{
    char line[1200];

    putc('[', out);
    for (uint32_t i = 0; i < spike->depth; i++) {
        const struct mw_model_place *place = spike->frames[i];
        const char *function = mw_report_names_is_in_label(place) ? "" : place->function;
        snprintf(line, sizeof(line), "%s%s%s", function, function[0] ? "  " : "", place->label);
        fputs(i ? "," : "", out);
        mw_json_out_string(out, line);
    }
    putc(']', out);
}

static void put_spike(struct mw_page_table *table, const struct mw_model *model, uint32_t index,
                      const struct mw_model_spike *spike)
{
    const struct mw_model_rank *rank = &model->ranks[index];

    mw_page_table_row(table);
    mw_page_table_index(table, "rank", index);
    mw_page_table_text(table, "call", rank->sites[spike->site].label);
    mw_page_table_text(table, "phase", spike->phase == MW_MODEL_NONE ? "" : rank->phases[spike->phase].path);
    mw_page_table_count(table, "visit", spike->visit);
    mw_page_table_time(table, "entered", mw_model_elapsed(model, spike->entry_ns));
    mw_page_table_time(table, "left", mw_model_elapsed(model, spike->exit_ns));
    mw_page_table_bytes(table, "before", spike->entry_rss);
    mw_page_table_bytes(table, "peak", spike->peak_rss);
    mw_page_table_bytes(table, "after", spike->exit_rss);
    put_stack(mw_page_table_cell(table, "stack", "texts"), spike);
}

void mw_page_spikes(FILE *out, const struct mw_model *model)
{
    struct mw_page_table table = mw_page_table_begin(out, "spikes");
    size_t count;
    struct spike *list = list_spikes(model, &count);

    for (size_t i = 0; i < count && i < SPIKES_MAX; i++)
        put_spike(&table, model, list[i].rank, list[i].spike);
    mw_page_table_end(&table);
    fprintf(out, ",\"spikes_left_out\":%zu", count > SPIKES_MAX ? count - SPIKES_MAX : 0);
    free(list);
}
