/* SPDX-License-Identifier: MIT */
#include "launcher/sample/charges.h"

#include "collector/base/clock.h"
#include "launcher/sample/cgroup_files.h"
#include "launcher/sample/meminfo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The files of one limit. */
struct files {
    enum mw_limit_kind kind;
    bool is_v1;
    const char *limit, *used, *peak;
    const char *hits[2];   /* where reaching the limit is counted: the first one that exists */
    const char *hits_name; /* name of the line; NULL: the file contains only a number */
};

static const struct files all_files[] = {
    {MW_LIMIT_CGROUP, false, "memory.max", "memory.current", "memory.peak", {"memory.events.local", "memory.events"}, "oom"},
    {MW_LIMIT_HIGH, false, "memory.high", "memory.current", "memory.peak", {"memory.events.local", "memory.events"}, "high"},
    {MW_LIMIT_CGROUP,
     true,
     "memory.limit_in_bytes",
     "memory.usage_in_bytes",
     "memory.max_usage_in_bytes",
     {"memory.failcnt", NULL},
     NULL},
    {MW_LIMIT_MEMSW,
     true,
     "memory.memsw.limit_in_bytes",
     "memory.memsw.usage_in_bytes",
     "memory.memsw.max_usage_in_bytes",
     {"memory.memsw.failcnt", NULL},
     NULL},
};
#define ALL_FILES (sizeof(all_files) / sizeof(all_files[0]))

#define ABOVE "hierarchical_memory_limit" /* a line of memory.stat, v1 */

static const struct files *files_of(const struct mw_view_charge *charge)
{
    for (size_t i = 0; i < ALL_FILES; i++)
        if (all_files[i].kind == charge->kind && all_files[i].is_v1 == ((charge->flags & MW_VIEW_CHARGE_V1) != 0))
            return &all_files[i];
    return NULL;
}

/* ---- discovery of limits ---- */

static struct mw_view_charge *enter(struct mw_view *view, enum mw_limit_kind kind, const char *directory)
{
    struct mw_view_charge *charge = &view->charges[view->charge_count];

    for (uint32_t i = 0; i < view->charge_count; i++)
        if (view->charges[i].kind == kind && !strcmp(view->charges[i].directory, directory))
            return NULL;
    if (view->charge_count == MW_VIEW_CHARGES || strlen(directory) >= sizeof(charge->directory))
        return NULL;
    *charge = (struct mw_view_charge){.kind = kind};
    memcpy(charge->directory, directory, strlen(directory));
    view->charge_count++;
    return charge;
}

static uint64_t variable(const char *name)
{
    const char *text = getenv(name);

    return text && text[0] >= '0' && text[0] <= '9' ? strtoull(text, NULL, 10) : 0;
}

/* 0: all of the node's memory, or not under Slurm */
static uint64_t granted_by_slurm(void)
{
    uint64_t mib = variable("SLURM_MEM_PER_NODE"), bytes;

    if (!mib && __builtin_mul_overflow(variable("SLURM_MEM_PER_CPU"), variable("SLURM_CPUS_ON_NODE"), &mib))
        return 0;
    return __builtin_mul_overflow(mib, (uint64_t)1 << 20, &bytes) ? 0 : bytes;
}

void mw_charges_begin(struct mw_view *view)
{
    uint64_t granted = granted_by_slurm();
    struct mw_view_charge *slurm;

    view->charge_count = 0;
    enter(view, MW_LIMIT_NODE, "");
    slurm = granted ? enter(view, MW_LIMIT_SLURM, "") : NULL;
    if (slurm)
        slurm->bytes = granted;
}

static uint64_t read_hits(const struct mw_view_charge *charge, const struct files *files)
{
    uint64_t hits;

    if (!files->hits_name)
        return mw_cgroup_files_number(charge->directory, files->hits[0]);
    for (int i = 0; i < 2; i++)
        if (mw_cgroup_files_find(charge->directory, files->hits[i], files->hits_name, &hits))
            return hits;
    return 0;
}

static void begin_group(struct mw_view_charge *charge, bool is_v1, uint64_t bytes)
{
    charge->flags |= is_v1 ? MW_VIEW_CHARGE_V1 : 0;
    charge->bytes = bytes;
    charge->hits_begin = read_hits(charge, files_of(charge));
}

void mw_charges_add(struct mw_view *view, bool is_v1, const char *directory)
{
    for (size_t i = 0; i < ALL_FILES; i++) {
        struct mw_view_charge *charge;
        uint64_t bytes;
        if (all_files[i].is_v1 != is_v1 || !mw_cgroup_files_limit(directory, all_files[i].limit, &bytes) ||
            bytes == MW_CGROUP_FILES_NO_LIMIT)
            continue;
        charge = enter(view, all_files[i].kind, directory);
        if (charge)
            begin_group(charge, is_v1, bytes);
    }
}

void mw_charges_add_above(struct mw_view *view, const char *directory, uint64_t least)
{
    struct mw_view_charge *charge;
    uint64_t bytes;

    if (!mw_cgroup_files_find(directory, "memory.stat", ABOVE, &bytes) || bytes >= MW_CGROUP_FILES_UNLIMITED ||
        (least && bytes >= least))
        return;
    charge = enter(view, MW_LIMIT_CGROUP, directory);
    if (charge) {
        charge->flags = MW_VIEW_CHARGE_ABOVE;
        begin_group(charge, true, bytes);
    }
}

/* ---- usage ---- */

static void take(struct mw_view_charge *charge, const struct mw_view_amount *now)
{
    bool first = !(charge->flags & MW_VIEW_CHARGE_SEEN);

    charge->bytes = now->bytes;
    charge->used = now->used;
    charge->flags |= MW_VIEW_CHARGE_SEEN;
    if (first || mw_charges_left(now->bytes, now->used) < mw_charges_left(charge->least.bytes, charge->least.used))
        charge->least = *now;
}

static uint64_t below(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

/* The rest is kernel memory: stacks, page tables, sockets, unreclaimable slab. */
static void fill_rest(struct mw_view_amount *now)
{
    now->kernel = below(now->used, now->anon + now->shmem + now->dirty);
}

static void look_node(struct mw_view_charge *charge, const struct mw_meminfo *info, struct mw_view_amount now)
{
    if (!info->total)
        return;
    now.bytes = info->total;
    now.used = below(info->total, info->available);
    now.swap_left = info->swap_free;
    if (info->is_free_only)
        charge->flags |= MW_VIEW_CHARGE_CACHE;
    else {
        now.anon = info->anon;
        now.shmem = info->shmem;
        now.dirty = info->dirty;
        fill_rest(&now);
    }
    take(charge, &now);
}

/* Slurm counts RSS, unless it limits a control group, which is entered separately then. */
static void look_slurm(struct mw_view_charge *charge, struct mw_view_amount now)
{
    now.bytes = charge->bytes;
    now.used = now.rss;
    take(charge, &now);
}

/* Fields of memory.stat, with their names in v2 and in v1 (there including groups below). */
enum stat_field { STAT_ANON, STAT_DIRTY, STAT_WRITEBACK, STAT_INACTIVE, STAT_ACTIVE, STAT_SLAB, STAT_FIELDS };
static const char *const stat_names[2][STAT_FIELDS] = {
    {"anon", "file_dirty", "file_writeback", "inactive_file", "active_file", "slab_reclaimable"},
    {"total_rss", "total_dirty", "total_writeback", "total_inactive_file", "total_active_file", "(none)"},
};

/* v1 has it since Linux 4.11; before, it is the part of the cache that is not in the lists of `files`. */
static uint64_t shmem_of(const char *stat, bool is_v1, uint64_t files)
{
    uint64_t shmem, cache;

    if (mw_cgroup_files_field(stat, is_v1 ? "total_shmem" : "shmem", &shmem))
        return shmem;
    mw_cgroup_files_field(stat, is_v1 ? "total_cache" : "file", &cache);
    return below(cache, files);
}

/* Splits `raw` bytes of usage by the fields of memory.stat. Files in tmpfs and shared memory are on the lists of
 * anonymous pages there (they count as cache, but are not on the lists of files): the kernel cannot drop them. */
static void take_stat(struct mw_view_amount *now, uint64_t raw, const char *stat, bool is_v1, uint64_t *droppable)
{
    uint64_t value[STAT_FIELDS], files, dirty;

    for (int i = 0; i < STAT_FIELDS; i++)
        mw_cgroup_files_field(stat, stat_names[is_v1][i], &value[i]);
    files = value[STAT_INACTIVE] + value[STAT_ACTIVE];
    dirty = value[STAT_DIRTY] + value[STAT_WRITEBACK];
    now->anon = value[STAT_ANON];
    now->shmem = shmem_of(stat, is_v1, files);
    now->dirty = dirty < files ? dirty : files;
    *droppable = files - now->dirty + value[STAT_SLAB];
    now->used = below(raw, *droppable);
    fill_rest(now);
}

/* How much could still be swapped out of a group, given the node and its parents. v1 limits the sum of memory and swap,
 * of which `memory_left` needs no swap. */
static uint64_t swap_left(const struct mw_view_charge *charge, uint64_t swap_free, uint64_t memory_left)
{
    bool is_v1 = (charge->flags & MW_VIEW_CHARGE_V1) != 0;
    const char *limit = is_v1 ? "memory.memsw.limit_in_bytes" : "memory.swap.max";
    const char *used = is_v1 ? "memory.memsw.usage_in_bytes" : "memory.swap.current";
    char directory[sizeof(charge->directory)];
    uint64_t left = swap_free, bytes;
    char *slash;

    memcpy(directory, charge->directory, sizeof(directory));
    while (left && mw_cgroup_files_limit(directory, limit, &bytes)) {
        uint64_t here = below(bytes, mw_cgroup_files_number(directory, used));
        here = is_v1 ? below(here, memory_left) : here;
        left = here < left ? here : left;
        slash = strrchr(directory, '/');
        if (!slash)
            break;
        *slash = '\0';
    }
    return left;
}

static bool read_limit(struct mw_view_charge *charge, const struct files *files, uint64_t *bytes)
{
    if (charge->flags & MW_VIEW_CHARGE_ABOVE)
        return mw_cgroup_files_find(charge->directory, "memory.stat", ABOVE, bytes);
    return mw_cgroup_files_limit(charge->directory, files->limit, bytes) && *bytes != MW_CGROUP_FILES_NO_LIMIT;
}

/* A removed group keeps its last values. */
static void look_group(struct mw_view_charge *charge, uint64_t swap_free, struct mw_view_amount now)
{
    const struct files *files = files_of(charge);
    char stat[MW_CGROUP_FILES_ROOM];
    uint64_t raw, hits, upper;

    if (!read_limit(charge, files, &now.bytes) || !(raw = mw_cgroup_files_number(charge->directory, files->used)))
        return;
    upper = mw_cgroup_files_number(charge->directory, files->peak);
    charge->upper = upper > charge->upper ? upper : charge->upper;
    hits = read_hits(charge, files);
    charge->hits = below(hits, charge->hits_begin);
    if (charge->flags & MW_VIEW_CHARGE_SEEN &&
        mw_charges_left(now.bytes, raw) >= mw_charges_left(charge->least.bytes, charge->least.used)) {
        charge->bytes = now.bytes;
        charge->used = below(raw, charge->droppable);
        return;
    }
    now.used = raw;
    if (mw_cgroup_files_text(charge->directory, "memory.stat", stat))
        take_stat(&now, raw, stat, files->is_v1, &charge->droppable);
    else if ((charge->flags & (MW_VIEW_CHARGE_SEEN | MW_VIEW_CHARGE_CACHE)) == MW_VIEW_CHARGE_SEEN)
        return; /* the group is being removed: keep the last value, which included its cache */
    else
        charge->flags |= MW_VIEW_CHARGE_CACHE;
    now.swap_left = charge->kind == MW_LIMIT_MEMSW ? 0 : swap_left(charge, swap_free, mw_charges_left(now.bytes, raw));
    take(charge, &now);
}

void mw_charges_look(struct mw_view *view, const char *root, uint64_t rss)
{
    struct mw_view_amount now = {.rss = rss, .ns = mw_clock_now()};
    struct mw_meminfo info;

    mw_meminfo_read(&info, root);
    for (uint32_t i = 0; i < view->charge_count; i++) {
        struct mw_view_charge *charge = &view->charges[i];
        if (charge->kind == MW_LIMIT_NODE)
            look_node(charge, &info, now);
        else if (charge->kind == MW_LIMIT_SLURM)
            look_slurm(charge, now);
        else
            look_group(charge, info.swap_free, now);
    }
}
