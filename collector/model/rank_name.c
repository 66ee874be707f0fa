/* SPDX-License-Identifier: MIT */
#include "collector/model/rank_name.h"

#include <stdio.h>

bool mw_rank_name_is_known(const struct mw_model *model, uint32_t rank)
{
    return rank < model->rank_count && model->ranks[rank].rank >= 0;
}

struct mw_units mw_rank_name_short(const struct mw_model *model, uint32_t rank)
{
    const struct mw_model_rank *found = rank < model->rank_count ? &model->ranks[rank] : NULL;
    struct mw_units u;

    if (!found)
        snprintf(u.text, sizeof(u.text), "-");
    else if (found->rank >= 0 && model->world_count > 1)
        snprintf(u.text, sizeof(u.text), "%u.%d", found->world + 1, found->rank);
    else if (found->rank >= 0)
        snprintf(u.text, sizeof(u.text), "%d", found->rank);
    else if (mw_model_rank_number(model, rank) >= 0)
        snprintf(u.text, sizeof(u.text), "(%d)", mw_model_rank_number(model, rank));
    else
        snprintf(u.text, sizeof(u.text), "pid %d", found->pid);
    return u;
}

struct mw_rank_name mw_rank_name(const struct mw_model *model, uint32_t rank)
{
    struct mw_rank_name name;

    if (rank >= model->rank_count || model->ranks[rank].rank >= 0)
        snprintf(name.text, sizeof(name.text), "rank %s", mw_rank_name_short(model, rank).text);
    else if (mw_model_rank_number(model, rank) >= 0)
        snprintf(name.text, sizeof(name.text), "process %d (would be rank %d)", model->ranks[rank].pid,
                 mw_model_rank_number(model, rank));
    else
        snprintf(name.text, sizeof(name.text), "process %d, not yet a rank", model->ranks[rank].pid);
    return name;
}
