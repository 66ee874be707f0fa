/* SPDX-License-Identifier: MIT */
/* The kernel's OOM killer sends SIGKILL, as launchers and users do. It was certainly the OOM killer if the counter of the
 * victim's control group rose just before the end, and no other process can be the one that was counted. Kills in other
 * groups are not in that counter; the host's counter has those of all groups. */
#include "collector/base/clock.h"
#include "collector/post_mortem/post_mortem.h"

#include <signal.h>

/* A kill is noticed at the next sample, or at the end of the process. */
#define NOTICED_NS (200 * MW_NS_PER_MS)

static struct mw_model_host *host_of(struct mw_model *model, const struct mw_model_death *death)
{
    return &model->hosts[mw_model_death_host(model, death)];
}

static struct mw_model_cgroup *group_of(struct mw_model *model, const struct mw_model_death *death)
{
    struct mw_model_host *host = host_of(model, death);

    return death->cgroup < host->cgroup_count ? &host->cgroups[death->cgroup] : NULL;
}

/* The kill that was counted shortly before this end; 0 if there was none. */
static uint64_t kill_before(const struct mw_model *model, const struct mw_model_death *death)
{
    uint64_t oom_ns = death->process == MW_MODEL_NONE ? 0 : model->processes[death->process].oom_ns;

    return oom_ns && death->ns <= oom_ns + MW_POST_MORTEM_DYING_NS ? oom_ns : 0;
}

/* Whether another process of the group, not a dead rank, ended between the kill and this end: it may be the victim. */
static bool has_rival(const struct mw_model *model, const struct mw_model_death *death, uint64_t oom_ns)
{
    for (size_t i = 0; i < model->process_count; i++) {
        const struct mw_model_process *other = &model->processes[i];
        if (i != death->process && other->role != MW_MODEL_RANK && other->host == mw_model_death_host(model, death) &&
            other->cgroup == death->cgroup && other->end == MW_VIEW_ENDED && other->samples &&
            other->end_ns + NOTICED_NS >= oom_ns && other->end_ns <= death->ns)
            return true;
    }
    return false;
}

static bool is_sigkill(const struct mw_model_death *death)
{
    return death->cause == MW_MODEL_CAUSE_SIGNAL && death->number == SIGKILL;
}

static bool is_candidate(struct mw_model *model, const struct mw_model_death *death, const struct mw_model_cgroup *group)
{
    return is_sigkill(death) && group_of(model, death) == group && kill_before(model, death);
}

/* With more ends by SIGKILL than kills: the OOM killer picks the largest process, and its kill was before those of the
 * launcher. If these two do not agree on one rank the victim is not known. */
static struct mw_model_death *next_victim(struct mw_model *model, const struct mw_model_cgroup *group, bool *sure)
{
    struct mw_model_death *first = NULL, *largest = NULL;
    uint64_t second = 0, count = 0;

    for (size_t i = 0; i < model->death_count; i++) {
        struct mw_model_death *death = &model->deaths[i];
        if (!is_candidate(model, death, group))
            continue;
        count++;
        if (!first)
            first = death;
        if (!largest || death->rss.bytes > largest->rss.bytes) {
            second = largest ? largest->rss.bytes : 0;
            largest = death;
        } else if (death->rss.bytes > second)
            second = death->rss.bytes;
    }
    if (first && first->order_ns && first->rss.bytes >= largest->rss.bytes / 2)
        largest = first;
    *sure = largest && (count <= group->kills - group->victims || (largest == first && first->order_ns) ||
                        largest->rss.bytes / 5 * 4 > second);
    return largest;
}

static void find_victims(struct mw_model *model, struct mw_model_cgroup *group)
{
    struct mw_model_death *death;
    bool sure;

    while (group->victims < group->kills && (death = next_victim(model, group, &sure))) {
        group->victims++;
        if (group->shared || !sure || has_rival(model, death, kill_before(model, death))) {
            for (size_t i = 0; i < model->death_count; i++)
                model->deaths[i].perhaps_oom |= is_candidate(model, &model->deaths[i], group);
            return;
        }
        death->cause = MW_MODEL_CAUSE_OOM;
    }
}

void mw_post_mortem_oom(struct mw_model *model)
{
    for (size_t h = 0; h < model->host_count; h++)
        for (uint32_t g = 0; g < model->hosts[h].cgroup_count; g++)
            find_victims(model, &model->hosts[h].cgroups[g]);
    for (size_t i = 0; i < model->death_count; i++) {
        struct mw_model_death *death = &model->deaths[i];
        const struct mw_model_cgroup *group = group_of(model, death);
        if (is_sigkill(death) && !(group && group->counts) && host_of(model, death)->kills)
            death->perhaps_oom = true; /* no counter is available */
        if (death->cause != MW_MODEL_CAUSE_OOM && !death->perhaps_oom)
            death->cgroup = MW_MODEL_NONE;
    }
}
