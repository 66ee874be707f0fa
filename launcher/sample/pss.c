/* SPDX-License-Identifier: MIT */
#include "launcher/sample/pss.h"

#include "collector/base/clock.h"
#include "collector/journal/procmem.h"

#include <unistd.h>

#define GIB (1ULL << 30)

#define COST_NS (10 * MW_NS_PER_MS) /* for each GiB, until measured */
#define SHARE 200                   /* 1/SHARE of the run: together with samples below 1 % */
#define SHARE_AT_TOP 20
#define CREDIT_NS (20 * MW_NS_PER_MS) /* may be spent early, up to a fortieth of the run */
#define CREDIT_SHARE 40
#define LEAP_NS (100 * MW_NS_PER_MS)
#define GROWTH 20
#define AGAIN_NS (5 * MW_NS_PER_SEC)
/* Processes that start load libraries: they need the cores, and mmap(). */
#define START_NS (250 * MW_NS_PER_MS)
/* For how long memory must not have grown to count as steady: a quarter of the run, at most this. */
#define STEADY_NS (100 * MW_NS_PER_MS)
#define STEADY_SHARE 4
#define PUT_OFF_NS (25 * MW_NS_PER_MS) /* querying a thousand ranks takes some ms */
#define PUT_OFF_SHARE 50

void mw_pss_init(struct mw_pss *pss, uint64_t now)
{
    *pss = (struct mw_pss){.begin_ns = now, .cost_ns = COST_NS, .steady_ns = now};
}

static bool is_near(uint64_t sum, uint64_t other)
{
    return (sum > other ? sum - other : other - sum) <= other / GROWTH;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void note_sum(struct mw_pss *pss, uint64_t now, uint64_t sum)
{
    if (!is_near(sum, pss->steady_sum)) {
        pss->steady_ns = now;
        pss->steady_sum = sum;
    }
    pss->sum = sum;
    if (pss->max < sum)
        pss->max = sum;
}

/* Read again after growth by a twentieth, or after some time. Memory that is steady at its maximum matters most: there
 * a sweep may cost more. Also read after memory has doubled, or at a maximum has grown by a quarter (which cannot
 * happen often), unless that takes very long. All decisions use the expected cost of a sweep, so that the first one
 * over a large job does not exceed the budget either. */
bool mw_pss_is_due(struct mw_pss *pss, uint64_t now, uint64_t rss_sum)
{
    uint64_t elapsed = now - pss->begin_ns, allowed;
    double cost = (double)rss_sum / (double)GIB * (double)pss->cost_ns;
    bool grown = rss_sum > pss->last_sum + pss->last_sum / GROWTH;
    bool at_top;

    note_sum(pss, now, rss_sum);
    at_top = grown && is_near(rss_sum, pss->max) && now - pss->steady_ns >= smaller(elapsed / STEADY_SHARE, STEADY_NS);
    if (now < pss->quiet_ns || (!at_top && elapsed < START_NS))
        return false;
    if (rss_sum > pss->last_sum + pss->last_sum / (at_top ? 4 : 1) && cost < (double)LEAP_NS)
        return true;
    allowed = smaller(elapsed / CREDIT_SHARE, CREDIT_NS) + elapsed / (at_top ? SHARE_AT_TOP : SHARE);
    if ((double)pss->spent_ns + cost > (double)allowed)
        return false;
    return grown || now - pss->last_ns > AGAIN_NS;
}

/* How far the RSS of a process exceeds its PSS because of shared memory; 0 if the kernel does not report it. */
static uint64_t shared_again(int procfd, pid_t pid, const struct mw_procmem_rollup *rollup)
{
    struct mw_procmem_status status = {0};
    int fd = mw_procmem_open(procfd, pid, "status");

    if (fd < 0)
        return 0;
    if (mw_procmem_status_read(fd, &status))
        status.rss_shmem = 0;
    close(fd);
    return status.rss_shmem > rollup->pss_shmem ? status.rss_shmem - rollup->pss_shmem : 0;
}

static void note_all(struct mw_view *view, uint64_t now, uint64_t rss_sum, const struct mw_procmem_rollup *all, uint64_t shmem)
{
    uint64_t shared = all->rss > all->pss ? all->rss - all->pss : 0;

    view->pss_sweeps++;
    if (view->pss_sum_max < all->pss) {
        view->pss_sum_max = all->pss;
        view->pss_sum_max_ns = now;
        view->pss_rss_sum = rss_sum;
    }
    if (view->shared_max >= shared)
        return;
    view->shared_max = shared;
    view->shared_ns = now;
    view->shared_rss = all->rss;
    view->shared_shmem = smaller(shmem, shared);
}

void mw_pss_sweep(struct mw_pss *pss, struct mw_tree *tree, const struct mw_sampled_table *sampled, struct mw_view *view,
                  uint64_t now, void (*between)(void *context), void *context)
{
    struct mw_procmem_rollup one, all = {0};
    uint64_t shmem = 0, begin = mw_clock_cpu(), cost;

    for (size_t i = 0; i < tree->count; i++) {
        struct mw_tree_process *process = &tree->processes[i];
        struct mw_view_process *entry;
        between(context);
        if (process->borrows || mw_procmem_rollup(tree->procfd, process->pid, &one))
            continue;
        all.rss += one.rss;
        all.pss += one.pss;
        shmem += shared_again(tree->procfd, process->pid, &one);
        entry = mw_sampled_entry(sampled, process->id, view);
        if (entry && entry->pss_max < one.pss)
            entry->pss_max = one.pss;
    }
    note_all(view, now, pss->sum, &all, shmem);
    pss->last_ns = now;
    pss->last_sum = pss->sum;
    cost = mw_clock_cpu() - begin;
    pss->spent_ns += cost;
    if (pss->sum > GIB / 16) /* below that, the cost per process dominates that of its memory */
        pss->cost_ns = (uint64_t)((double)cost * (double)GIB / (double)pss->sum);
}

void mw_pss_put_off(struct mw_pss *pss, uint64_t now)
{
    uint64_t elapsed = now - pss->begin_ns;

    pss->quiet_ns = now + (elapsed / PUT_OFF_SHARE > PUT_OFF_NS ? elapsed / PUT_OFF_SHARE : PUT_OFF_NS);
}
