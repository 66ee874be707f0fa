/* SPDX-License-Identifier: MIT */
#include "launcher/top/data.h"

#include "collector/base/clock.h"
#include "collector/base/signal_name.h"
#include "collector/base/text.h"
#include "launcher/rundir/source.h"
#include "launcher/top/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void mw_top_data_complain(struct mw_top_data *data, const char *name, const struct mw_err *err)
{
    if (!data->unread++) {
        mw_err_set(&data->error, "%.100s: %.300s", name, err->text);
        mw_text_clean(data->error.text);
    }
}

static const struct mw_top_host *launcher_of(const struct mw_top_data *data)
{
    for (size_t i = 0; i < data->host_count; i++)
        if (data->hosts[i].is_launcher)
            return &data->hosts[i];
    return NULL;
}

static bool any_lives(const struct mw_top_data *data)
{
    for (uint32_t i = 0; i < data->ranks; i++)
        if (data->members[i].end == MW_TOP_LIVES)
            return true;
    return false;
}

static bool is_removed(const struct mw_top_data *data)
{
    struct stat st;

    return fstat(data->dirfd, &st) || !st.st_nlink;
}

static void note_end(struct mw_top_data *data, const struct mw_view *view)
{
    const char *name = view->exit_signal ? mw_signal_name(view->exit_signal) : NULL;

    if (name)
        snprintf(data->ended, sizeof(data->ended), "killed by %s", name);
    else
        snprintf(data->ended, sizeof(data->ended), "status %d", view->exit_status);
}

/* Reads the launcher's data about the job, before its ranks are read. */
static void ask_launcher(struct mw_top_data *data, uint64_t now)
{
    const struct mw_top_host *host = launcher_of(data);
    const struct mw_view *view = host ? &host->view : NULL;

    data->now = now;
    if (!host)
        return;
    data->begin_ns = view->begin_ns;
    snprintf(data->command, sizeof(data->command), "%s", view->command);
    mw_text_clean(data->command);
    if (!host->is_here)
        data->now = view->last_ns; /* the clock of another host, which the job's times use */
    if (view->command_end_ns)
        data->now = view->command_end_ns;
    data->orphaned = !view->end_ns && !is_removed(data) &&
                     mw_alive_launcher(&data->alive, view->host, view->sampler_pid, view->sampler_ticks) == MW_ALIVE_GONE;
}

/* The job ends when the launcher reports it; without a launcher, with its last rank. */
static void find_over(struct mw_top_data *data)
{
    const struct mw_top_host *host = launcher_of(data);

    if (host && host->view.end_ns)
        note_end(data, &host->view);
    data->over = (host && host->view.end_ns) || is_removed(data) || ((!host || data->orphaned) && !any_lives(data));
    if (data->over)
        mw_top_ranks_settle(data); /* ranks whose end was not reported */
}

void mw_top_data_look(struct mw_top_data *data, uint64_t now)
{
    if (data->over)
        return;
    data->unread = 0;
    mw_top_hosts_read(data);
    ask_launcher(data, now);
    mw_top_ranks_read(data);
    mw_top_ranks_settle(data);
    find_over(data);
    mw_top_jobs_count(data);
    mw_top_hosts_sum(data);
}

int mw_top_data_open(struct mw_top_data *data, const char *path, uint64_t now, struct mw_err *err)
{
    *data = (struct mw_top_data){.dirfd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (data->dirfd < 0 && errno == ENOTDIR)
        return mw_err_set(err, "%s is not a run directory (for a record, use memwatch report)", path);
    if (data->dirfd < 0)
        return mw_err_set(err, "cannot open %s: %s", path, strerror(errno));
    if (!mw_source_is_run(path)) {
        close(data->dirfd);
        return mw_err_set(err, "%s is not a run directory (memwatch runs lists them)", path);
    }
    mw_alive_open(&data->alive, data->dirfd);
    data->journals = mw_map_create();
    mw_top_data_look(data, now);
    return 0;
}

void mw_top_data_close(struct mw_top_data *data)
{
    mw_top_hosts_free(data);
    for (size_t i = 0; i < data->member_count; i++)
        free(data->members[i].journal);
    free(data->members);
    free(data->worlds);
    mw_map_destroy(data->journals);
    mw_alive_close(&data->alive);
    close(data->dirfd);
}
