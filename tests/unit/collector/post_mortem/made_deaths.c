/* SPDX-License-Identifier: MIT */
#include "tests/unit/collector/post_mortem/made_deaths.h"

#include "collector/base/mem.h"
#include "collector/post_mortem/post_mortem.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct mw_model *made_job(const char *launcher)
{
    struct mw_model *model = mw_model_create();
    struct mw_model_process *process;

    for (int h = 0; h < 3; h++) {
        struct mw_model_host *host = MW_MEM_PUSH(model->hosts, model->host_count);
        host->name = mw_model_format(model, "node%d", h);
        host->why = mw_model_string(model, "");
        host->is_launcher = h == 0;
        host->clock_error_ns = h == 1 ? 2 * MS : 0; /* for the third host only the wall clock is known */
        host->shift_ns = h == 2 ? 77 : 0;
    }
    model->job.begin_ns = BEGIN;
    model->job.pid = 4000;
    process = MW_MEM_PUSH(model->processes, model->process_count);
    *process = (struct mw_model_process){.role = MW_MODEL_LAUNCHER,
                                         .rank = MW_MODEL_NONE,
                                         .pid = 4000,
                                         .start_ticks = 1,
                                         .name = mw_model_string(model, launcher),
                                         .launch_rank = -1,
                                         .cgroup = MW_MODEL_NONE,
                                         .first_ns = BEGIN,
                                         .samples = 3};
    return model;
}

uint64_t made_at(int ms)
{
    return ms ? BEGIN + (uint64_t)ms * MS : 0;
}

struct mw_model_process *made_process(struct mw_model *model, int pid, int ppid, int launch_rank, const struct made_end *end)
{
    struct mw_model_process *process = MW_MEM_PUSH(model->processes, model->process_count);
    static const int statuses[KINDS] = {[STATUS] = 8, [EXITED] = 8, [ABORTED] = 8};

    *process = (struct mw_model_process){.role = MW_MODEL_OTHER,
                                         .rank = MW_MODEL_NONE,
                                         .host = (uint32_t)end->host,
                                         .pid = pid,
                                         .ppid = ppid,
                                         .start_ticks = (uint64_t)pid,
                                         .samples = 5,
                                         .name = mw_model_string(model, "app"),
                                         .launch_rank = launch_rank,
                                         .first_ns = made_at(1),
                                         .last_ns = made_at(end->ms > 100 ? end->ms - 100 : 1),
                                         .end_ns = made_at(end->ms),
                                         .leave_ns = end->kind == EXITED ? 0 : made_at(end->order),
                                         .alive_ns = made_at(end->alive),
                                         .cgroup = MW_MODEL_NONE,
                                         .rss_last = 10 * MIB,
                                         .end = MW_VIEW_STATUS};
    process->wait_status = end->number << statuses[end->kind];
    if (end->kind == DUMPED)
        process->wait_status |= 0x80;
    if (end->kind == UNSEEN)
        process->end = MW_VIEW_ENDED;
    return process;
}

void made_rank(struct mw_model *model, int number, const struct made_end *end)
{
    bool seen = end->kind != UNWATCHED && end->kind != LOST;
    struct mw_model_process *process = seen ? made_process(model, 5000 + number, 4000, number, end) : NULL;
    struct mw_model_rank *rank = MW_MEM_PUSH(model->ranks, model->rank_count);

    *rank = (struct mw_model_rank){.rank = number,
                                   .size = 4,
                                   .pid = 5000 + number,
                                   .start_ticks = 5000u + (unsigned)number,
                                   .host = (uint32_t)end->host,
                                   .process = MW_MODEL_NONE,
                                   .known_ns = made_at(50),
                                   .since_ns = made_at(50),
                                   .stage = end->kind == WELL ? MW_STAGE_EXITED : MW_STAGE_RUNNING,
                                   .in_site = MW_MODEL_NONE,
                                   .last_site = MW_MODEL_NONE,
                                   .phase = MW_MODEL_NONE};
    if (seen) {
        process->role = MW_MODEL_RANK;
        process->rank = (uint32_t)number;
        rank->process = (uint32_t)model->process_count - 1;
    }
    if (end->kind == ABORTED) {
        rank->stage = MW_STAGE_ABORTED;
        rank->abort_code = end->number;
        rank->abort_ns = made_at(end->order);
    }
    if (end->kind == EXITED) {
        rank->exited = true;
        rank->exited_ns = made_at(end->order);
    }
    if (end->kind == UNWATCHED || end->kind == LOST)
        rank->known_ns = made_at(end->ms);
    if (end->kind == LOST) {
        model->hosts[end->host].peer = MW_MODEL_PEER_LOST;
        model->hosts[end->host].heard_ns = made_at(end->ms);
    }
}

static bool nobody_lives(const void *context, const char *host, int32_t pid, uint64_t start_ticks)
{
    (void)context, (void)host, (void)pid, (void)start_ticks;
    return false;
}

void made_conclude(struct mw_model *model)
{
    mw_post_mortem_ends(model, nobody_lives, NULL);
    mw_post_mortem_oom(model);
    mw_post_mortem_outside(model);
    if (model->death_count)
        mw_post_mortem_first(model);
    mw_post_mortem_text(model);
}

static int first_of(const struct mw_model *model)
{
    const struct mw_model_death *death = model->deaths;

    if (!model->death_count || model->first_count > 1)
        return NOBODY;
    if (!model->first_count)
        return OUTSIDE;
    return death->rank == MW_MODEL_NONE ? death->launch_rank : model->ranks[death->rank].rank;
}

void made_expect_first(const struct mw_model *model, int first, const char *what)
{
    if (first_of(model) != first)
        fail_msg("%s: named is %d, not %d (%s%s)", what, first_of(model), first,
                 model->death_count ? model->deaths[0].text : "no deaths", model->ended_by);
}
