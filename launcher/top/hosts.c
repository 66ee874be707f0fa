/* SPDX-License-Identifier: MIT */
/* Hosts of a running job, from the views that their samplers write to the run directory. */
#include "collector/base/file_names.h"
#include "collector/base/mem.h"
#include "collector/base/names.h"
#include "collector/base/safe_open.h"
#include "collector/base/text.h"
#include "collector/view/file.h"
#include "collector/view/wait_log_read.h"
#include "launcher/sample/free.h"
#include "launcher/sample/limits.h"
#include "launcher/top/parts.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static uint64_t node_bytes(void)
{
    struct mw_view view = {0};

    mw_limits_node(&view);
    return view.node_bytes;
}

uint32_t mw_top_hosts_find(struct mw_top_data *data, const char *name)
{
    struct mw_top_host *host;
    char clean[sizeof(host->name)];

    snprintf(clean, sizeof(clean), "%s", name);
    mw_text_clean(clean);
    for (size_t i = 0; i < data->host_count; i++)
        if (!strcmp(data->hosts[i].name, clean))
            return (uint32_t)i;
    host = MW_MEM_PUSH(data->hosts, data->host_count);
    memcpy(host->name, clean, sizeof(clean));
    host->is_here = mw_alive_is_here(&data->alive, name);
    if (host->is_here)
        host->node_bytes = node_bytes(); /* views contain it only after the end of a run */
    host->fd = -1;
    return (uint32_t)data->host_count - 1;
}

/* ---- reading ---- */

/* A view is kept open: its last state can be read after the directory is removed. */
static void open_view(struct mw_top_data *data, const char *name)
{
    struct mw_top_host *host;
    struct mw_view view;
    struct mw_err err;
    uint32_t index;
    uint64_t size;
    int fd = mw_safe_open(data->dirfd, name, &size, &err);

    if (fd < 0 || mw_view_file_read_fd(&view, fd, size, &err) < 0) {
        mw_top_data_complain(data, name, &err);
        if (fd >= 0)
            close(fd);
        return;
    }
    index = mw_top_hosts_find(data, view.host);
    host = &data->hosts[index];
    mw_view_free(&view);
    if (host->fd >= 0)
        close(host->fd); /* its file was created again */
    host->fd = fd;
}

static bool is_open(const struct mw_top_data *data, const char *name)
{
    struct stat wanted, have;

    if (fstatat(data->dirfd, name, &wanted, AT_SYMLINK_NOFOLLOW))
        return true; /* it was removed meanwhile */
    for (size_t i = 0; i < data->host_count; i++)
        if (data->hosts[i].fd >= 0 && !fstat(data->hosts[i].fd, &have) && have.st_ino == wanted.st_ino)
            return true;
    return false;
}

static void read_view(struct mw_top_data *data, struct mw_top_host *host)
{
    struct mw_view view;
    struct mw_err err;
    struct stat st;

    if (fstat(host->fd, &st) || mw_view_file_read_fd(&view, host->fd, (uint64_t)st.st_size, &err) < 0) {
        mw_top_data_complain(data, host->name, &err);
        return;
    }
    mw_wait_log_read(&view, data->dirfd);
    mw_view_free(&host->view);
    host->view = view;
    host->is_sampled = true;
    host->is_launcher = view.is_launcher;
    host->seen_ns = mw_top_hosts_time(host, view.last_ns);
}

void mw_top_hosts_read(struct mw_top_data *data)
{
    struct mw_names names;

    if (!mw_names_list(&names, data->dirfd, MW_FILE_VIEW, NULL)) {
        for (size_t i = 0; i < names.count; i++)
            if (!is_open(data, names.items[i]))
                open_view(data, names.items[i]);
        mw_names_fini(&names);
    }
    for (size_t i = 0; i < data->host_count; i++)
        if (data->hosts[i].fd >= 0)
            read_view(data, &data->hosts[i]);
}

void mw_top_hosts_free(struct mw_top_data *data)
{
    for (size_t i = 0; i < data->host_count; i++) {
        mw_view_free(&data->hosts[i].view);
        if (data->hosts[i].fd >= 0)
            close(data->hosts[i].fd);
    }
    free(data->hosts);
}

uint64_t mw_top_hosts_time(const struct mw_top_host *host, uint64_t ns)
{
    const struct mw_view *view = &host->view;

    if (!ns || (!host->is_here && !view->is_launcher && !view->error_ns))
        return 0;
    return host->is_here || view->is_launcher ? ns : ns + (uint64_t)view->shift_ns;
}

bool mw_top_hosts_lives(const struct mw_view *view, const struct mw_view_process *process)
{
    /* If a sample was in progress while the view was read, some entries are newer than its last_ns. */
    return process->end == MW_VIEW_LIVES && process->last_ns >= view->last_ns;
}

/* ---- sums ---- */

/* As of the last sample; on this host, without a sampler, from the kernel. */
static void find_free(struct mw_top_host *host)
{
    const struct mw_view *view = &host->view;
    struct mw_free least = mw_free_find(view);

    if (view->node_bytes)
        host->node_bytes = view->node_bytes;
    if (least.kind == MW_LIMIT_NONE && host->is_here)
        least = (struct mw_free){MW_LIMIT_NODE, host->node_bytes, mw_limits_available(), 0};
    host->kind = least.kind;
    host->limit = least.limit;
    host->free = least.left;
    host->free_pid = least.pid;
}

static void add_processes(struct mw_top_host *host)
{
    const struct mw_view *view = &host->view;

    for (uint64_t p = 0; p < view->process_count; p++)
        if (mw_top_hosts_lives(view, &view->processes[p])) {
            host->now += view->processes[p].rss_last;
            host->others_rss += view->processes[p].rss_last;
            host->others++;
        }
}

/* Data of a sampler that has exited is out of date. */
static bool samples_now(const struct mw_top_data *data, const struct mw_top_host *host)
{
    return host->is_sampled && !data->orphaned && !host->view.end_ns;
}

static void add_member(const struct mw_top_data *data, struct mw_top_host *host, const struct mw_top_member *member)
{
    const struct mw_view_process *process = member->process == MW_TOP_NONE ? NULL : &host->view.processes[member->process];
    bool counted = process && samples_now(data, host) && mw_top_hosts_lives(&host->view, process);

    if (!member->is_rank || member->end != MW_TOP_LIVES)
        return;
    host->ranks++;
    if (counted) {
        host->others--;
        host->others_rss -= process->rss_last;
    } else if (!host->is_sampled)
        host->now += member->rss;
}

void mw_top_hosts_sum(struct mw_top_data *data)
{
    data->rss = 0;
    for (size_t i = 0; i < data->host_count; i++) {
        struct mw_top_host *host = &data->hosts[i];
        host->ranks = host->others = 0;
        host->now = host->others_rss = 0;
        if (samples_now(data, host))
            add_processes(host);
    }
    for (size_t i = 0; i < data->member_count; i++)
        add_member(data, &data->hosts[data->members[i].host], &data->members[i]);
    for (size_t i = 0; i < data->host_count; i++) {
        struct mw_top_host *host = &data->hosts[i];
        uint64_t seen = host->view.rss_sum_max > host->now ? host->view.rss_sum_max : host->now;
        host->highest = seen > host->highest ? seen : host->highest;
        find_free(host);
        data->rss += host->now;
        data->highest = host->highest > data->highest ? host->highest : data->highest;
    }
    data->highest = data->rss > data->highest ? data->rss : data->highest;
}
