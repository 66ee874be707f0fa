/* SPDX-License-Identifier: MIT */
#include "launcher/hosts/agent.h"

#include "collector/base/clock.h"
#include "collector/base/err.h"
#include "collector/base/file_names.h"
#include "collector/base/token.h"
#include "collector/journal/exits_read.h"
#include "collector/journal/record.h"
#include "collector/journal/segments.h"
#include "collector/view/file.h"
#include "collector/view/wait_log.h"
#include "launcher/hosts/link.h"
#include "launcher/hosts/mirror.h"
#include "launcher/process/signal_mask.h"
#include "launcher/sample/limits.h"
#include "launcher/sample/sampler.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define LOOK_NS (250 * MW_NS_PER_MS)     /* between two checks whether ranks still run */
#define LINGER_NS (500 * MW_NS_PER_MS)   /* after the last rank has ended: another job may follow */
#define NO_RANKS_NS (30 * MW_NS_PER_SEC) /* without any rank */
#define END_NS MW_NS_PER_SEC             /* after the launcher's command has ended */
#define LAST_PASS_NS (20 * MW_NS_PER_SEC)
#define ACK_NS (5 * MW_NS_PER_SEC)
#define BYE_NS MW_NS_PER_SEC
#define STATUS_NS (300 * MW_NS_PER_MS) /* for the exit statuses of ranks that have ended */

struct agent {
    const struct mw_agent_settings *settings;
    struct mw_link *link;
    struct mw_view view;
    struct mw_sampler sampler;
    struct mw_mirror mirror;
    int token_fd; /* locked: marks the run directory as in use; -1: could not be locked */
    bool shared;  /* the run directory is the launcher's (shared file system): nothing to mirror or to remove */
    int signal_fd;
    bool samples;       /* the sampler is running */
    bool end_requested; /* by a signal */
    size_t running;     /* ranks */
    uint64_t begin_ns;
    uint64_t idle_ns;  /* since when no rank has been running; 0: a rank is running, or none has started yet */
    uint64_t ended_ns; /* when the launcher reported the end of the command; 0: not yet */
};

/* ---- the state that ranks read ---- */

static void write_state(const struct agent *agent, const char *state, const char *why)
{
    char line[600];
    int n = snprintf(line, sizeof(line), "%s%s\n", state, why);

    if (ftruncate(agent->settings->lock_fd, 0) || pwrite(agent->settings->lock_fd, line, (size_t)n, 0) != n)
        return; /* disk full: ranks wait until their timeout */
}

/* ---- waiting ---- */

/* Waits until the link, a signal or the sampler needs service, or until `until`. */
static void wait_for_something(struct agent *agent, uint64_t until)
{
    struct pollfd fds[] = {{.fd = mw_link_fd(agent->link), .events = mw_link_events(agent->link)},
                           {.fd = agent->signal_fd, .events = POLLIN},
                           {.fd = agent->samples ? agent->sampler.fd : -1, .events = POLLIN}};
    struct signalfd_siginfo info;
    uint64_t now = mw_clock_now(), due = mw_link_due(agent->link);

    if (due < until)
        until = due;
    poll(fds, 3, until <= now ? 0 : (int)((until - now) / MW_NS_PER_MS + 1));
    while (read(agent->signal_fd, &info, sizeof(info)) == sizeof(info))
        agent->end_requested = true;
}

static void note_clock(struct agent *agent)
{
    int64_t shift_ns;
    uint64_t error_ns;

    if (mw_link_clock(agent->link, &shift_ns, &error_ns)) {
        agent->view.shift_ns = shift_ns;
        agent->view.error_ns = error_ns ? error_ns : 1;
    }
}

/* ---- work ---- */

static size_t link_room(void *context)
{
    return mw_link_room(context);
}

static int link_send(void *context, const struct mw_wire_message *message)
{
    return mw_link_send(context, message);
}

/* Samples, and updates the number of running ranks. */
static void sample(struct agent *agent)
{
    note_clock(agent);
    mw_sampler_sample(&agent->sampler);
    agent->running = mw_sampler_ranks(&agent->sampler);
    if (agent->running)
        agent->idle_ns = 0;
    else if (agent->sampler.ranks_seen && !agent->idle_ns)
        agent->idle_ns = agent->sampler.now;
}

/* Sends the launcher the end of a rank without delay. */
static void wake(struct agent *agent)
{
    if (!mw_sampler_wake(&agent->sampler))
        return;
    sample(agent);
    mw_mirror_request_pass(&agent->mirror);
}

static bool is_over(struct agent *agent, uint64_t now)
{
    if (mw_link_has_ended(agent->link) && !agent->ended_ns) {
        agent->ended_ns = now;
        sample(agent); /* the launcher is waiting: do not wait for statuses */
    }
    if (agent->end_requested || (agent->ended_ns && (!agent->running || now - agent->ended_ns >= END_NS)))
        return true;
    if (agent->idle_ns)
        return now - agent->idle_ns >= LINGER_NS;
    return !agent->sampler.ranks_seen && now - agent->begin_ns >= NO_RANKS_NS;
}

/* Serves the link; reconnects a lost one while ranks are running. Returns false if it has failed for good. */
static bool serve_link(struct agent *agent)
{
    enum mw_link_state state = mw_link_serve(agent->link);

    if (state == MW_LINK_LOST && agent->running) {
        mw_link_retry(agent->link);
        mw_mirror_forget(&agent->mirror);
        return true;
    }
    return state == MW_LINK_OPEN || state == MW_LINK_TRYING;
}

/* Returns whether there is a hub to send the rest to. */
static bool work(struct agent *agent)
{
    uint64_t now = mw_clock_now();

    while (!is_over(agent, now)) {
        uint64_t until = agent->sampler.next_ns;
        if (!agent->shared && agent->mirror.next_ns < until)
            until = agent->mirror.next_ns;
        wait_for_something(agent, until);
        if (!serve_link(agent))
            return false;
        wake(agent);
        now = mw_clock_now();
        if (now >= agent->sampler.next_ns)
            sample(agent);
        if (!agent->shared)
            mw_mirror_step(&agent->mirror);
    }
    while (mw_link_serve(agent->link) == MW_LINK_TRYING)
        wait_for_something(agent, UINT64_MAX);
    return mw_link_serve(agent->link) == MW_LINK_OPEN;
}

/* ---- the end ---- */

/* Waits until `done` returns true. Returns false on timeout or when the launcher is gone. */
static bool wait_until(struct agent *agent, bool (*done)(struct agent *agent), uint64_t ns)
{
    uint64_t deadline = mw_clock_now() + ns;

    while (!done(agent)) {
        if (mw_clock_now() >= deadline || mw_link_serve(agent->link) != MW_LINK_OPEN)
            return false;
        wait_for_something(agent, deadline);
    }
    return true;
}

static bool has_mirrored(struct agent *agent)
{
    return agent->shared || mw_mirror_step(&agent->mirror);
}

static bool has_answer(struct agent *agent)
{
    return mw_link_ack(agent->link) != MW_LINK_ACK_NONE;
}

static bool has_sent(struct agent *agent)
{
    return mw_link_is_sent(agent->link);
}

static bool send_message(struct agent *agent, enum mw_wire_kind kind)
{
    struct mw_wire_message message = {.kind = kind};

    return mw_link_send(agent->link, &message) == 0;
}

static void remove_file(const struct agent *agent, const char *prefix)
{
    char name[32 + MW_HOSTNAME_SIZE];

    snprintf(name, sizeof(name), "%s%s", prefix, agent->settings->host);
    unlinkat(agent->settings->dirfd, name, 0);
}

/* Removes the files that were mirrored (not those that were added since), and the directory if it is empty then. */
static void remove_files(struct agent *agent)
{
    for (size_t i = 0; i < agent->mirror.count; i++)
        mw_segments_remove_file(agent->settings->dirfd, agent->mirror.files[i].name);
    remove_file(agent, MW_FILE_EXITS);
    remove_file(agent, MW_FILE_WAITS);
    remove_file(agent, MW_FILE_AGENT);
    if (agent->token_fd >= 0)
        close(agent->token_fd);
    agent->token_fd = -1;
    mw_token_leave(agent->settings->dirfd, agent->settings->run_dir);
}

/* After BYE: ranks that outlive the command keep their files while they use them, for half a minute at most. */
static void clean_up(struct agent *agent)
{
    uint64_t deadline = mw_clock_now() + NO_RANKS_NS;

    if (agent->shared)
        return;
    while (agent->running && mw_clock_now() < deadline) {
        poll(NULL, 0, (int)(LOOK_NS / MW_NS_PER_MS));
        sample(agent);
    }
    remove_files(agent);
}

/* The status of a rank may be known slightly later than its end: if several threads end, or while its parent collects
 * it. */
static void see_how_they_ended(struct agent *agent)
{
    uint64_t deadline = mw_clock_now() + STATUS_NS;

    while (agent->sampler.ended + agent->running < agent->sampler.watched && mw_clock_now() < deadline) {
        struct pollfd ends = {.fd = agent->sampler.fd, .events = POLLIN};
        poll(&ends, 1, (int)(STATUS_NS / MW_NS_PER_MS / 10));
        wake(agent);
    }
}

/* Processes that ranks started usually end shortly after them. Those that do not are left running and not waited for. */
static void see_rest_end(struct agent *agent)
{
    uint64_t deadline = mw_clock_now() + STATUS_NS;

    while (agent->sampler.tree.count > agent->running && mw_clock_now() < deadline) {
        poll(NULL, 0, (int)(STATUS_NS / MW_NS_PER_MS / 10));
        wake(agent);
        sample(agent);
    }
}

/* Sends the remaining data. Files are removed only after the launcher has acknowledged them. Returns 0, 1 without an
 * acknowledgement, -1 if new ranks have started meanwhile. */
static int finish(struct agent *agent)
{
    sample(agent);
    see_how_they_ended(agent);
    see_rest_end(agent);
    mw_sampler_finish(&agent->sampler);
    /* a pass in progress began before the last sample */
    agent->mirror.passing = false;
    mw_mirror_request_pass(&agent->mirror);
    if (!wait_until(agent, has_mirrored, LAST_PASS_NS) || !send_message(agent, MW_WIRE_DONE) ||
        !wait_until(agent, has_answer, ACK_NS) || mw_link_ack(agent->link) != MW_LINK_ACK_COMPLETE)
        return 1;
    sample(agent);
    if (agent->running && !agent->ended_ns && !agent->end_requested) {
        agent->view.end_ns = 0;
        return -1;
    }
    if (send_message(agent, MW_WIRE_BYE))
        wait_until(agent, has_sent, BYE_NS);
    clean_up(agent);
    return 0;
}

/* ---- start ---- */

static int connect_to_launcher(struct agent *agent, struct mw_err *err)
{
    const struct mw_agent_settings *settings = agent->settings;
    enum mw_link_state state;

    if (mw_link_open(&agent->link, settings->connect, settings->secret, settings->host, err) < 0)
        return -1;
    while ((state = mw_link_serve(agent->link)) == MW_LINK_TRYING)
        wait_for_something(agent, UINT64_MAX);
    return state == MW_LINK_OPEN ? 0 : mw_err_set(err, "%s", mw_link_why(agent->link));
}

/* A directory that contains the launcher's view is the launcher's. */
static bool is_shared(const struct mw_agent_settings *settings)
{
    char name[sizeof(MW_FILE_VIEW) + MW_HOSTNAME_SIZE];

    snprintf(name, sizeof(name), MW_FILE_VIEW "%.63s", settings->launcher);
    return settings->launcher[0] && !faccessat(settings->dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW);
}

static void begin_view(struct agent *agent)
{
    memcpy(agent->view.host, agent->settings->host, strlen(agent->settings->host));
    agent->view.interval_ns = agent->settings->interval_ns;
    agent->view.available_begin_bytes = mw_limits_available();
    agent->view.begin_ns = mw_clock_now();
    agent->view.begin_wall_ns = mw_clock_wall();
    mw_limits_node(&agent->view);
}

static int begin(struct agent *agent, bool again, struct mw_err *err)
{
    const struct mw_agent_settings *settings = agent->settings;
    const uint64_t endings = mw_signal_mask_bit(SIGTERM) | mw_signal_mask_bit(SIGINT) | mw_signal_mask_bit(SIGHUP);
    const char *id = mw_token_id(settings->run_dir);

    /* a batch system that ends the job signals the agent first, which then sends its data; other signals are for the
     * ranks */
    mw_signal_mask_set(MW_SIGNAL_MASK_ALL);
    agent->signal_fd = mw_signal_mask_open(endings);
    agent->token_fd = id ? mw_token_join(settings->dirfd, id) : -1;
    agent->shared = is_shared(settings);
    if (again) /* only the name of its view is needed; the ranks' data is in their journals */
        remove_file(agent, MW_FILE_VIEW);
    write_state(agent, "connecting", "");
    if (connect_to_launcher(agent, err) < 0)
        return -1;
    mw_exits_create(settings->dirfd, settings->host);
    begin_view(agent);
    if (mw_sampler_init(&agent->sampler, &agent->view, settings->dirfd, err) < 0)
        return -1;
    agent->samples = true;
    mw_mirror_init(&agent->mirror, settings->dirfd, settings->host, (struct mw_mirror_sink){agent->link, link_room, link_send});
    agent->begin_ns = mw_clock_now();
    write_state(agent, "connected", "");
    return 0;
}

int mw_agent_run(const struct mw_agent_settings *settings, bool again)
{
    struct agent agent = {.settings = settings, .token_fd = -1, .signal_fd = -1};
    struct mw_err err;
    int status = 1;

    if (begin(&agent, again, &err) < 0) {
        write_state(&agent, "failed: ", err.text);
    } else {
        do
            status = work(&agent) ? finish(&agent) : 1;
        while (status < 0);
        if (status)
            write_state(&agent, "failed: ", mw_link_why(agent.link));
        mw_mirror_fini(&agent.mirror);
        mw_sampler_fini(&agent.sampler);
    }
    mw_link_close(agent.link);
    if (agent.token_fd >= 0)
        close(agent.token_fd);
    if (agent.signal_fd >= 0)
        close(agent.signal_fd);
    return status;
}
