/* SPDX-License-Identifier: MIT */
/* The state of a sampler, for its parts (images.c, readings.c, ends.c). Others use sampler.h, and change nothing here. */
#ifndef MW_LAUNCHER_SAMPLE_STATE_H
#define MW_LAUNCHER_SAMPLE_STATE_H

#include "collector/base/clock.h"
#include "collector/view/file.h"
#include "launcher/sample/adopt.h"
#include "launcher/sample/deaths.h"
#include "launcher/sample/leaving.h"
#include "launcher/sample/pss.h"
#include "launcher/sample/sampled.h"
#include "launcher/sample/tree.h"

#include <stdbool.h>
#include <stdint.h>

/* when a journal appears: all ranks of the host are starting, and need the cores */
#define MW_SAMPLER_START_GAP_NS (8 * MW_NS_PER_MS)

struct mw_sampler {
    struct mw_view *view;
    struct mw_view_file file;
    struct mw_tree tree;
    struct mw_sampled_table sampled;
    struct mw_adopt adopt;
    struct mw_deaths deaths;
    struct mw_leaving leaving;
    int fd;                 /* to poll: readable if mw_sampler_wake() has work */
    uint64_t next_ns;       /* when the next sample is due */
    uint64_t gap_ns;        /* current interval between samples: grows to the configured one */
    uint64_t rest_ns;       /* no sample before this time, to limit the cost */
    uint64_t now;           /* time of the current sample */
    uint64_t alive_next_ns; /* when the other ranks may next be checked after one has ended */
    struct mw_pss pss;
    uint64_t last_sum;       /* sum of RSS at the last sample that was not late */
    uint32_t ranks_seen;     /* of this host */
    uint32_t watched, ended; /* processes whose ends are watched: ranks, and possible ranks */
    bool huge_pages;         /* processes can have huge pages: read often */
};

static inline struct mw_sampled *mw_sampler_sampled(const struct mw_sampler *sampler, const struct mw_tree_process *process)
{
    return mw_sampled_of(&sampler->sampled, process->id);
}

/* The present program of a process in the view. NULL if unreadable, or if there is no such process. */
static inline struct mw_view_process *mw_sampler_entry(const struct mw_sampler *sampler, const struct mw_tree_process *process)
{
    return process ? mw_sampled_entry(&sampler->sampled, process->id, sampler->view) : NULL;
}

/* Ranks are starting: samples are frequent again. Returns whether they were not. */
static inline bool mw_sampler_hurry(struct mw_sampler *sampler)
{
    if (sampler->gap_ns <= MW_SAMPLER_START_GAP_NS)
        return false;
    sampler->gap_ns = MW_SAMPLER_START_GAP_NS;
    return true;
}

#endif
