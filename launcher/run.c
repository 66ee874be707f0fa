/* SPDX-License-Identifier: MIT */
/* `memwatch run`: everything is prepared in one order and taken down in the reverse. */
#include "launcher/commands.h"

#include "collector/clock.h"
#include "collector/merge.h"
#include "collector/procmem.h"
#include "launcher/apart.h"
#include "launcher/forward.h"
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
#include <fcntl.h>
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
    struct mw_relay relay;
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
    if (mw_relay_init(&run->relay, &run->inherit, err) < 0)
        goto no_signals;
    if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)) {
        mw_err_set(err, "cannot become a child subreaper: %s", strerror(errno));
        goto no_sampler;
    }
    begin_view(run);
    if (mw_sampler_init(&run->sampler, &run->view, run->dir.fd, err) < 0)
        goto no_sampler;
    run->sampler.tree.left_out = run->relay.witness.pid;
    if (!mw_preload_setenv(shim, run->dir.path, &run->options, err) &&
        !mw_forward_setenv(run->options.command, run->options.quiet, err))
        return 0;
    mw_sampler_fini(&run->sampler);
no_sampler:
    mw_view_fini(&run->view);
    mw_relay_fini(&run->relay);
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

/* Samples until the command has ended, and once more: what it leaves running is seen then. */
static int watch(struct run *run, pid_t pid)
{
    int status = 0;

    for (;;) {
        if (mw_relay_wait(&run->relay, pid, run->sampler.next_ns) && reap(pid, &status)) {
            mw_sampler_sample(&run->sampler);
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

/* Not getrusage(): its number is never below what our parent had. */
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

static void end_view(struct run *run)
{
    struct rusage usage;

    run->view.end_ns = mw_clock_now();
    getrusage(RUSAGE_SELF, &usage);
    run->view.launcher_cpu_ns = ((uint64_t)usage.ru_utime.tv_sec + (uint64_t)usage.ru_stime.tv_sec) * MW_NS_PER_SEC +
                                ((uint64_t)usage.ru_utime.tv_usec + (uint64_t)usage.ru_stime.tv_usec) * 1000;
    run->view.launcher_rss_peak = own_peak();
    mw_limits_cgroup_end(&run->view);
}

static int write_report(struct run *run, const struct mw_model *model, struct mw_err *err)
{
    FILE *out = run->options.report_file ? run->output.file : stderr;
    struct mw_report_text_style style = mw_options_style(&run->options, fileno(out));

    if (mw_report_text_write(out, model, &style) < 0)
        return mw_err_set(err, "cannot write the report to %s: %s; make room or choose another --report FILE",
                          run->options.report_file ? run->options.report_file : "stderr", strerror(errno));
    return run->options.report_file ? mw_output_commit(&run->output, err) : 0;
}

/* In a process of its own. */
static int report(void *context)
{
    struct run *run = context;
    struct mw_model *model;
    struct mw_err err;
    int done;

    run->view.node_bytes = mw_limits_node();
    model = mw_merge_run(run->dir.fd, &run->view, &err);
    done = model ? write_report(run, model, &err) : -1;
    if (done)
        fprintf(stderr, "memwatch: %s%s\n", done < 0 ? "no report: " : "", err.text);
    mw_model_destroy(model);
    return done < 0;
}

static void make_report(struct run *run)
{
    if (!mw_apart_run(report, run, &run->relay, &run->inherit))
        mw_output_release(&run->output);
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

    /* A closed pipe or a full file must not end us, nor take the command's status. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    if (spawned.error)
        return start_failed(run, &spawned);
    run->view.pid = spawned.pid;
    note_status(&run->view, watch(run, spawned.pid));
    /* From here on nothing changes the exit status: it is the command's. */
    end_view(run);
    if (!run->options.quiet || run->options.report_file)
        make_report(run);
    return run->view.exit_status;
}

int mw_cmd_run(int argc, char **argv)
{
    struct run run = {.relay = {.fd = -1}};
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
    mw_relay_fini(&run.relay);
    mw_options_fini(&run.options);
    return status;
}
