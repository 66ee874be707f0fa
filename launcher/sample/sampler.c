/* SPDX-License-Identifier: MIT */
#include "launcher/sample/sampler.h"

#include "collector/base/clock.h"
#include "collector/base/file_names.h"
#include "collector/journal/procmem.h"
#include "collector/view/end.h"
#include "collector/view/wait_log_read.h"
#include "launcher/sample/cgroup_others.h"
#include "launcher/sample/cgroups.h"
#include "launcher/sample/charges.h"
#include "launcher/sample/ends.h"
#include "launcher/sample/images.h"
#include "launcher/sample/limits.h"
#include "launcher/sample/readings.h"
#include "launcher/sample/slices.h"
#include "launcher/sample/stages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#define FIRST_GAP_NS MW_NS_PER_MS
#define COST_SHARE 10 /* samples use at most a tenth of a CPU */
/* Values are added up if they were read within this time. A busy host may stop a sample in the middle; what a process has
 * freed in the meantime, another one may have allocated. */
#define MOMENT_NS (50 * MW_NS_PER_MS)
#define MOMENT_EACH_NS 20000 /* or, of many processes, each within this */

/* The sampling process, so that readers of the file can check whether it is alive. */
static void note_self(struct mw_sampler *sampler)
{
    struct mw_procmem_stat stat;
    int fd = mw_procmem_open(sampler->tree.procfd, getpid(), "stat");

    sampler->view->sampler_pid = getpid();
    sampler->view->pid_ns = mw_procmem_pid_ns(sampler->tree.procfd, MW_PROCMEM_SELF);
    if (fd >= 0 && !mw_procmem_stat_read(fd, &stat))
        sampler->view->sampler_ticks = stat.start_ticks;
    if (fd >= 0)
        close(fd);
}

/* One epoll descriptor for everything. */
static int open_wait(const struct mw_sampler *sampler)
{
    struct epoll_event event = {.events = EPOLLIN};
    int fd = epoll_create1(EPOLL_CLOEXEC);

    if (fd < 0)
        return -1;
    if (sampler->adopt.fd >= 0)
        epoll_ctl(fd, EPOLL_CTL_ADD, sampler->adopt.fd, &event);
    epoll_ctl(fd, EPOLL_CTL_ADD, sampler->deaths.fd, &event);
    if (sampler->leaving.fd >= 0)
        epoll_ctl(fd, EPOLL_CTL_ADD, sampler->leaving.fd, &event);
    return fd;
}

int mw_sampler_init(struct mw_sampler *sampler, struct mw_view *view, int run_dirfd, struct mw_err *err)
{
    char name[sizeof(MW_FILE_VIEW) + sizeof(view->host)];

    *sampler = (struct mw_sampler){.view = view, .next_ns = view->begin_ns, .gap_ns = FIRST_GAP_NS};
    mw_pss_init(&sampler->pss, sampler->view->begin_ns);
    sampler->huge_pages = mw_limits_huge_pages() > 0;
    mw_slices_begin(view);
    mw_charges_begin(view);
    mw_cgroups_begin(view, "");
    if (mw_tree_init(&sampler->tree, "/proc", getpid()))
        return mw_err_set(err, "cannot read /proc: %s", strerror(errno));
    note_self(sampler);
    snprintf(name, sizeof(name), MW_FILE_VIEW "%s", view->host);
    if (mw_view_file_create(&sampler->file, view, run_dirfd, name, err) < 0)
        goto no_file;
    mw_wait_log_create(run_dirfd);
    if (mw_deaths_init(&sampler->deaths, sampler->tree.procfd, run_dirfd)) {
        mw_err_set(err, "cannot watch processes: %s", strerror(errno));
        goto no_deaths;
    }
    mw_adopt_init(&sampler->adopt, run_dirfd);
    mw_leaving_init(&sampler->leaving);
    sampler->fd = open_wait(sampler);
    if (sampler->fd >= 0)
        return 0;
    mw_err_set(err, "cannot watch processes: %s", strerror(errno));
    mw_leaving_fini(&sampler->leaving);
    mw_adopt_fini(&sampler->adopt);
    mw_deaths_fini(&sampler->deaths);
no_deaths:
    mw_view_file_close(&sampler->file, view);
no_file:
    mw_tree_fini(&sampler->tree);
    return -1;
}

void mw_sampler_fini(struct mw_sampler *sampler)
{
    close(sampler->fd);
    mw_leaving_fini(&sampler->leaving);
    mw_adopt_fini(&sampler->adopt);
    mw_deaths_fini(&sampler->deaths);
    mw_view_file_close(&sampler->file, sampler->view);
    mw_tree_fini(&sampler->tree);
    mw_sampled_fini(&sampler->sampled);
}

/* Timestamps OOM kills, and notes groups shared with other jobs while processes of those exist. */
static void look_groups(struct mw_sampler *sampler)
{
    struct mw_view *view = sampler->view;

    mw_cgroups_look_kills(view);
    for (uint32_t i = 0; i < view->cgroup_count; i++)
        if (!(view->cgroups[i].flags & MW_VIEW_CGROUP_SHARED) &&
            mw_cgroup_others(&view->cgroups[i], &sampler->tree, &sampler->sampled))
            view->cgroups[i].flags |= MW_VIEW_CGROUP_SHARED;
}

/* Deaths are noticed in between, for their order. */
static void between_processes(void *context)
{
    mw_ends_take(context);
}

static void read_pss(struct mw_sampler *sampler)
{
    if (mw_stages_any_passing(&sampler->tree, &sampler->sampled, sampler->adopt.dirfd, sampler->adopt.host, sampler->now))
        mw_pss_put_off(&sampler->pss, sampler->now);
    else
        mw_pss_sweep(&sampler->pss, &sampler->tree, &sampler->sampled, sampler->view, sampler->now, between_processes, sampler);
}

/* Counts a sample, and the interval since the previous one. */
static void note_gap(struct mw_sampler *sampler)
{
    struct mw_view *view = sampler->view;
    uint64_t gap;

    if (!view->samples++)
        view->first_sample_ns = sampler->now;
    gap = sampler->now - (view->samples > 1 ? view->last_ns : view->begin_ns);
    if (view->gap_max_ns < gap)
        view->gap_max_ns = gap;
    view->last_ns = sampler->now;
}

/* `took`: the time from the first reading to the last one. */
static void note_sum(struct mw_sampler *sampler, uint64_t sum, uint32_t processes, uint64_t took)
{
    if (took > MOMENT_NS && took > MOMENT_EACH_NS * processes) {
        sampler->view->samples_late++;
        return;
    }
    mw_slices_add(sampler->view, sampler->now, sum, processes);
    sampler->last_sum = sum;
}

void mw_sampler_sample(struct mw_sampler *sampler)
{
    struct mw_view *view = sampler->view;
    uint64_t sum = 0, begin, cost = mw_clock_cpu();
    uint32_t processes = 0;

    mw_ends_take(sampler);
    sampler->now = mw_clock_now();
    mw_images_update(sampler);
    look_groups(sampler);
    begin = mw_clock_now();
    for (size_t i = 0; i < sampler->tree.count; i++) {
        uint64_t rss = mw_readings_take(sampler, &sampler->tree.processes[i]);
        if (sampler->tree.processes[i].steady) /* read when the tree was updated */
            begin = sampler->now;
        sum += rss;
        processes += rss > 0;
    }
    note_sum(sampler, sum, processes, mw_clock_now() - begin);
    mw_charges_look(view, "", sampler->last_sum);
    note_gap(sampler);
    cost = mw_clock_cpu() - cost;
    sampler->rest_ns = sampler->now + COST_SHARE * cost;
    sampler->next_ns = sampler->now + sampler->gap_ns > sampler->rest_ns ? sampler->now + sampler->gap_ns : sampler->rest_ns;
    if (processes && mw_pss_is_due(&sampler->pss, sampler->now, sum))
        read_pss(sampler);
    sampler->gap_ns = 2 * sampler->gap_ns < view->interval_ns ? 2 * sampler->gap_ns : view->interval_ns;
    mw_view_file_sync(&sampler->file, view);
}

bool mw_sampler_wake(struct mw_sampler *sampler)
{
    bool ended = mw_ends_take(sampler), is_new = mw_adopt_was_woken(&sampler->adopt);

    if (is_new && mw_sampler_hurry(sampler))
        sampler->next_ns = mw_clock_now(); /* the journal is being filled in: sample now, and soon again */
    if (ended && mw_clock_now() < sampler->rest_ns) {
        sampler->next_ns = sampler->rest_ns; /* a thousand ranks may end one by one */
    } else if (ended) {
        mw_cgroups_look(sampler->view, "");
        mw_sampler_sample(sampler);
    }
    return ended;
}

void mw_sampler_collected(struct mw_sampler *sampler, pid_t pid, int wait_status)
{
    struct mw_view_process *entry = mw_sampler_entry(sampler, mw_tree_find(&sampler->tree, pid));
    struct mw_view_end_seen seen = {.ns = mw_clock_now(), .has_status = true, .wait_status = wait_status};

    mw_deaths_collected(&sampler->deaths, pid, wait_status);
    if (entry)
        mw_view_end_note(entry, &seen);
}

size_t mw_sampler_ranks(const struct mw_sampler *sampler)
{
    size_t count = 0;

    for (size_t i = 0; i < sampler->tree.count; i++)
        count += mw_sampler_sampled(sampler, &sampler->tree.processes[i])->is_rank;
    return count;
}

/* not getrusage(): it never returns less than the parent's value */
static uint64_t own_peak(void)
{
    struct mw_procmem_status status = {0};
    int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return 0;
    if (mw_procmem_status_read(fd, &status))
        status.hwm = 0;
    close(fd);
    return status.hwm;
}

void mw_sampler_finish(struct mw_sampler *sampler)
{
    struct mw_view *view = sampler->view;
    struct rusage usage;

    mw_ends_take(sampler);
    mw_cgroups_look(view, "");
    mw_charges_look(view, "", sampler->last_sum);
    getrusage(RUSAGE_SELF, &usage);
    view->launcher_cpu_ns = ((uint64_t)usage.ru_utime.tv_sec + (uint64_t)usage.ru_stime.tv_sec) * MW_NS_PER_SEC +
                            ((uint64_t)usage.ru_utime.tv_usec + (uint64_t)usage.ru_stime.tv_usec) * 1000;
    view->launcher_rss_peak = own_peak();
    view->end_ns = mw_clock_now();
    mw_view_file_sync(&sampler->file, view);
}
