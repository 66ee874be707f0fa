/* SPDX-License-Identifier: MIT */
/* `memwatch run`: the sequence of a run. */
#include "launcher/run/run.h"

#include "collector/base/message.h"
#include "launcher/options/exit_status.h"
#include "launcher/run/job.h"
#include "launcher/run/options.h"
#include "launcher/run/repeat.h"
#include "launcher/run/report.h"
#include "launcher/run/resources.h"
#include "launcher/run/watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int start_failed(const struct mw_job *job, const struct mw_spawn_result *spawned)
{
    mw_message("memwatch: cannot start %s: %s\n", job->options.command[0], strerror(spawned->error));
    if (spawned->pid < 0)
        return MW_EXIT_FAILURE;
    return spawned->error == ENOENT ? MW_EXIT_NOT_FOUND : MW_EXIT_NOT_EXECUTABLE;
}

static enum mw_spawn_output output_of(const struct mw_run_options *options)
{
    return options->silent ? MW_SPAWN_DROPPED : mw_forms_stdout(options->forms.paths) ? MW_SPAWN_TO_STDERR : MW_SPAWN_OWN;
}

/* The record: the file written by -o, or one in the run directory. */
static const char *record_path(const struct mw_job *job)
{
    const char *file = job->options.forms.paths[MW_FORM_RECORD];

    return file && strcmp(file, "-") ? file : job->dir.path;
}

static enum mw_live_when live_when(const struct mw_run_options *options)
{
    return options->quiet && options->live == MW_LIVE_AUTO ? MW_LIVE_NEVER : options->live;
}

static int start_and_watch(struct mw_job *job)
{
    struct mw_spawn spawn = mw_spawn_prepare(job->options.command, NULL, &job->inherit, output_of(&job->options));
    struct mw_spawn_result spawned;

    mw_relay_begin(&job->relay, spawn.pid);
    mw_job_begin_clock(job);
    job->sampler.tree.left_out = job->relay.probe.pid;
    spawned = mw_spawn_start(&spawn);
    if (spawned.error)
        return start_failed(job, &spawned);
    job->view.pid = spawned.pid;
    mw_live_init(&job->live, live_when(&job->options), job->view.begin_ns);
    mw_watch_command(job);
    mw_live_clear(&job->live);
    mw_watch_ranks(job);
    mw_watch_rest(job);
    /* From here on the exit status is the command's, except for limits set by the user. */
    mw_sampler_finish(&job->sampler);
    mw_watch_agents(job);
    mw_remake_restore(&job->remake, &job->dir, &job->sampler, NULL);
    mw_run_report_make(job);
    mw_post_run_execute(&job->post, record_path(job), &job->relay, &job->inherit);
    return mw_run_report_status(job);
}

static struct mw_spawn_inherit inherit; /* state at the start of this process */

/* One run; if `kept` is not NULL the directory is kept, and its path is written there. */
static int run_once(const struct mw_run_options *options, char *kept)
{
    struct mw_job job = {.options = *options,
                         .kept = kept,
                         .relay = {.fd = -1},
                         .inherit = inherit,
                         .inside = mw_inside_look(options->command, getenv)};
    struct mw_err err;
    int status;

    if (mw_resources_open(&job, &err) < 0) {
        mw_message("memwatch: %s\n", err.text);
        return MW_EXIT_FAILURE;
    }
    job.started = true;
    status = start_and_watch(&job);
    mw_resources_close(&job);
    return status;
}

static void warn_if_inside(const struct mw_run_options *options)
{
    struct mw_inside inside = mw_inside_look(options->command, getenv);
    char line[1024];

    mw_run_options_join(options, line, sizeof(line));
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
