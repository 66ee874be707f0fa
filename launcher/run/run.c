/* SPDX-License-Identifier: MIT */
/* `memwatch run`: resources are opened in the order of stages[] and closed in reverse. */
#include "launcher/run/run.h"

#include "collector/base/clock.h"
#include "collector/base/message.h"
#include "collector/base/text.h"
#include "collector/findings/gates.h"
#include "collector/journal/procmem.h"
#include "collector/journal/segments.h"
#include "collector/merge/merge.h"
#include "collector/report/text/text.h"
#include "launcher/hosts/hub.h"
#include "launcher/options/exit_status.h"
#include "launcher/output/forms.h"
#include "launcher/output/verdict.h"
#include "launcher/process/post_run.h"
#include "launcher/process/relay.h"
#include "launcher/process/report_child.h"
#include "launcher/process/spawn.h"
#include "launcher/run/kill_over.h"
#include "launcher/run/live.h"
#include "launcher/run/options.h"
#include "launcher/run/remake.h"
#include "launcher/run/repeat.h"
#include "launcher/rundir/rundir.h"
#include "launcher/rundir/runs.h"
#include "launcher/sample/limits.h"
#include "launcher/sample/sampler.h"
#include "launcher/start/forward.h"
#include "launcher/start/inside.h"
#include "launcher/start/preload.h"

#include <errno.h>
#include <limits.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* how long the report waits for ranks that outlive the command */
#define RANKS_END_NS MW_NS_PER_SEC
/* the same for other processes, which may never end */
#define REST_END_NS (300 * MW_NS_PER_MS)
/* after the command, for agents: in all, and without new file data */
#define AGENTS_NS (10 * MW_NS_PER_SEC)
#define AGENTS_SILENT_NS (2 * MW_NS_PER_SEC)
/* with fewer descriptors, all are needed on this host */
#define AGENTS_FILES 64

/* `judged`: limits were not checked */
#define NOT_JUDGED (-1)

struct run {
    struct mw_run_options options;
    struct mw_forms forms;
    struct mw_verdict verdict;
    struct mw_kill_over over;
    struct mw_post_run post;
    int *judged; /* exit status of the checks; shared with the process that makes the report */
    struct mw_rundir dir;
    struct mw_spawn_inherit inherit;
    struct mw_view view;
    struct mw_sampler sampler;
    struct mw_relay relay;
    struct mw_live live;
    bool unreported;
    struct mw_inside inside; /* set if an mpirun started memwatch */
    struct mw_remake remake;
    struct mw_hub *hub; /* NULL: no agents */
    int wake_fd;        /* epoll: the sampler or the hub has work */
    char shim[PATH_MAX];
    bool started; /* there is data to report and to keep */
    char *kept;   /* PATH_MAX bytes for the path of the run directory, which is kept then; NULL: remove it */
};

/* The command as one line, arguments separated by spaces, truncated. */
static void join(char *line, size_t size, char *const words[])
{
    size_t length = 0;

    line[0] = '\0';
    for (size_t i = 0; words[i] && length < size; i++)
        length += (size_t)snprintf(line + length, size - length, "%s%s", i ? " " : "", words[i]);
}

/* Raises the limit of descriptors to the hard limit: each process needs two. The command gets the old limit. */
static void raise_file_limit(struct rlimit limit)
{
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/* Start of the job's time axis. */
static void begin_clock(struct run *run)
{
    run->view.begin_ns = mw_clock_now();
    run->view.begin_wall_ns = mw_clock_wall();
}

static void begin_view(struct run *run)
{
    struct mw_view *view = &run->view;

    gethostname(view->host, sizeof(view->host) - 1);
    join(view->command, sizeof(view->command), run->options.command);
    view->is_launcher = 1;
    view->inside_rank = (uint32_t)(run->inside.rank + 1);
    view->inside_size = (uint32_t)run->inside.size;
    view->interval_ns = run->options.measure.interval_ns;
    view->available_begin_bytes = mw_limits_available();
    begin_clock(run);
}

/* Reaps ended children; nothing else can learn the status of ranks that became children of this process. Returns
 * whether the command is among them, with its status. */
static bool reap(struct run *run, pid_t command, int *status)
{
    bool ended = false;
    int one;
    pid_t pid;

    while ((pid = waitpid(-1, &one, WNOHANG)) > 0) {
        mw_sampler_collected(&run->sampler, pid, one);
        if (pid == command) {
            *status = one;
            ended = true;
        }
    }
    return ended;
}

/* Samples until the command has ended, and once more, to see what it leaves running. */
static int watch(struct run *run, pid_t pid)
{
    int status = 0;

    for (;;) {
        bool child = mw_relay_wait(&run->relay, pid, run->wake_fd, run->sampler.next_ns);
        mw_sampler_wake(&run->sampler); /* before the end of the command is noted: ranks end before it */
        if (child && reap(run, pid, &status)) {
            run->view.command_end_ns = mw_clock_now();
            mw_sampler_sample(&run->sampler);
            return status;
        }
        mw_hub_serve(run->hub);
        if (mw_clock_now() >= run->sampler.next_ns) {
            mw_sampler_sample(&run->sampler);
            mw_remake_look(&run->remake, &run->dir, &run->sampler, run->hub);
        }
        mw_kill_over_check(&run->over, &run->sampler, &run->live, pid);
        mw_live_draw(&run->live, &run->sampler);
    }
}

/* After mpirun is killed, ranks end slightly later; wait for that, to report how they ended. */
static void see_ranks_end(struct run *run)
{
    uint64_t until = mw_clock_now() + RANKS_END_NS;
    int status;

    while (run->sampler.ended < run->sampler.watched && mw_clock_now() < until) {
        mw_relay_wait(&run->relay, 0, run->wake_fd, mw_clock_now() + RANKS_END_NS / 10);
        mw_sampler_wake(&run->sampler);
        mw_hub_serve(run->hub);
        reap(run, 0, &status); /* ranks that became children of this process */
    }
}

/* Processes that ranks and launchers started usually end shortly after them. Those that do not are left running and not
 * waited for. */
static void see_rest_end(struct run *run)
{
    uint64_t until = mw_clock_now() + REST_END_NS;
    int status;

    for (mw_sampler_sample(&run->sampler); run->sampler.tree.count && mw_clock_now() < until;
         mw_sampler_sample(&run->sampler)) {
        mw_relay_wait(&run->relay, 0, run->wake_fd, mw_clock_now() + REST_END_NS / 10);
        mw_sampler_wake(&run->sampler);
        mw_hub_serve(run->hub);
        reap(run, 0, &status);
    }
}

/* After the command has ended, agents send their remaining data; signals are held meanwhile. The hub is closed then. */
static void wait_for_agents(struct run *run)
{
    uint64_t end = mw_clock_now(), now = end;

    mw_hub_end(run->hub);
    while (mw_hub_pending(run->hub) && now - end < AGENTS_NS) {
        uint64_t heard = mw_hub_heard(run->hub);
        struct pollfd wait = {.fd = mw_hub_fd(run->hub), .events = POLLIN};
        if (now - (heard > end ? heard : end) >= AGENTS_SILENT_NS)
            break;
        poll(&wait, 1, 100);
        mw_hub_serve(run->hub);
        now = mw_clock_now();
    }
    mw_hub_close(run->hub);
    run->hub = NULL;
}

/* As in a shell: 128 + n for signal n. */
static void note_status(struct mw_view *view, int status)
{
    if (WIFSIGNALED(status)) {
        view->exit_signal = WTERMSIG(status);
        view->exit_status = 128 + WTERMSIG(status);
    } else {
        view->exit_status = WEXITSTATUS(status);
    }
}

static bool wants_text(const struct run *run)
{
    return !run->options.quiet && !run->options.forms.paths[MW_FORM_TEXT]; /* or one line for it */
}

static int write_reports(struct run *run, const struct mw_model *model)
{
    struct mw_report_style style = mw_display_style(&run->options.display, -1);
    int failed = mw_forms_write(&run->forms, model, &style);

    if (!wants_text(run))
        return failed;
    if (mw_inside_is_brief(&run->inside)) {
        mw_inside_write_brief(&run->inside, model);
        return failed;
    }
    style = mw_display_style(&run->options.display, STDERR_FILENO);
    if (mw_report_text_write(stderr, model, &style) == 0)
        return failed;
    mw_message("memwatch: cannot write the report to stderr: %s; use --report FILE\n", strerror(errno));
    return 1;
}

static int judge(struct run *run, const struct mw_model *model)
{
    struct mw_findings findings = {0};
    int failed;

    if (!mw_gates_any(&run->options.checks.gates))
        return 0;
    mw_gates_judge(&run->options.checks.gates, model, &findings);
    failed = mw_verdict_report(&run->verdict, &findings, model->job.command);
    *run->judged = mw_findings_status(&findings);
    mw_findings_fini(&findings);
    return failed;
}

/* Runs in a child process. */
static int report(void *context)
{
    struct run *run = context;
    struct mw_model *model;
    struct mw_err err;
    int failed;

    mw_limits_node(&run->view);
    mw_view_file_sync(&run->sampler.file, &run->view);
    model = mw_merge_run(run->dir.fd, &run->view, &err);
    if (!model) {
        mw_message("memwatch: no report: %s\n", err.text);
        return 1;
    }
    mw_remake_note(&run->remake, &run->dir, model);
    failed = write_reports(run, model);
    failed |= judge(run, model);
    mw_model_destroy(model);
    return failed;
}

/* Keeps data that could not be reported, unless stderr or the pipe was closed by the reader. */
static void make_report(struct run *run)
{
    int result = mw_report_child_run(report, run, &run->relay, &run->inherit);

    if (result == 0) {
        mw_forms_release(&run->forms);
        mw_verdict_release(&run->verdict);
    }
    run->unreported = run->sampler.file.fd >= 0 && (result < 0 || (result > 0 && mw_forms_any(run->options.forms.paths)));
}

static int start_failed(const struct run *run, const struct mw_spawn_result *spawned)
{
    mw_message("memwatch: cannot start %s: %s\n", run->options.command[0], strerror(spawned->error));
    if (spawned->pid < 0)
        return MW_EXIT_FAILURE;
    return spawned->error == ENOENT ? MW_EXIT_NOT_FOUND : MW_EXIT_NOT_EXECUTABLE;
}

static enum mw_spawn_output output_of(const struct mw_run_options *options)
{
    return options->silent ? MW_SPAWN_DROPPED : mw_forms_stdout(options->forms.paths) ? MW_SPAWN_TO_STDERR : MW_SPAWN_OWN;
}

/* The exit status: the command's, unless the command succeeded or memwatch ended it, and a limit was exceeded. */
static int exit_status(const struct run *run)
{
    bool ended_by_us = run->view.over.what != MW_VIEW_OVER_NONE;

    if (!mw_gates_any(&run->options.checks.gates) || (run->view.exit_status && !ended_by_us))
        return run->view.exit_status;
    if (*run->judged > 0)
        return *run->judged;
    if (ended_by_us)
        return run->view.over.what == MW_VIEW_OVER_TOTAL ? MW_FINDINGS_TOTAL : MW_FINDINGS_PROCESS;
    if (*run->judged == 0)
        return 0;
    mw_message("memwatch: the limits were not checked: no report was made\n");
    return MW_EXIT_FAILURE;
}

/* The record: the file written by -o, or one in the run directory. */
static const char *record_path(const struct run *run)
{
    const char *file = run->options.forms.paths[MW_FORM_RECORD];

    return file && strcmp(file, "-") ? file : run->dir.path;
}

static enum mw_live_when live_when(const struct mw_run_options *options)
{
    return options->quiet && options->live == MW_LIVE_AUTO ? MW_LIVE_NEVER : options->live;
}

static int start_and_watch(struct run *run)
{
    struct mw_spawn spawn = mw_spawn_prepare(run->options.command, NULL, &run->inherit, output_of(&run->options));
    struct mw_spawn_result spawned;

    mw_relay_begin(&run->relay, spawn.pid);
    begin_clock(run);
    run->sampler.tree.left_out = run->relay.probe.pid;
    spawned = mw_spawn_start(&spawn);
    if (spawned.error)
        return start_failed(run, &spawned);
    run->view.pid = spawned.pid;
    mw_live_init(&run->live, live_when(&run->options), run->view.begin_ns);
    note_status(&run->view, watch(run, spawned.pid));
    mw_live_clear(&run->live);
    see_ranks_end(run);
    see_rest_end(run);
    /* From here on the exit status is the command's, except for limits set by the user. */
    mw_sampler_finish(&run->sampler);
    wait_for_agents(run);
    mw_remake_restore(&run->remake, &run->dir, &run->sampler, NULL);
    if (wants_text(run) || mw_forms_any(run->options.forms.paths) || mw_gates_any(&run->options.checks.gates))
        make_report(run);
    mw_post_run_execute(&run->post, record_path(run), &run->relay, &run->inherit);
    return exit_status(run);
}

/* Prints what is kept, unless the caller takes it over. Returns whether something is kept. */
static bool keep(const struct run *run)
{
    enum mw_rundir_place place = mw_rundir_place(&run->dir);
    char quoted[PATH_MAX];

    mw_text_quote(quoted, sizeof(quoted), run->dir.path);
    if (run->remake.moved_to[0])
        mw_message("memwatch: the run directory was moved while the job ran; it is kept at %s\n", run->remake.moved_to);
    if (place != MW_RUNDIR_THERE && (run->options.keep || run->unreported)) {
        mw_message("memwatch: nothing to keep: the run directory %s was removed while the job ran\n", run->dir.path);
        return false;
    }
    if (run->options.keep) {
        mw_message("memwatch: the run directory is kept: %s\n", run->dir.path);
        mw_rundir_mark(&run->dir, MW_RUNDIR_KEPT);
    } else if (run->unreported) {
        mw_message("memwatch: no data is lost; to report it later: memwatch report %s\n", quoted);
    }
    if (run->kept)
        snprintf(run->kept, PATH_MAX, "%s", run->dir.path);
    return run->options.keep || run->unreported || run->kept;
}

/* A kept directory contains its journals as files: it can be moved, and survives a reboot. */
static void release_dir(struct run *run, bool keeps)
{
    size_t failed = keeps ? mw_segments_to_files(run->dir.fd) : 0;
    char quoted[PATH_MAX];

    mw_text_quote(quoted, sizeof(quoted), run->dir.path);
    if (failed)
        mw_message("memwatch: %zu journal%s could not be written to %s: %s; save the run before this host is "
                   "rebooted: memwatch report -o FILE %s\n",
                   failed, failed == 1 ? "" : "s", run->dir.path, strerror(errno), quoted);
    if (keeps && run->sampler.file.error)
        mw_message("memwatch: cannot write all samples to %s: %s\n", run->dir.path, strerror(run->sampler.file.error));
    if (!keeps)
        mw_rundir_remove(&run->dir);
    mw_rundir_close(&run->dir);
    mw_segments_sweep();
}

/* ---- resources of a run: opened in order, closed in reverse ---- */

static int open_post(struct run *run, struct mw_err *err)
{
    (void)err;
    mw_post_run_init(&run->post, run->options.post);
    return 0;
}

static void close_post(struct run *run)
{
    mw_post_run_fini(&run->post);
}

static int open_forms(struct run *run, struct mw_err *err)
{
    return mw_forms_open(&run->forms, run->options.forms.paths, run->options.forms.force, err);
}

static void close_forms(struct run *run)
{
    mw_forms_abandon(&run->forms);
}

static int open_verdict(struct run *run, struct mw_err *err)
{
    return mw_verdict_open(&run->verdict, &run->options.checks.verdict, run->options.forms.force, err);
}

static void close_verdict(struct run *run)
{
    mw_verdict_abandon(&run->verdict);
}

static int open_judged(struct run *run, struct mw_err *err)
{
    run->judged = mmap(NULL, sizeof(*run->judged), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (run->judged == MAP_FAILED)
        return mw_err_set(err, "out of memory");
    *run->judged = NOT_JUDGED;
    run->over.gates = run->options.kill_over ? &run->options.checks.gates : NULL;
    return 0;
}

static void close_judged(struct run *run)
{
    munmap(run->judged, sizeof(*run->judged));
}

static int find_shim(struct run *run, struct mw_err *err)
{
    return mw_preload_find(run->shim, sizeof(run->shim), err);
}

/* Signals are held until the run directory is removed. */
static int open_relay(struct run *run, struct mw_err *err)
{
    raise_file_limit(run->inherit.files);
    mw_spawn_take_timers(&run->inherit);
    return mw_relay_init(&run->relay, err);
}

static void close_relay(struct run *run)
{
    mw_relay_fini(&run->relay);
}

static int open_dir(struct run *run, struct mw_err *err)
{
    mw_runs_clean(run->options.base_dir, false);
    return mw_rundir_create(&run->dir, run->options.base_dir, err);
}

static void close_dir(struct run *run)
{
    release_dir(run, run->started && keep(run));
}

static int become_subreaper(struct run *run, struct mw_err *err)
{
    if (!run->options.no_subreaper && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
        return mw_err_set(err, "cannot become a child subreaper: %s", strerror(errno));
    return 0;
}

static int open_sampler(struct run *run, struct mw_err *err)
{
    begin_view(run);
    run->relay.log = &run->view;
    return mw_sampler_init(&run->sampler, &run->view, run->dir.fd, err);
}

static void close_sampler(struct run *run)
{
    mw_sampler_fini(&run->sampler);
}

/* Without agents, less is known of other hosts; the run continues. */
static int open_hub(struct run *run, struct mw_err *err)
{
    if (!run->options.no_agent && run->inherit.files.rlim_max < AGENTS_FILES)
        mw_message("memwatch: cannot use agents on other hosts: too few descriptors (raise ulimit -n to %d)\n", AGENTS_FILES);
    else if (!run->options.no_agent && mw_hub_open(&run->hub, run->dir.fd, err) < 0)
        mw_message("memwatch: cannot use agents on other hosts: %s\n", err->text);
    return 0;
}

static void close_hub(struct run *run)
{
    mw_hub_close(run->hub);
}

static int open_wake(struct run *run, struct mw_err *err)
{
    struct epoll_event event = {.events = EPOLLIN};

    run->wake_fd = epoll_create1(EPOLL_CLOEXEC);
    if (run->wake_fd >= 0 && !epoll_ctl(run->wake_fd, EPOLL_CTL_ADD, run->sampler.fd, &event) &&
        (!run->hub || !epoll_ctl(run->wake_fd, EPOLL_CTL_ADD, mw_hub_fd(run->hub), &event)))
        return 0;
    mw_err_set(err, "cannot wait for processes: %s", strerror(errno));
    if (run->wake_fd >= 0)
        close(run->wake_fd);
    return -1;
}

static void close_wake(struct run *run)
{
    close(run->wake_fd);
}

static int set_environment(struct run *run, struct mw_err *err)
{
    char *const *command = run->options.command;

    if (mw_preload_setenv(run->shim, run->dir.path, &run->options.measure, command, err))
        return -1;
    if (mw_hub_setenv(run->hub))
        return mw_err_set(err, "cannot set the environment: %s", strerror(errno));
    return mw_forward_setenv(command, run->options.quiet, err);
}

static const struct stage {
    int (*open)(struct run *run, struct mw_err *err); /* 0, or -1 with a line in err and everything closed */
    void (*close)(struct run *run);                   /* NULL: nothing to close */
} stages[] = {
    {open_post, close_post},     {open_forms, close_forms}, {open_verdict, close_verdict},
    {open_judged, close_judged}, {find_shim, NULL},         {open_relay, close_relay},
    {open_dir, close_dir},       {become_subreaper, NULL},  {open_sampler, close_sampler},
    {open_hub, close_hub},       {open_wake, close_wake},   {set_environment, NULL},
};
#define STAGES (sizeof(stages) / sizeof(stages[0]))

static void close_stages(struct run *run, size_t count)
{
    while (count-- > 0)
        if (stages[count].close)
            stages[count].close(run);
}

/* Everything that can fail, before the command is started. On failure nothing is left open. */
static int open_stages(struct run *run, struct mw_err *err)
{
    for (size_t i = 0; i < STAGES; i++)
        if (stages[i].open(run, err) < 0) {
            close_stages(run, i);
            return -1;
        }
    return 0;
}

static struct mw_spawn_inherit inherit; /* state at the start of this process */

/* One run; if `kept` is not NULL the directory is kept, and its path is written there. */
static int run_once(const struct mw_run_options *options, char *kept)
{
    struct run run = {.options = *options,
                      .kept = kept,
                      .relay = {.fd = -1},
                      .inherit = inherit,
                      .inside = mw_inside_look(options->command, getenv)};
    struct mw_err err;
    int status;

    if (open_stages(&run, &err) < 0) {
        mw_message("memwatch: %s\n", err.text);
        return MW_EXIT_FAILURE;
    }
    run.started = true;
    status = start_and_watch(&run);
    close_stages(&run, STAGES);
    return status;
}

static void warn_if_inside(const struct mw_run_options *options)
{
    struct mw_inside inside = mw_inside_look(options->command, getenv);
    char line[1024];

    join(line, sizeof(line), options->command);
    if (mw_inside_should_warn(&inside) && !options->quiet)
        mw_inside_warn(&inside, line);
}

int mw_run_main(int argc, char **argv)
{
    struct mw_run_options options;
    int status;

    mw_spawn_hold(&inherit);
    mw_run_options_parse(&options, argc, argv);
    warn_if_inside(&options);
    status = options.repeat > 1 ? mw_repeat_run(&options, run_once) : run_once(&options, NULL);
    mw_run_options_fini(&options);
    return status;
}
