/* SPDX-License-Identifier: MIT */
/* `memwatch run`: everything is prepared in one order and taken down in the reverse. */
#include "launcher/commands.h"

#include "collector/clock.h"
#include "collector/merge.h"
#include "launcher/limits.h"
#include "launcher/options.h"
#include "launcher/output.h"
#include "launcher/preload.h"
#include "launcher/relay.h"
#include "launcher/rundir.h"
#include "launcher/sampler.h"
#include "launcher/spawn.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct run {
    struct mw_options options;
    struct mw_output output;
    struct mw_rundir dir;
    struct mw_spawn_inherit inherit;
    struct mw_view view;
    struct mw_sampler sampler;
    int signals; /* descriptor of the relay */
};

/* The command as one line, arguments separated by blanks. */
static char *join(char *const words[])
{
    size_t length = 1;
    char *line, *at;

    for (size_t i = 0; words[i]; i++)
        length += strlen(words[i]) + 1;
    line = at = malloc(length);
    if (!line)
        return NULL;
    *at = '\0';
    for (size_t i = 0; words[i]; i++)
        at += sprintf(at, "%s%s", i ? " " : "", words[i]);
    return line;
}

/* As many descriptors as we may have: two for each process. The command gets the old limit back. */
static void raise_file_limit(struct rlimit *before)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, before))
        *before = (struct rlimit){1024, 1024};
    limit = *before;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void begin_view(struct run *run)
{
    char host[256] = "";

    gethostname(host, sizeof(host) - 1);
    run->view.host = strdup(host);
    run->view.command = join(run->options.command);
    run->view.interval_ns = run->options.interval_ns;
    run->view.available_begin_bytes = mw_limits_available();
    run->view.begin_ns = mw_clock_now();
    run->view.begin_wall_ns = mw_clock_wall();
    mw_limits_cgroup(&run->view, "");
}

/* All that can fail, before anything is started. */
static int prepare(struct run *run, struct mw_err *err)
{
    char shim[PATH_MAX];

    if (run->options.report_file &&
        mw_output_open(&run->output, run->options.report_file, run->options.force, err) < 0)
        return -1;
    if (mw_preload_find(shim, sizeof(shim), err) < 0)
        goto no_shim;
    if (mw_rundir_create(&run->dir, run->options.base_dir, err) < 0)
        goto no_shim;
    raise_file_limit(&run->inherit.files);
    run->signals = mw_relay_open(&run->inherit, err);
    if (run->signals < 0)
        goto no_signals;
    if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)) {
        mw_err_set(err, "cannot become a child subreaper: %s", strerror(errno));
        goto no_signals;
    }
    begin_view(run);
    if (mw_sampler_init(&run->sampler, &run->view, run->dir.fd, err) < 0)
        goto no_signals;
    if (!mw_preload_setenv(shim, run->dir.path, &run->options, err))
        return 0;
    mw_sampler_fini(&run->sampler);
no_signals:
    mw_rundir_fini(&run->dir, 0);
no_shim:
    mw_output_abandon(&run->output);
    return -1;
}

/* Collects ended children. Returns whether the command is among them, with its status. */
static bool reap(pid_t command, int *status)
{
    bool ended = false;
    int one;
    pid_t pid;

    while ((pid = waitpid(-1, &one, WNOHANG)) > 0)
        if (pid == command) {
            *status = one;
            ended = true;
        }
    return ended;
}

static int until(uint64_t deadline)
{
    uint64_t now = mw_clock_now();

    return deadline <= now ? 0 : (int)((deadline - now + MW_NS_PER_MS - 1) / MW_NS_PER_MS);
}

/* Samples until the command has ended. */
static int watch(struct run *run, pid_t pid)
{
    struct pollfd wait = {.fd = run->signals, .events = POLLIN};
    int status = 0;

    for (;;) {
        if (poll(&wait, 1, until(run->sampler.next_ns)) > 0) {
            if (mw_relay_handle(run->signals, pid) && reap(pid, &status))
                return status;
        }
        if (mw_clock_now() >= run->sampler.next_ns)
            mw_sampler_sample(&run->sampler);
    }
}

/* In the shell's terms: 128 + n for a signal. */
static void note_status(struct mw_view *view, int status)
{
    if (WIFSIGNALED(status)) {
        view->exit_signal = WTERMSIG(status);
        view->exit_status = 128 + WTERMSIG(status);
    } else {
        view->exit_status = WEXITSTATUS(status);
    }
}

static void end_view(struct run *run)
{
    struct rusage usage;

    run->view.end_ns = mw_clock_now();
    getrusage(RUSAGE_SELF, &usage);
    run->view.launcher_cpu_ns = ((uint64_t)usage.ru_utime.tv_sec + (uint64_t)usage.ru_stime.tv_sec) * MW_NS_PER_SEC +
                                ((uint64_t)usage.ru_utime.tv_usec + (uint64_t)usage.ru_stime.tv_usec) * 1000;
    run->view.launcher_rss_peak = (uint64_t)usage.ru_maxrss * 1024;
    if (run->view.cgroup_path) /* its peak is known only now */
        mw_limits_cgroup(&run->view, "");
    run->view.node_bytes = mw_limits_node();
}

static int write_report(struct run *run, const struct mw_model *model, struct mw_err *err)
{
    FILE *out = run->options.report_file ? run->output.file : stderr;
    struct mw_report_text_style style = mw_options_style(&run->options, fileno(out));

    if (mw_report_text_write(out, model, &style) < 0)
        return mw_err_set(err, "cannot write the report: %s", strerror(errno));
    return run->options.report_file ? mw_output_commit(&run->output, err) : 0;
}

/* From here on nothing changes the exit status: it is the command's. */
static void report(struct run *run)
{
    struct mw_model *model;
    struct mw_err err;

    end_view(run);
    if (run->options.quiet && !run->options.report_file)
        return;
    model = mw_merge_run(run->dir.fd, &run->view, &err);
    if (!model || write_report(run, model, &err) < 0)
        fprintf(stderr, "memwatch: no report: %s\n", err.text);
    mw_model_destroy(model);
}

static int start_failed(const struct run *run, const struct mw_spawn_result *spawned)
{
    fprintf(stderr, "memwatch: cannot start %s: %s\n", run->options.command[0], strerror(spawned->error));
    if (spawned->pid < 0)
        return MW_EXIT_FAILURE;
    return spawned->error == ENOENT ? MW_EXIT_NOT_FOUND : MW_EXIT_NOT_EXECUTABLE;
}

static int start_and_watch(struct run *run)
{
    struct mw_spawn_result spawned = mw_spawn(run->options.command, &run->inherit, run->options.silent);

    if (spawned.error)
        return start_failed(run, &spawned);
    run->view.pid = spawned.pid;
    note_status(&run->view, watch(run, spawned.pid));
    report(run);
    return run->view.exit_status;
}

int mw_cmd_run(int argc, char **argv)
{
    struct run run = {.signals = -1};
    struct mw_err err;
    int status;

    mw_options_parse_run(&run.options, argc, argv);
    if (prepare(&run, &err) < 0) {
        fprintf(stderr, "memwatch: %s\n", err.text);
        mw_options_fini(&run.options);
        return MW_EXIT_FAILURE;
    }
    status = start_and_watch(&run);
    if (run.options.keep)
        fprintf(stderr, "memwatch: the run directory is kept: %s\n", run.dir.path);
    mw_sampler_fini(&run.sampler);
    mw_rundir_fini(&run.dir, run.options.keep);
    mw_output_abandon(&run.output);
    mw_view_fini(&run.view);
    close(run.signals);
    mw_options_fini(&run.options);
    return status;
}
