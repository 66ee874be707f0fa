/* SPDX-License-Identifier: MIT */
#include "launcher/rundir/runs.h"

#include "collector/base/file_names.h"
#include "collector/base/mem.h"
#include "collector/base/names.h"
#include "collector/journal/alive.h"
#include "collector/journal/journal.h"
#include "collector/journal/read.h"
#include "collector/journal/segments.h"
#include "collector/journal/source.h"
#include "collector/view/file.h"
#include "launcher/rundir/rundir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* ---- the state of one directory ---- */

/* Evidence of live processes from journals and views. */
struct signs {
    bool ranks_live, ranks_unknown, others_live;
    bool had_launcher;
    enum mw_alive_state launcher;
};

/* Files of a host whose pids are not valid here; those sent by an agent are copies, which that host does not use. */
static bool is_used_elsewhere(const struct mw_alive *alive, const char *host)
{
    char clean[MW_HOSTNAME_SIZE], mark[sizeof(MW_FILE_OUTSIDE) + sizeof(clean)];

    mw_hostname_clean(host, clean);
    snprintf(mark, sizeof(mark), MW_FILE_OUTSIDE "%s", clean);
    return !faccessat(alive->dirfd, mark, F_OK, AT_SYMLINK_NOFOLLOW);
}

static bool has_exited(const struct mw_alive *alive, const char *name)
{
    struct mw_record_head head;
    struct mw_state state;
    struct mw_journal_source source;
    bool exited;

    if (mw_journal_source_open(&source, alive->dirfd, name, NULL) < 0)
        return false;
    exited = !mw_journal_read_head(&head, &source, NULL) &&
             !mw_journal_read_entry(&state, &source, &head, MW_SECTION_STATE, 0) && state.exited_ns;
    mw_journal_source_close(&source);
    return exited;
}

/* An unreadable journal (of another version, or damaged) still has its rank's pid in its name. */
static bool may_live(const struct mw_alive *alive, const char *name)
{
    char host[MW_HOSTNAME_SIZE];
    long pid;

    mw_hostname_local(host);
    pid = mw_journal_name_pid(name, NULL, host);
    if (!pid || pid == MW_JOURNAL_ELSEWHERE)
        return true;
    return !mw_alive_is_here(alive, alive->host) || !kill((pid_t)pid, 0) || errno != ESRCH;
}

/* The first readable journal describes the run if there is no launcher's view. */
static void look_at_journal(struct signs *signs, const struct mw_alive *alive, const char *name, struct mw_runs_one *one)
{
    struct mw_ident ident;

    if (mw_journal_read_ident(&ident, alive->dirfd, name)) {
        signs->ranks_unknown |= may_live(alive, name);
        return;
    }
    one->ranks++;
    if (mw_alive_check(alive, ident.host, ident.pid, ident.start_ticks))
        signs->ranks_live = true;
    else if (is_used_elsewhere(alive, ident.host) && !has_exited(alive, name))
        signs->ranks_unknown = true;
    if (!one->command[0])
        snprintf(one->command, sizeof(one->command), "%s", ident.command);
    if (!one->wall_ns)
        one->wall_ns = ident.wall_ns;
}

static void look_at_view(struct signs *signs, const struct mw_alive *alive, const char *name, struct mw_runs_one *one)
{
    struct mw_view view;

    if (mw_view_file_read(&view, alive->dirfd, name, NULL))
        return;
    if (view.is_launcher) {
        signs->had_launcher = true;
        signs->launcher = mw_alive_launcher(alive, view.host, view.sampler_pid, view.sampler_ticks);
        one->wall_ns = view.begin_wall_ns;
        snprintf(one->command, sizeof(one->command), "%.255s", view.command);
    }
    for (uint64_t p = 0; p < view.process_count && !signs->others_live; p++)
        signs->others_live = view.processes[p].end == MW_VIEW_LIVES &&
                             mw_alive_check(alive, view.host, view.processes[p].pid, view.processes[p].start_ticks);
    mw_view_free(&view);
}

typedef void looker(struct signs *signs, const struct mw_alive *alive, const char *name, struct mw_runs_one *one);

/* `names`: the directory's files, unless listing them `failed`. */
static void for_names(int failed, struct mw_names *names, looker *look, struct signs *signs, const struct mw_alive *alive,
                      struct mw_runs_one *one)
{
    if (failed) {
        signs->ranks_unknown = true;
        return;
    }
    for (size_t i = 0; i < names->count; i++)
        look(signs, alive, names->items[i], one);
    mw_names_fini(names);
}

static enum mw_runs_state judge(const struct signs *signs, const struct mw_alive *alive, const struct mw_rundir *dir)
{
    if (signs->launcher == MW_ALIVE_LIVES)
        return MW_RUNS_RUNNING;
    if (signs->ranks_live || signs->others_live || mw_token_users(dir->token_fd) == MW_TOKEN_HELD)
        return signs->had_launcher ? MW_RUNS_ORPHANED : MW_RUNS_RUNNING;
    if (!alive->pids_known || signs->ranks_unknown || signs->launcher == MW_ALIVE_UNKNOWN)
        return MW_RUNS_UNKNOWN;
    if (mw_rundir_is_marked(dir, MW_RUNDIR_KEPT))
        return MW_RUNS_KEPT;
    return mw_rundir_is_marked(dir, MW_RUNDIR_REPORTED) ? MW_RUNS_REPORTED : MW_RUNS_ENDED;
}

static void look_at(const struct mw_rundir *dir, struct mw_runs_one *one)
{
    struct mw_alive alive;
    struct signs signs = {0};
    struct mw_names names;

    *one = (struct mw_runs_one){0};
    mw_alive_open(&alive, dir->fd);
    if (alive.token_fd >= 0) /* release our lock, if we have one */
        dup3(dir->token_fd, alive.token_fd, O_CLOEXEC);
    snprintf(one->path, sizeof(one->path), "%s", dir->path);
    snprintf(one->host, sizeof(one->host), "%s", dir->token.host);
    signs.launcher = mw_token_launcher(dir->token_fd) == MW_TOKEN_HELD ? MW_ALIVE_LIVES : MW_ALIVE_GONE;
    for_names(mw_names_list(&names, dir->fd, MW_FILE_VIEW, NULL), &names, look_at_view, &signs, &alive, one);
    for_names(mw_journal_source_list(&names, dir->fd, NULL, NULL), &names, look_at_journal, &signs, &alive, one);
    one->state = judge(&signs, &alive, dir);
    weigh(dir, one);
    mw_alive_close(&alive);
}

/* ---- all directories ---- */

typedef void visitor(void *context, struct mw_rundir *dir);

static void visit_base(const char *base, visitor *visit, void *context)
{
    DIR *stream = opendir(base);
    const struct dirent *entry;

    while (stream && (entry = readdir(stream))) {
        char path[PATH_MAX];
        struct mw_rundir dir;
        if (!mw_token_id(entry->d_name) || snprintf(path, sizeof(path), "%s/%s", base, entry->d_name) >= (int)sizeof(path) ||
            mw_rundir_open(&dir, path, NULL))
            continue;
        visit(context, &dir);
        mw_rundir_close(&dir);
    }
    if (stream)
        closedir(stream);
}

/* Scans each directory once, even if it has several names. */
static void visit_all(const char *base, visitor *visit, void *context)
{
    const char *bases[] = {base, "/dev/shm", getenv("TMPDIR"), "/tmp"};
    char seen[4][PATH_MAX];
    size_t count = 0;

    for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
        bool known = !bases[i] || !realpath(bases[i], seen[count]);
        for (size_t k = 0; !known && k < count; k++)
            known = !strcmp(seen[k], seen[count]);
        if (!known)
            visit_base(seen[count++], visit, context);
    }
}

struct list {
    struct mw_runs_one *items;
    size_t count;
};

static void add(void *context, struct mw_rundir *dir)
{
    struct list *list = context;

    look_at(dir, MW_MEM_PUSH(list->items, list->count));
}

struct mw_runs_one *mw_runs_list(const char *base, size_t *count)
{
    struct list list = {0};

    visit_all(base, add, &list);
    *count = list.count;
    return list.items;
}

/* ---- removing ---- */

struct cleaning {
    size_t count;
    bool all;
};

/* It is locked: no process can start to use it between check and removal. */
static void clean(void *context, struct mw_rundir *dir)
{
    struct cleaning *cleaning = context;
    struct mw_runs_one one;

    if ((!cleaning->all && !mw_rundir_is_marked(dir, MW_RUNDIR_REPORTED)) || !mw_token_claim(dir->token_fd))
        return;
    look_at(dir, &one);
    if (one.state != MW_RUNS_REPORTED && (!cleaning->all || one.state < MW_RUNS_ENDED))
        return;
    mw_rundir_remove(dir);
    cleaning->count++;
}

size_t mw_runs_clean(const char *base, bool all)
{
    struct cleaning cleaning = {.all = all};

    visit_all(base, clean, &cleaning);
    mw_segments_sweep();
    return cleaning.count;
}

static int may_remove(const struct mw_rundir *dir, bool force, struct mw_err *err)
{
    struct mw_runs_one one;

    if (!mw_token_claim(dir->token_fd))
        return mw_err_set(err, "%s is in use: its memwatch or an agent is running", dir->path);
    look_at(dir, &one);
    if (one.state == MW_RUNS_RUNNING || one.state == MW_RUNS_ORPHANED)
        return mw_err_set(err, "%s is in use: its job is running", dir->path);
    if (one.state == MW_RUNS_UNKNOWN && !force)
        return mw_err_set(err, "%s may be in use on host %s or in another container: check there, or remove it with --force",
                          dir->path, one.host);
    return 0;
}

static int remove_segments(const char *path, struct mw_err *err)
{
    size_t used, removed = mw_segments_remove_named(path, &used);

    if (used)
        return mw_err_set(err, "%s is in use: %zu rank%s of its job still run%s", path, used, used == 1 ? "" : "s",
                          used == 1 ? "s" : "");
    return removed ? 0 : mw_err_set(err, "%s does not exist, and has no leftover shared memory segments", path);
}

int mw_runs_remove(const char *path, bool force, struct mw_err *err)
{
    struct mw_rundir dir;
    struct stat st;
    int result;

    if (force && mw_token_id(path) && lstat(path, &st) && errno == ENOENT)
        return remove_segments(path, err);
    if (mw_rundir_open(&dir, path, err) < 0)
        return -1;
    result = may_remove(&dir, force, err);
    if (!result)
        mw_rundir_remove(&dir);
    mw_rundir_close(&dir);
    return result;
}

void mw_runs_mark_reported(const char *path)
{
    struct mw_rundir dir;
    struct mw_runs_one one;

    if (mw_rundir_open(&dir, path, NULL))
        return; /* a gathered record, or a directory of another user */
    look_at(&dir, &one);
    if (one.state == MW_RUNS_ENDED)
        mw_rundir_mark(&dir, MW_RUNDIR_REPORTED);
    mw_rundir_close(&dir);
}
