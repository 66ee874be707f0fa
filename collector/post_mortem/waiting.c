/* SPDX-License-Identifier: MIT */
#include "collector/base/mem.h"
#include "collector/base/ranges.h"
#include "collector/post_mortem/post_mortem.h"

#include <stdlib.h>

/* The index of the rank's waiting group, which is created if needed. */
static size_t group_of(struct mw_model *model, const char *label, uint64_t since)
{
    for (size_t i = 0; i < model->waiting_count; i++)
        if (model->waiting[i].label == label) { /* equal strings are stored once */
            if (since < model->waiting[i].since_ns)
                model->waiting[i].since_ns = since;
            return i;
        }
    *MW_MEM_PUSH(model->waiting, model->waiting_count) = (struct mw_model_waiting){.label = label, .since_ns = since};
    return model->waiting_count - 1;
}

static int compare_waiting(const void *a, const void *b)
{
    const struct mw_model_waiting *x = a, *y = b;

    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return (x->since_ns > y->since_ns) - (x->since_ns < y->since_ns);
}

/* All ranks were waiting for a process that never became a rank. */
static bool is_in_its_world(const struct mw_model *model, const struct mw_model_death *first, const struct mw_model_rank *rank)
{
    return first->rank == MW_MODEL_NONE || rank->world == model->ranks[first->rank].world;
}

/* Ranks of the dead rank's world that were inside a call when it died, and never left it. */
void mw_post_mortem_waiting(struct mw_model *model)
{
    const struct mw_model_death *first = &model->deaths[0];
    struct mw_ranges *lists = NULL;
    size_t list_count = 0;

    for (uint32_t i = 0; i < model->rank_count; i++) {
        const struct mw_model_rank *rank = &model->ranks[i];
        size_t group;
        if (!is_in_its_world(model, first, rank) || rank->in_site == MW_MODEL_NONE || rank->stage == MW_STAGE_FINALIZED ||
            rank->stage == MW_STAGE_EXITED || (rank->since_ns > first->ns && first->exact))
            continue;
        group = group_of(model, rank->sites[rank->in_site].label, rank->since_ns);
        if (group == list_count)
            MW_MEM_PUSH(lists, list_count);
        mw_ranges_add(&lists[group], mw_model_rank_number(model, i), mw_model_rank_number(model, i));
        model->waiting[group].first_too |= model->first_count == 1 && i == first->rank;
    }
    for (size_t i = 0; i < list_count; i++) {
        model->waiting[i].count = lists[i].count;
        model->waiting[i].ranks = mw_model_string(model, mw_ranges_text(&lists[i]));
    }
    if (list_count)
        qsort(model->waiting, model->waiting_count, sizeof(*model->waiting), compare_waiting);
    free(lists);
}
