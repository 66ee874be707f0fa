/* SPDX-License-Identifier: MIT */
/* Takes the place of the shim: finds the heap library, if it is preloaded, and gives it tables as in a journal. */
#ifndef MW_BENCH_HEAP_TABLES_H
#define MW_BENCH_HEAP_TABLES_H

#include "pmpi/heap/link.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>

static struct mw_heap_state heap_state;
static struct mw_heap_site heap_sites[MW_HEAP_SITES];
static uint32_t heap_sites_used;
static const struct mw_heap_link *heap_link;

/* Returns false if the heap library is not preloaded. */
static inline bool heap_attach(void)
{
    static struct mw_module modules[MW_HEAP_MODULES];
    static struct mw_heap_phase phases[MW_HEAP_PHASES];
    static struct mw_heap_tick ticks[MW_HEAP_TICKS];
    static struct mw_heap_left left[MW_HEAP_LEFT];
    static struct mw_function functions[MW_RECORD_FUNCTIONS];
    static uint32_t modules_used, phases_used, ticks_used, left_used, functions_used;
    const struct mw_heap_tables tables = {
        .state = &heap_state,
        .sites = heap_sites,
        .sites_used = &heap_sites_used,
        .modules = modules,
        .modules_used = &modules_used,
        .phases = phases,
        .phases_used = &phases_used,
        .ticks = ticks,
        .ticks_used = &ticks_used,
        .left = left,
        .left_used = &left_used,
        .functions = functions,
        .functions_used = &functions_used,
    };
    const struct mw_heap_host host = {0};

    heap_link = dlsym(RTLD_DEFAULT, MW_HEAP_LINK_NAME);
    if (heap_link)
        heap_link->attach(&tables, &host);
    return heap_link != NULL;
}

/* Number of sites. The compiler takes it for granted that malloc() changes no variable. */
static inline uint32_t heap_count_sites(void)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    return __atomic_load_n(&heap_sites_used, __ATOMIC_ACQUIRE);
}

/* What an amount was at the rank's peak. */
static inline uint64_t heap_at_peak(const struct mw_heap_amount *amount)
{
    uint32_t best = heap_state.best;
    const struct mw_heap_snapshot *snapshot = &heap_state.snapshots[best];

    return !snapshot->live && amount->epoch[best] == snapshot->epoch ? amount->at[best] : amount->held;
}

#endif
