/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "pmpi/life/life.h"

#include "collector/base/clock.h"
#include "collector/base/io.h"
#include "collector/base/launch_variables.h"
#include "collector/base/text.h"
#include "collector/base/token.h"
#include "collector/journal/procmem.h"
#include "pmpi/abi/bytes.h"
#include "pmpi/abi/layout.h"
#include "pmpi/abi/library.h"
#include "pmpi/abi/wrapper.h"
#include "pmpi/base/compat.h"
#include "pmpi/base/functions.h"
#include "pmpi/base/log.h"
#include "pmpi/base/own_fd.h"
#include "pmpi/base/python.h"
#include "pmpi/base/syscalls.h"
#include "pmpi/finalize/agree.h"
#include "pmpi/finalize/gather.h"
#include "pmpi/finalize/standalone.h"
#include "pmpi/life/sandbox.h"
#include "pmpi/measure/boundary.h"
#include "pmpi/measure/counters.h"
#include "pmpi/measure/exchanges.h"
#include "pmpi/measure/governor.h"
#include "pmpi/measure/meter.h"
#include "pmpi/measure/observe.h"
#include "pmpi/measure/own_memory.h"
#include "pmpi/measure/phases.h"
#include "pmpi/measure/objects.h"
#include "pmpi/measure/requests.h"
#include "pmpi/measure/site_table.h"
#include "pmpi/measure/sites.h"
#include "pmpi/measure/threads.h"
#include "pmpi/measure/timeline.h"
#include "pmpi/rank/agent.h"
#include "pmpi/rank/heap_link.h"
#include "pmpi/rank/rank.h"
#include "pmpi/rank/settings.h"
#include "pmpi/rank/stage.h"
#include "pmpi/rank/timestamp.h"
#include "pmpi/rank/world.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A forked child is not the rank; the mapped journal belongs to the parent. */
static void forget_in_child(void)
{
    mw_rank.recording = false;
    mw_rank.counting = false;
    mw_lock_unrecorded = NULL;
    mw_meter_forget();
}

static void repair(void)
{
    mw_observe_repair();
    mw_sites_repair();
    mw_requests_repair();
    mw_objects_repair();
}

/* Start time of the process, CLOCK_MONOTONIC. */
static uint64_t process_start_ns(uint64_t start_ticks, uint64_t now)
{
    uint64_t boot = mw_clock_read(CLOCK_BOOTTIME);
    uint64_t since_boot = start_ticks * (MW_NS_PER_SEC / (uint64_t)sysconf(_SC_CLK_TCK));

    return boot > since_boot && boot - since_boot < now ? now - (boot - since_boot) : now;
}

static void fill_identity(struct mw_ident *ident, const struct mw_world *world)
{
    struct mw_procmem_stat stat = {0};
    int procfd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int fd = procfd < 0 ? -1 : mw_procmem_open(procfd, MW_PROCMEM_SELF, "stat");
    unsigned cpu, node;

    ident->world_id = world->id;
    ident->reach = world->reach;
    ident->rank = -1;
    ident->pid = getpid();
    ident->ppid = getppid();
    ident->page_bytes = (uint32_t)sysconf(_SC_PAGESIZE);
    if (fd >= 0 && !mw_procmem_stat_read(fd, &stat))
        ident->start_ticks = stat.start_ticks;
    if (fd >= 0)
        close(fd);
    if (procfd >= 0) {
        ident->pid_ns = mw_procmem_pid_ns(procfd, MW_PROCMEM_SELF);
        mw_procmem_command(procfd, MW_PROCMEM_SELF, ident->command, sizeof(ident->command));
        mw_procmem_exe(procfd, MW_PROCMEM_SELF, ident->exe, sizeof(ident->exe));
        close(procfd);
    }
    gethostname(ident->host, sizeof(ident->host) - 1);
    /* raw values of the kernel: readers of the journal convert them to hwloc's terms, so that no rank has to load a
     * topology (milliseconds, megabytes) */
    ident->numa_node = syscall(SYS_getcpu, &cpu, &node, NULL) ? -1 : (int32_t)node;
    sched_getaffinity(0, sizeof(ident->affinity), (cpu_set_t *)ident->affinity);
}

/* Creates a shared memory segment if readers can attach it. If there are too many segments, or they are forbidden,
 * creates a file. */
static int make_journal(int dirfd, struct mw_err *err)
{
    if (mw_agent_can_attach(dirfd) && !mw_journal_create_segment(&mw_rank.journal, dirfd, mw_rank.dir, mw_rank.name, NULL))
        return 0;
    return mw_journal_create(&mw_rank.journal, dirfd, mw_rank.name, err);
}

/* The launcher's directory was removed: the first rank, by the launcher's numbers, logs it. */
#define MW_RUN_DIR_REMOVED (-2)

bool mw_life_is_launched(void)
{
    return mw_launch_rank(getenv) >= 0;
}

static bool is_first_rank(void)
{
    return mw_launch_rank(getenv) <= 0;
}

static void fill_name(const struct mw_world *world)
{
    int procfd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct mw_ident own = {
        .world_id = world->id, .pid = getpid(), .pid_ns = procfd < 0 ? 0 : mw_procmem_pid_ns(procfd, MW_PROCMEM_SELF)};

    if (procfd >= 0)
        close(procfd);
    mw_rank_journal_name(mw_rank.name, &own);
}

/* Returns 0, or -1 or MW_RUN_DIR_REMOVED with a message in `err`. */
static int open_journal(struct mw_err *err)
{
    struct mw_world world = mw_world_find();
    struct mw_world_dir dir;
    int failed;

    if (mw_world_open_dir(world.id, &dir, mw_rank.dir, sizeof(mw_rank.dir), err) < 0)
        return dir.removed ? MW_RUN_DIR_REMOVED : -1;
    mw_rank.standalone = dir.standalone;
    if (!mw_rank.standalone)
        mw_agent_start(dir.fd);
    mw_hostname_local(mw_rank.host);
    mw_rank.dir_pid_ns = dir.pid_ns;
    fill_name(&world);
    failed = make_journal(dir.fd, err);
    if (failed && dir.joined >= 0) { /* remove the directory, unless other ranks use it */
        close(dir.joined);
        dir.joined = -1;
        if (mw_rank.standalone)
            mw_token_leave(dir.fd, mw_rank.dir);
    }
    mw_world_close_dir(&dir); /* the descriptor's number is low: the program might close it and reuse the number */
    if (failed)
        return -1;
    mw_rank.journal.ident->mono_ns = mw_clock_now();
    mw_rank.journal.ident->wall_ns = mw_clock_wall();
    mw_rank.journal.state->tick_ns = MW_TIMELINE_FIRST_TICK_NS;
    fill_identity(mw_rank.journal.ident, &world);
    return 0;
}

static void apply_settings(const struct mw_settings *settings, const struct mw_meter_limits *limits, uint64_t now)
{
    struct mw_cost *cost = mw_rank.journal.cost;

    mw_lock_unrecorded = &cost->unrecorded;
    mw_rank.repair = repair;
    cost->error_bytes = limits->error_bytes;
    cost->floor_bytes = limits->floor_bytes;
    cost->budget_ppm = settings->budget_ppm;
    cost->flags = (limits->resets ? 0 : MW_COST_NO_RESET) | (settings->exact ? MW_COST_EXACT : 0);
    mw_rank.gathers = settings->gather;
    mw_rank.stops_after_init = !settings->syscalls;
    mw_counters_check();
    mw_site_table_start();
    mw_sites_set_depth(settings->site_depth);
    mw_python_look(NULL, 0);
    mw_functions_move(mw_rank.journal.functions, &mw_rank.journal.head->sections[MW_SECTION_FUNCTION].used);
    mw_governor_start(now, settings->budget_ppm, settings->exact);
    mw_exchanges_by_collectives(settings->collective_phases);
}

/* RSS that the setup has added, in bytes. */
static uint64_t grown_since(uint64_t before)
{
    struct mw_meter_reading reading;

    return mw_meter_read(&reading) && reading.rss > before ? reading.rss - before : 0;
}

static int set_up(struct mw_err *err)
{
    struct mw_settings settings = mw_settings_read();
    struct mw_meter_limits limits;
    struct mw_meter_reading before = {0, 0};
    uint64_t start = mw_clock_cpu();
    uint64_t now;
    int failed;

    mw_layout_start();
    mw_rank.has_new_abi = !mw_library_resolve();
    if (mw_rank.has_new_abi)
        return mw_err_set(err, "unknown MPI library (memwatch supports Open MPI, MPICH and libraries with its ABI, "
                               "and the ABI of MPI 5)");
    if (mw_meter_open(settings.reset, &limits, err) < 0)
        return -1;
    mw_meter_read(&before);
    failed = open_journal(err);
    if (failed) {
        mw_meter_close();
        return failed;
    }
    now = mw_clock_now();
    apply_settings(&settings, &limits, now);
    mw_heap_link_connect(settings.heap, mw_boundary_site);
    mw_own_memory_start(grown_since(before.rss));
    mw_rank.journal.state->init_rss = before.rss;
    mw_threads_before_init();
    mw_observe_start(process_start_ns(mw_rank.journal.ident->start_ticks, now));
    mw_phases_start(process_start_ns(mw_rank.journal.ident->start_ticks, now));
    mw_exchanges_start();
    mw_rank.journal.cost->setup_ns = mw_clock_cpu() - start;
    pthread_atfork(NULL, NULL, forget_in_child);
    return 0;
}

/* Called by one copy of the shim in the next. */
MW_EXPORT void memwatch_pmpi_stay_out(void (*enter_sandbox)(void));

static bool stays_out;

void memwatch_pmpi_stay_out(void (*enter_sandbox)(void))
{
    if (mw_rank.recording)
        return;
    stays_out = true;
    mw_sandbox_set_other_copy(enter_sandbox);
}

bool mw_life_is_first_copy(void)
{
    void (*stay_out)(void (*enter_sandbox)(void));

    *(void **)&stay_out = stays_out ? NULL : mw_compat_dlsym(RTLD_NEXT, "memwatch_pmpi_stay_out");
    if (stay_out)
        stay_out(mw_sandbox_enter);
    return !stays_out;
}

void mw_life_begin(void)
{
    struct mw_err err;
    int saved = errno, failed;

    if (mw_rank.recording || !mw_life_is_first_copy() || !mw_syscalls_begin())
        return;
    mw_rank.init_called = true;
    failed = set_up(&err);
    if (failed == MW_RUN_DIR_REMOVED && is_first_rank())
        mw_log("memwatch: ranks are not recorded: %s (was it removed?)\n", err.text);
    else if (failed == -1)
        mw_log("memwatch: this rank is not recorded: %s\n", err.text);
    else if (!failed) {
        mw_rank.recording = mw_rank_main_thread = true;
        mw_rank.counting = true;
    }
    mw_syscalls_end();
    errno = saved;
}

static void close_phases(void)
{
    struct mw_timestamp now;

    if (!mw_rank_lock())
        return;
    now = mw_timestamp_exact();
    mw_phases_end_all(&now);
    mw_observe(now.ns, 0);
    mw_heap_link_finish();
    mw_threads_check();
    mw_own_memory_measure();
    mw_counters_check();
    mw_rank_unlock();
}

void mw_life_gather(void)
{
    struct mw_own_fd dir;
    uint64_t start, cpu_start;
    bool waited;

    if (!mw_rank.recording || !mw_boundary_guard_raise(__builtin_return_address(0)))
        return;
    if (!mw_syscalls_begin()) {
        mw_agree_decline();
        mw_boundary_guard_lower();
        return;
    }
    start = mw_clock_now();
    cpu_start = mw_clock_cpu();
    close_phases();
    mw_own_fd_take(&dir, mw_token_open_private(mw_rank.dir, NULL));
    mw_rank.dirfd = dir.fd;
    waited = mw_gather_to_rank_0();
    mw_own_fd_close(&dir);
    mw_rank.dirfd = -1;
    if (mw_rank_lock()) {
        mw_meter_reset(); /* memory that gathering used is not the program's */
        mw_rank_unlock();
    }
    mw_boundary_guard_lower();
    mw_rank.journal.cost->setup_ns += waited ? mw_clock_now() - start : mw_clock_cpu() - cpu_start;
    mw_syscalls_end();
}

void mw_life_end(void)
{
    struct mw_state *state = mw_rank.journal.state;
    struct mw_timestamp now;

    if (!mw_rank.recording)
        return;
    mw_rank.has_ended = mw_rank_is_counting();
    mw_rank.counting = false;
    if (!mw_syscalls_are_over() && mw_rank_lock()) {
        now = mw_timestamp_exact();
        mw_meter_outside_rss(&state->huge_bytes, &state->swap_bytes);
        mw_meter_find_space();
        mw_phases_after_finalize(&now, true, mw_observe(now.ns, 0));
        mw_rank_unlock();
    }
    mw_stage_reach(MW_STAGE_FINALIZED);
}

void mw_life_resume(void)
{
    if (!mw_rank.recording || !mw_rank.has_ended)
        return;
    mw_rank.has_ended = false;
    mw_stage_resume();
    mw_rank.counting = true;
}
