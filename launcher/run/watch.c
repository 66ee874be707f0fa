/* SPDX-License-Identifier: MIT */
#include "launcher/run/watch.h"

#include "collector/base/clock.h"

#include <poll.h>
#include <sys/wait.h>

/* how long the report waits for ranks that outlive the command */
#define RANKS_END_NS MW_NS_PER_SEC
/* the same for other processes, which may never end */
#define REST_END_NS (300 * MW_NS_PER_MS)
/* after the command, for agents: in all, and without new file data */
#define AGENTS_NS (10 * MW_NS_PER_SEC)
#define AGENTS_SILENT_NS (2 * MW_NS_PER_SEC)

/* Reaps ended children; nothing else can learn the status of ranks that became children of this process. Returns
 * whether the command is among them, with its status. */
static bool reap(struct mw_job *job, pid_t command, int *status)
{
    bool ended = false;
    int one;
    pid_t pid;

    while ((pid = waitpid(-1, &one, WNOHANG)) > 0) {
        mw_sampler_collected(&job->sampler, pid, one);
        if (pid == command) {
            *status = one;
            ended = true;
        }
    }
    return ended;
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

void mw_watch_command(struct mw_job *job)
{
    pid_t pid = job->view.pid;
    int status = 0;

    for (;;) {
        bool child = mw_relay_wait(&job->relay, pid, job->wake_fd, job->sampler.next_ns);
        mw_sampler_wake(&job->sampler); /* before the end of the command is noted: ranks end before it */
        if (child && reap(job, pid, &status)) {
            job->view.command_end_ns = mw_clock_now();
            mw_sampler_sample(&job->sampler);
            note_status(&job->view, status);
            return;
        }
        mw_hub_serve(job->hub);
        if (mw_clock_now() >= job->sampler.next_ns) {
            mw_sampler_sample(&job->sampler);
            mw_remake_look(&job->remake, &job->dir, &job->sampler, job->hub);
        }
        mw_kill_over_check(&job->over, &job->sampler, &job->live, pid);
        mw_live_draw(&job->live, &job->sampler);
    }
}

void mw_watch_ranks(struct mw_job *job)
{
    uint64_t until = mw_clock_now() + RANKS_END_NS;
    int status;

    while (job->sampler.ended < job->sampler.watched && mw_clock_now() < until) {
        mw_relay_wait(&job->relay, 0, job->wake_fd, mw_clock_now() + RANKS_END_NS / 10);
        mw_sampler_wake(&job->sampler);
        mw_hub_serve(job->hub);
        reap(job, 0, &status); /* ranks that became children of this process */
    }
}

void mw_watch_rest(struct mw_job *job)
{
    uint64_t until = mw_clock_now() + REST_END_NS;
    int status;

    for (mw_sampler_sample(&job->sampler); job->sampler.tree.count && mw_clock_now() < until;
         mw_sampler_sample(&job->sampler)) {
        mw_relay_wait(&job->relay, 0, job->wake_fd, mw_clock_now() + REST_END_NS / 10);
        mw_sampler_wake(&job->sampler);
        mw_hub_serve(job->hub);
        reap(job, 0, &status);
    }
}

void mw_watch_agents(struct mw_job *job)
{
    uint64_t end = mw_clock_now(), now = end;

    mw_hub_end(job->hub);
    while (mw_hub_pending(job->hub) && now - end < AGENTS_NS) {
        uint64_t heard = mw_hub_heard(job->hub);
        struct pollfd wait = {.fd = mw_hub_fd(job->hub), .events = POLLIN};
        if (now - (heard > end ? heard : end) >= AGENTS_SILENT_NS)
            break;
        poll(&wait, 1, 100);
        mw_hub_serve(job->hub);
        now = mw_clock_now();
    }
    mw_hub_close(job->hub);
    job->hub = NULL;
}
