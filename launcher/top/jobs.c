/* SPDX-License-Identifier: MIT */
/* Worlds and jobs, from the journals of a running job: a world that was not spawned by another one is a job. */
#include "launcher/top/lines.h"
#include "launcher/top/parts.h"

#define NAMED 4 /* running jobs listed by number; more are only counted */

/* The latest world that began before `world`, preferring one with running ranks. */
static uint32_t find_spawner(const struct mw_top_data *data, const struct mw_top_world *world)
{
    const struct mw_top_world *best = NULL;

    for (size_t i = 0; i < data->world_count; i++) {
        const struct mw_top_world *one = &data->worlds[i];
        if (one->spawned || one->begin_ns > world->begin_ns)
            continue;
        if (!best || (one->live && !best->live) || (!one->live == !best->live && one->begin_ns > best->begin_ns))
            best = one;
    }
    return best ? best->job : 1;
}

void mw_top_jobs_number(struct mw_top_data *data)
{
    data->job_count = 0;
    for (size_t i = 0; i < data->world_count; i++) {
        struct mw_top_world *world = &data->worlds[i];
        world->number = world->job = 1;
        for (size_t k = 0; k < data->world_count; k++) {
            world->number += data->worlds[k].begin_ns < world->begin_ns;
            world->job += !data->worlds[k].spawned && data->worlds[k].begin_ns < world->begin_ns;
        }
        data->job_count += !world->spawned;
    }
    for (size_t i = 0; i < data->world_count; i++)
        if (data->worlds[i].spawned)
            data->worlds[i].job = find_spawner(data, &data->worlds[i]);
}

void mw_top_jobs_count(struct mw_top_data *data)
{
    for (size_t i = 0; i < data->world_count; i++)
        data->worlds[i].live = 0;
    for (uint32_t i = 0; i < data->ranks; i++)
        data->worlds[data->members[i].world].live += data->members[i].end == MW_TOP_LIVES;
}

bool mw_top_jobs_is_past(const struct mw_top_data *data, const struct mw_top_member *member)
{
    uint32_t job = member->is_rank ? data->worlds[member->world].job : 0;

    if (!job || data->job_count < 2 || data->over)
        return false;
    for (size_t i = 0; i < data->world_count; i++)
        if (data->worlds[i].job == job && data->worlds[i].live)
            return false;
    return true;
}

static bool lives(const struct mw_top_data *data, uint32_t job)
{
    for (size_t i = 0; i < data->world_count; i++)
        if (data->worlds[i].job == job && data->worlds[i].live)
            return true;
    return false;
}

void mw_top_jobs_add(struct mw_top_picture *picture, const struct mw_top_data *data)
{
    struct mw_top_lines_wrap wrap = {.picture = picture, .title = "Jobs"};
    uint32_t live = 0, named = 0;

    if (data->job_count < 2)
        return;
    for (uint32_t job = 1; job <= data->job_count; job++)
        live += lives(data, job);
    mw_top_lines_wrap(&wrap, MW_TOP_PLAIN, "%u", data->job_count);
    mw_top_lines_wrap(&wrap, MW_TOP_PLAIN, "%u ended", data->job_count - live);
    for (uint32_t job = 1; job <= data->job_count && live <= NAMED; job++)
        if (lives(data, job))
            mw_top_lines_wrap(&wrap, MW_TOP_PLAIN, named++ ? "%u" : "now %u", job);
    if (live > NAMED)
        mw_top_lines_wrap(&wrap, MW_TOP_PLAIN, "%u run", live);
}
