/* SPDX-License-Identifier: MIT */
#include "collector/model/rank_rss.h"

/* The latest value not after `until`. */
static void take(struct mw_rank_rss *latest, uint64_t until, uint64_t ns, uint64_t bytes)
{
    if (bytes && ns <= until && ns > latest->ns)
        *latest = (struct mw_rank_rss){bytes, ns};
}

/* The slice that contains `until` may have been measured after it: use the one before. */
static void take_tick(struct mw_rank_rss *latest, uint64_t until, const struct mw_model_rank *rank)
{
    uint64_t end = until > rank->created_ns && rank->tick_ns ? (until - rank->created_ns) / rank->tick_ns : 0;

    for (uint64_t i = end < rank->tick_count ? end : rank->tick_count; i > 0; i--)
        if (rank->ticks[i - 1].last) {
            take(latest, until, mw_model_sum(rank->created_ns, (i - 1) * rank->tick_ns), rank->ticks[i - 1].last);
            return;
        }
}

/* From its last measurement and samples. */
static struct mw_rank_rss latest_of(const struct mw_model *model, const struct mw_model_rank *rank, uint64_t ns)
{
    const struct mw_model_process *seen = rank->process == MW_MODEL_NONE ? NULL : &model->processes[rank->process];
    struct mw_rank_rss latest = {0, 0};

    take(&latest, ns, rank->rss_ns, rank->rss);
    for (uint32_t i = 0; seen && i < seen->recent_count; i++)
        take(&latest, ns, seen->recent[i].ns, seen->recent[i].rss);
    if (seen)
        take(&latest, ns, seen->last_ns, seen->rss_last);
    return latest;
}

struct mw_rank_rss mw_rank_rss_at(const struct mw_model *model, const struct mw_model_rank *rank, uint64_t ns)
{
    struct mw_rank_rss latest = latest_of(model, rank, ns);

    take_tick(&latest, ns, rank);
    return latest;
}

struct mw_rank_rss mw_rank_rss_last(const struct mw_model *model, const struct mw_model_rank *rank)
{
    if (rank->exited || rank->stage == MW_STAGE_EXITED) /* a later sample is of a process that is exiting */
        return (struct mw_rank_rss){rank->rss, rank->rss_ns};
    return latest_of(model, rank, UINT64_MAX);
}
