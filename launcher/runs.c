/* SPDX-License-Identifier: MIT */
#include "launcher/runs.h"

#include "collector/alive.h"
#include "collector/journal_read.h"
#include "collector/mem.h"
#include "collector/names.h"
#include "collector/segments.h"
#include "collector/view_file.h"
#include "launcher/rundir.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* "memwatch-<our uid>-<16 hex digits>" */
static bool is_run_name(const char *name)
{
    char prefix[64];
    size_t length = (size_t)snprintf(prefix, sizeof(prefix), "memwatch-%ld-", (long)geteuid());

    return !strncmp(name, prefix, length) && strlen(name) == length + 16 &&
           strspn(name + length, "0123456789abcdef") == 16;
}

static bool exists(const struct mw_rundir *dir, const char *name)
{
    return !faccessat(dir->fd, name, F_OK, AT_SYMLINK_NOFOLLOW);
}

static void weigh(const struct mw_rundir *dir, struct mw_runs_one *one)
{
    struct mw_names names;
    struct stat st;

    if (mw_names_list(&names, dir->fd, "", NULL))
        return;
    for (size_t i = 0; i < names.count; i++)
        if (!fstatat(dir->fd, names.items[i], &st, AT_SYMLINK_NOFOLLOW))
            one->bytes += (uint64_t)st.st_blocks * 512;
    mw_names_fini(&names);
    one->bytes += mw_segments_bytes(dir->fd);
}

/* Who of the ranks lives; the first one tells what the run was when no launcher does. */
static bool look_at_journals(const struct mw_alive *alive, const struct mw_rundir *dir, struct mw_runs_one *one)
{
    struct mw_names names;
    bool lives = false;

    if (mw_journal_source_list(&names, dir->fd, NULL, NULL))
        return false;
    for (size_t i = 0; i < names.count; i++) {
        struct mw_ident ident;
        if (mw_journal_read_ident(&ident, dir->fd, names.items[i]))
            continue;
        one->ranks++;
        lives = lives || mw_alive_check(alive, ident.host, ident.pid, ident.start_ticks);
        if (!one->command[0])
            snprintf(one->command, sizeof(one->command), "%s", ident.command);
        if (!one->wall_ns)
            one->wall_ns = ident.wall_ns;
    }
    mw_names_fini(&names);
    return lives;
}

struct sampler {
    bool known, lives, others_live;
};

/* What the launcher left: itself, the command, other processes. */
static struct sampler look_at_views(const struct mw_alive *alive, const struct mw_rundir *dir, struct mw_runs_one *one)
{
    struct sampler found = {0};
    struct mw_names names;

    if (mw_names_list(&names, dir->fd, MW_VIEW_FILE_PREFIX, NULL))
        return found;
    for (size_t i = 0; i < names.count; i++) {
        struct mw_view view;
        if (mw_view_file_read(&view, dir->fd, names.items[i], NULL))
            continue;
        if (view.is_launcher) {
            found.known = true;
            found.lives = mw_alive_check(alive, view.host, view.sampler_pid, view.sampler_ticks);
            one->wall_ns = view.begin_wall_ns;
            snprintf(one->command, sizeof(one->command), "%.255s", view.command);
        }
        for (uint64_t p = 0; p < view.process_count && !found.others_live; p++)
            found.others_live = view.processes[p].end == MW_VIEW_LIVES &&
                                mw_alive_check(alive, view.host, view.processes[p].pid, view.processes[p].start_ticks);
        mw_view_free(&view);
    }
    mw_names_fini(&names);
    return found;
}

static void look_at(const struct mw_alive *alive, const struct mw_rundir *dir, struct mw_runs_one *one)
{
    struct sampler sampler = look_at_views(alive, dir, one);
    bool ranks_live = look_at_journals(alive, dir, one);

    snprintf(one->path, sizeof(one->path), "%s", dir->path);
    weigh(dir, one);
    if (sampler.known ? sampler.lives : ranks_live)
        one->state = MW_RUNS_RUNNING;
    else if (ranks_live || sampler.others_live)
        one->state = MW_RUNS_ORPHANED;
    else if (exists(dir, MW_RUNDIR_KEPT))
        one->state = MW_RUNS_KEPT;
    else
        one->state = exists(dir, MW_RUNDIR_REPORTED) ? MW_RUNS_REPORTED : MW_RUNS_ENDED;
}

typedef void visitor(void *context, const struct mw_alive *alive, struct mw_rundir *dir);

static void visit_base(const char *base, const struct mw_alive *alive, visitor *visit, void *context)
{
    DIR *stream = opendir(base);
    const struct dirent *entry;

    while (stream && (entry = readdir(stream))) {
        char path[PATH_MAX];
        struct mw_rundir dir;
        if (!is_run_name(entry->d_name) ||
            snprintf(path, sizeof(path), "%s/%s", base, entry->d_name) >= (int)sizeof(path) ||
            mw_rundir_open(&dir, path, NULL))
            continue;
        visit(context, alive, &dir);
    }
    if (stream)
        closedir(stream);
}

/* Each place once, whatever the names that it goes by. */
static void visit_all(const char *base, visitor *visit, void *context)
{
    const char *bases[] = {base, "/dev/shm", getenv("TMPDIR"), "/tmp"};
    char seen[4][PATH_MAX];
    struct mw_alive alive;
    size_t count = 0;

    mw_alive_open(&alive);
    for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
        bool known = !bases[i] || !realpath(bases[i], seen[count]);
        for (size_t k = 0; !known && k < count; k++)
            known = !strcmp(seen[k], seen[count]);
        if (!known)
            visit_base(seen[count++], &alive, visit, context);
    }
    mw_alive_close(&alive);
}

struct list {
    struct mw_runs_one *items;
    size_t count;
};

static void add(void *context, const struct mw_alive *alive, struct mw_rundir *dir)
{
    struct list *list = context;

    look_at(alive, dir, MW_MEM_PUSH(list->items, list->count));
    mw_rundir_fini(dir, 1);
}

struct mw_runs_one *mw_runs_list(const char *base, size_t *count)
{
    struct list list = {0};

    visit_all(base, add, &list);
    *count = list.count;
    return list.items;
}

struct cleaning {
    size_t count;
    bool all;
};

static void clean(void *context, const struct mw_alive *alive, struct mw_rundir *dir)
{
    struct cleaning *cleaning = context;
    struct mw_runs_one one = {0};
    bool remove = false;

    if (cleaning->all || exists(dir, MW_RUNDIR_REPORTED)) {
        look_at(alive, dir, &one);
        remove = one.state >= MW_RUNS_ENDED && (cleaning->all || one.state == MW_RUNS_REPORTED);
    }
    cleaning->count += remove;
    mw_rundir_fini(dir, !remove);
}

size_t mw_runs_clean(const char *base, bool all)
{
    struct cleaning cleaning = {.all = all};

    visit_all(base, clean, &cleaning);
    mw_segments_sweep(all);
    return cleaning.count;
}
