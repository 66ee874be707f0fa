/* SPDX-License-Identifier: MIT */
#include "launcher/run/resources.h"

#include "collector/base/message.h"
#include "collector/base/text.h"
#include "collector/journal/segments.h"
#include "launcher/run/report.h"
#include "launcher/rundir/runs.h"
#include "launcher/sample/limits.h"
#include "launcher/start/forward.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* with fewer descriptors, all are needed on this host */
#define AGENTS_FILES 64

/* ---- files of the user ---- */

static int open_post(struct mw_job *job, struct mw_err *err)
{
    (void)err;
    mw_post_run_init(&job->post, job->options.post);
    return 0;
}

static void close_post(struct mw_job *job)
{
    mw_post_run_fini(&job->post);
}

static int open_forms(struct mw_job *job, struct mw_err *err)
{
    return mw_forms_open(&job->forms, job->options.forms.paths, job->options.forms.force, err);
}

static void close_forms(struct mw_job *job)
{
    mw_forms_abandon(&job->forms);
}

static int open_results(struct mw_job *job, struct mw_err *err)
{
    return mw_results_open(&job->results, &job->options.checks.results, job->options.forms.force, err);
}

static void close_results(struct mw_job *job)
{
    mw_results_abandon(&job->results);
}

static int open_judged(struct mw_job *job, struct mw_err *err)
{
    job->judged = mmap(NULL, sizeof(*job->judged), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (job->judged == MAP_FAILED)
        return mw_err_set(err, "out of memory");
    *job->judged = MW_JOB_NOT_JUDGED;
    job->over.gates = job->options.kill_over ? &job->options.checks.gates : NULL;
    return 0;
}

static void close_judged(struct mw_job *job)
{
    munmap(job->judged, sizeof(*job->judged));
}

/* ---- this process ---- */

static int find_shim(struct mw_job *job, struct mw_err *err)
{
    return mw_preload_find(job->shim, sizeof(job->shim), err);
}

/* Raises the limit of descriptors to the hard limit: each process needs two. The command gets the old limit. */
static void raise_file_limit(struct rlimit limit)
{
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/* Signals are held until the run directory is removed. */
static int open_relay(struct mw_job *job, struct mw_err *err)
{
    raise_file_limit(job->inherit.files);
    mw_spawn_take_timers(&job->inherit);
    return mw_relay_init(&job->relay, err);
}

static void close_relay(struct mw_job *job)
{
    mw_relay_fini(&job->relay);
}

static int become_subreaper(struct mw_job *job, struct mw_err *err)
{
    if (!job->options.no_subreaper && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
        return mw_err_set(err, "cannot become a child subreaper: %s", strerror(errno));
    return 0;
}

/* ---- the run directory ---- */

static int open_dir(struct mw_job *job, struct mw_err *err)
{
    mw_runs_clean(job->options.base_dir, false);
    return mw_rundir_create(&job->dir, job->options.base_dir, err);
}

/* A kept directory contains its journals as files: it can be moved, and survives a reboot. */
static void release_dir(struct mw_job *job, bool keeps)
{
    size_t failed = keeps ? mw_segments_to_files(job->dir.fd) : 0;
    char quoted[PATH_MAX];

    mw_text_quote(quoted, sizeof(quoted), job->dir.path);
    if (failed)
        mw_message("memwatch: %zu journal%s could not be written to %s: %s; save the run before this host is "
                   "rebooted: memwatch report -o FILE %s\n",
                   failed, failed == 1 ? "" : "s", job->dir.path, strerror(errno), quoted);
    if (keeps && job->sampler.file.error)
        mw_message("memwatch: cannot write all samples to %s: %s\n", job->dir.path, strerror(job->sampler.file.error));
    if (!keeps)
        mw_rundir_remove(&job->dir);
    mw_rundir_close(&job->dir);
    mw_segments_sweep();
}

static void close_dir(struct mw_job *job)
{
    release_dir(job, job->started && mw_run_report_kept(job));
}

/* ---- the sampler and the hub ---- */

static void begin_view(struct mw_job *job)
{
    struct mw_view *view = &job->view;

    gethostname(view->host, sizeof(view->host) - 1);
    mw_run_options_join(&job->options, view->command, sizeof(view->command));
    view->is_launcher = 1;
    view->inside_rank = (uint32_t)(job->inside.rank + 1);
    view->inside_size = (uint32_t)job->inside.size;
    view->interval_ns = job->options.measure.interval_ns;
    view->available_begin_bytes = mw_limits_available();
    mw_job_begin_clock(job);
}

static int open_sampler(struct mw_job *job, struct mw_err *err)
{
    begin_view(job);
    job->relay.log = &job->view;
    return mw_sampler_init(&job->sampler, &job->view, job->dir.fd, err);
}

static void close_sampler(struct mw_job *job)
{
    mw_sampler_fini(&job->sampler);
}

/* Without agents, less is known of other hosts; the run continues. */
static int open_hub(struct mw_job *job, struct mw_err *err)
{
    if (!job->options.no_agent && job->inherit.files.rlim_max < AGENTS_FILES)
        mw_message("memwatch: cannot use agents on other hosts: too few descriptors (raise ulimit -n to %d)\n", AGENTS_FILES);
    else if (!job->options.no_agent && mw_hub_open(&job->hub, job->dir.fd, err) < 0)
        mw_message("memwatch: cannot use agents on other hosts: %s\n", err->text);
    return 0;
}

static void close_hub(struct mw_job *job)
{
    mw_hub_close(job->hub);
}

static int open_wake(struct mw_job *job, struct mw_err *err)
{
    struct epoll_event event = {.events = EPOLLIN};

    job->wake_fd = epoll_create1(EPOLL_CLOEXEC);
    if (job->wake_fd >= 0 && !epoll_ctl(job->wake_fd, EPOLL_CTL_ADD, job->sampler.fd, &event) &&
        (!job->hub || !epoll_ctl(job->wake_fd, EPOLL_CTL_ADD, mw_hub_fd(job->hub), &event)))
        return 0;
    mw_err_set(err, "cannot wait for processes: %s", strerror(errno));
    if (job->wake_fd >= 0)
        close(job->wake_fd);
    return -1;
}

static void close_wake(struct mw_job *job)
{
    close(job->wake_fd);
}

/* ---- the command ---- */

static int set_environment(struct mw_job *job, struct mw_err *err)
{
    char *const *command = job->options.command;

    if (mw_preload_setenv(job->shim, job->dir.path, &job->options.measure, command, err))
        return -1;
    if (mw_hub_setenv(job->hub))
        return mw_err_set(err, "cannot set the environment: %s", strerror(errno));
    return mw_forward_setenv(command, job->options.quiet, err);
}

/* ---- all ---- */

/* Opened in this order, closed in reverse. */
static const struct stage {
    int (*open)(struct mw_job *job, struct mw_err *err); /* 0, or -1 with a line in err and everything closed */
    void (*close)(struct mw_job *job);                   /* NULL: nothing to close */
} stages[] = {
    {open_post, close_post},       /* --post-run-cmd */
    {open_forms, close_forms},     /* files of the reports */
    {open_results, close_results}, /* files of the checks */
    {open_judged, close_judged},   /* their result */
    {find_shim, NULL},             /* the library that is put into the ranks */
    {open_relay, close_relay},     /* signals are held from here on */
    {open_dir, close_dir},         /* the run directory */
    {become_subreaper, NULL},      /* orphans of the job become children of this process */
    {open_sampler, close_sampler}, /* samples, and the view in the run directory */
    {open_hub, close_hub},         /* agents of other hosts */
    {open_wake, close_wake},       /* what the loop waits for */
    {set_environment, NULL},       /* what the command's ranks, and its agents, have to know */
};
#define STAGES (sizeof(stages) / sizeof(stages[0]))

static void close_stages(struct mw_job *job, size_t count)
{
    while (count-- > 0)
        if (stages[count].close)
            stages[count].close(job);
}

int mw_resources_open(struct mw_job *job, struct mw_err *err)
{
    for (size_t i = 0; i < STAGES; i++)
        if (stages[i].open(job, err) < 0) {
            close_stages(job, i);
            return -1;
        }
    return 0;
}

void mw_resources_close(struct mw_job *job)
{
    close_stages(job, STAGES);
}
