/* SPDX-License-Identifier: MIT */
#include "pmpi/measure/boundary.h"

#include "collector/base/clock.h"
#include "pmpi/abi/bytes.h"
#include "pmpi/abi/library.h"
#include "pmpi/base/stack.h"
#include "pmpi/base/syscalls.h"
#include "pmpi/measure/estimate.h"
#include "pmpi/measure/exchanges.h"
#include "pmpi/measure/governor.h"
#include "pmpi/measure/meter.h"
#include "pmpi/measure/objects.h"
#include "pmpi/measure/requests.h"
#include "pmpi/measure/sites.h"
#include "pmpi/measure/spikes.h"
#include "pmpi/measure/threads.h"
#include "pmpi/rank/rank.h"
#include "pmpi/rank/timestamp.h"

#include <errno.h>

/* Up while this thread is inside a public call: calls made inside it are not the program's. */
static _Thread_local struct mw_guard guard __attribute__((tls_model("initial-exec")));

/* Windows of the calls in progress. A thread that left a call without returning finds its old window in
 * `thread_window`. */
static struct mw_window call_windows[MW_OBSERVE_CALLS];
static uint64_t window_owners[MW_OBSERVE_CALLS]; /* mw_lock_thread() of the owners; 0: free */
static _Thread_local struct mw_window *thread_window __attribute__((tls_model("initial-exec")));

static void find_free_window(void)
{
    for (int i = 0; i < MW_OBSERVE_CALLS && !thread_window; i++)
        if (!window_owners[i]) {
            window_owners[i] = mw_lock_thread();
            thread_window = &call_windows[i];
        }
}

/* Frees windows of threads that ended inside a call. Not at each call: if all windows are in use for long, the
 * system calls are expensive. */
#define RECLAIM_ONE_IN 64

static void reclaim_windows(void)
{
    static unsigned asked;

    if (asked++ % RECLAIM_ONE_IN)
        return;
    for (int i = 0; i < MW_OBSERVE_CALLS; i++)
        if (!mw_lock_is_alive(window_owners[i])) {
            mw_observe_close(&call_windows[i]);
            window_owners[i] = 0;
        }
}

static struct mw_window *acquire_window(void)
{
    if (thread_window)
        mw_observe_close(thread_window);
    else
        find_free_window();
    if (!thread_window) {
        reclaim_windows();
        find_free_window();
    }
    return thread_window;
}

static void release_window(struct mw_window *window)
{
    window_owners[window - call_windows] = 0;
    thread_window = NULL;
}

bool mw_boundary_guard_raise(void *return_address)
{
    return mw_guard_raise(&guard, (uintptr_t)__builtin_frame_address(0), return_address);
}

void mw_boundary_guard_lower(void)
{
    mw_guard_lower(&guard);
}

uint32_t mw_boundary_site(void)
{
    return guard.frame && mw_rank_main_thread ? __atomic_load_n(&mw_rank.journal.state->in_site, __ATOMIC_RELAXED) : 0;
}

/* Not inlined: it would take registers from the path of a call that is only counted (25 instructions more). */
#define RARE __attribute__((noinline))

RARE static void find_started(struct mw_boundary *b)
{
    if (!mw_requests_are_live() || !mw_rank_lock())
        return;
    if (mw_requests_to_start(b->op, b->arguments, &b->bytes, &b->comm_size))
        b->step = MW_STEP_COLLECTIVE;
    mw_rank_unlock();
}

static bool is_persistent(const struct mw_op_info *op)
{
    return op->kind == MW_KIND_PERSISTENT || op->kind == MW_KIND_PERSISTENT_MESSAGE;
}

/* Reads bytes and communicator from the arguments. */
static void read_arguments(struct mw_boundary *b)
{
    const struct mw_op_info *op = b->op;
    const uintptr_t *arguments = b->arguments;

    b->bytes = (struct mw_bytes){0, 0};
    b->comm_size = 0;
    if (!mw_library.abi)
        return;
    if (op->comm != MW_NOCOMM)
        b->comm_size = mw_bytes_comm_size_quick(mw_abi_handle(mw_library.abi, arguments[op->comm]));
    if (op->rule > MW_RULE_BARRIER && !is_persistent(op))
        b->bytes = mw_bytes_of(op, arguments);
    if (op->kind == MW_KIND_PLAIN)
        return;
    if (op->kind == MW_KIND_FREES)
        b->object = mw_objects_handle(op, arguments);
    if (op->kind == MW_KIND_START)
        find_started(b);
    if (op->kind == MW_KIND_COMPLETION && b->pending) { /* completion.c has found the requests */
        b->comm_size = b->pending->comm_size;
        b->step = MW_STEP_COLLECTIVE;
    }
}

/* Updates the counters of every call, measured or not. */
static void count_call(struct mw_boundary *b, struct mw_site *site, uint64_t now)
{
    struct mw_state *state = mw_rank.journal.state;

    b->visit = ++site->calls;
    site->sent += b->bytes.sent;
    site->received += b->bytes.received;
    site->last_ns = now;
    if (!site->first_ns)
        site->first_ns = now;
    /* mw_boundary_enter() reads it without the lock */
    __atomic_store_n(&state->calls, state->calls + 1, __ATOMIC_RELAXED);
    if (mw_rank_main_thread) {
        state->in_site = b->site + 1;
        state->since_ns = now;
    } else
        mw_threads_note_caller();
}

/* Measures RSS at entry and opens the call's window. */
RARE static void measure_entry(struct mw_boundary *b)
{
    struct mw_timestamp begin = mw_timestamp_exact();

    mw_meter_take_queries();
    b->entry_rss = mw_observe(begin.ns, 0);
    if (mw_rank_main_thread)
        mw_exchanges_enter(b->step, b->site, &begin, true, b->entry_rss);
    mw_observe_open(b->window, true);
    b->enter = mw_timestamp_exact();
    mw_governor_spent(b->enter.ns - begin.ns, mw_meter_take_queries());
}

static struct mw_sites_key key_of(const struct mw_boundary *b)
{
    if (b->op->kind == MW_KIND_COMPLETION && b->pending)
        return (struct mw_sites_key){b->pending->call, b->comm_size, 1 + b->pending->start_site};
    return (struct mw_sites_key){b->op->name, b->comm_size, 0};
}

static void enter(struct mw_boundary *b)
{
    struct mw_sites_key key = key_of(b);
    struct mw_site *site;

    b->site = mw_sites_find(&key, b->return_address, b->stack_pointer);
    site = &mw_rank.journal.sites[b->site];
    b->enter = mw_timestamp_coarse();
    b->window = NULL;
    b->entry_rss = 0;
    b->measured = mw_governor_allows(b->enter.ns, b->site, site->measured) && (b->window = acquire_window());
    if (b->measured) {
        measure_entry(b);
    } else {
        mw_observe_skipped();
        if (mw_rank_main_thread)
            mw_exchanges_enter_counted(b->step, b->site, &b->enter);
    }
    count_call(b, site, b->enter.ns);
}

/* The cost of counting is estimated from every 256th call. */
#define TIMED_ONE_IN 256
/* A call whose stack is walked takes up to this many times as long as a typical one. */
#define WALK_FACTOR 128

/* Reading the clock takes as long as counting, so the duration of a second reading is subtracted. */
RARE static void note_counting(const struct mw_boundary *b, uint64_t begin_ns)
{
    static struct mw_estimate half_call = {30};
    uint64_t end_ns, read_ns, took_ns;

    if (b->measured)
        return;
    end_ns = mw_clock_now();
    read_ns = mw_clock_now() - end_ns;
    took_ns = end_ns - begin_ns;
    if (took_ns > read_ns)
        mw_rank.journal.cost->counting_ns += TIMED_ONE_IN * mw_estimate_charge(&half_call, took_ns - read_ns, WALK_FACTOR);
}

bool mw_boundary_enter(struct mw_boundary *b, enum mw_op op, const uintptr_t *arguments, void *return_address)
{
    int saved = errno;
    uint64_t begin_ns = 0;

    if (!mw_rank_is_counting() || !mw_boundary_guard_raise(return_address))
        return false;
    b->timed = __atomic_load_n(&mw_rank.journal.state->calls, __ATOMIC_RELAXED) % TIMED_ONE_IN == 0 && !mw_syscalls_are_over();
    if (b->timed)
        begin_ns = mw_clock_now();
    b->op = &mw_ops[op];
    b->arguments = arguments;
    b->return_address = return_address;
    b->stack_pointer = guard.frame;
    b->step = b->op->step;
    b->counted = b->op->kind != MW_KIND_GUARD;
    if (b->counted)
        read_arguments(b);
    if (b->counted && (b->counted = mw_rank_lock())) {
        mw_rank.boundaries++;
        enter(b);
        if (b->timed)
            note_counting(b, begin_ns);
        mw_rank_unlock();
    }
    errno = saved;
    return true;
}

/* With other threads running, memory that changed in a call may not be the call's. From this change on, the threads
 * are counted (1 us). */
#define CHECK_THREADS_BYTES (64 * 1024)

static void check_threads(uint64_t before, uint64_t after)
{
    if ((after > before ? after - before : before - after) >= CHECK_THREADS_BYTES)
        mw_threads_check();
}

/* In a call shorter than this the kernel does not reclaim many pages. */
#define SHORT_NS 20000

/* Moves the counts of this call from a shared entry to a separate one. */
static void move_call(struct mw_boundary *b, struct mw_site *from, struct mw_site *to)
{
    from->calls--;
    from->sent -= b->bytes.sent;
    from->received -= b->bytes.received;
    b->visit = ++to->calls;
    to->sent += b->bytes.sent;
    to->received += b->bytes.received;
    to->last_ns = b->enter.ns;
    if (!to->first_ns)
        to->first_ns = b->enter.ns;
}

/* The entry for the results of a measured call. If the call has a shared entry, and much memory belongs to it or it
 * made the rank's highest peak so far: a separate entry with its name. */
static struct mw_site *site_for_exit(struct mw_boundary *b, uint64_t rise, uint64_t now)
{
    struct mw_site *shared = &mw_rank.journal.sites[b->site], *named;
    struct mw_state *state = mw_rank.journal.state;
    bool peak = state->peak_site == b->site + 1 && state->peak_ns == now;
    struct mw_sites_key key;
    uint32_t index;

    if (!(shared->flags & MW_SITE_SHARED) || (rise < MW_OBSERVE_SPIKE_MIN && !peak))
        return shared;
    key = key_of(b);
    index = mw_sites_find_own(&key, b->return_address, rise);
    if (index == UINT32_MAX)
        return shared;
    named = &mw_rank.journal.sites[index];
    move_call(b, shared, named);
    if (peak)
        state->peak_site = index + 1;
    if (named->flags & MW_SITE_NAME)
        return named;
    b->site = index;
    mw_rank.journal.cost->lost_sites--;
    return named;
}

/* Records growth and spike (the rise above RSS at entry) of a measured call. For a call that completes a request,
 * the spike is that of the pair of calls. Returns RSS now, in bytes. */
static uint64_t measure_exit(struct mw_boundary *b, struct mw_timestamp left)
{
    uint64_t now = left.ns;
    uint64_t rss = now - b->enter.ns < SHORT_NS ? mw_observe_short(now, b->site + 1) : mw_observe(now, b->site + 1);
    uint64_t base = b->entry_rss;
    uint64_t peak = b->window->peak, highest = peak > rss ? peak : rss;
    struct mw_site *site = site_for_exit(b, highest > base ? highest - base : 0, now);

    mw_observe_close(b->window);
    site->time_ns += mw_timestamp_since(&left, &b->enter);
    site->measured++;
    site->growth += (int64_t)(rss - base);
    check_threads(base, rss);
    mw_rank.journal.state->measured++;
    if (b->op->kind == MW_KIND_COMPLETION && b->pending)
        mw_requests_completed(b->pending, &base, &peak);
    if (peak <= base)
        return rss;
    if (peak - base > site->spike) {
        site->spike = peak - base;
        site->spike_entry_rss = base;
        site->spike_ns = b->enter.ns;
        site->spike_visit = b->visit;
    }
    if (peak - base >= MW_OBSERVE_SPIKE_MIN) {
        struct mw_spike spike = {.site = (uint32_t)(site - mw_rank.journal.sites) + 1,
                                 .phase = mw_rank.journal.state->phase,
                                 .visit = b->visit,
                                 .entry_rss = base,
                                 .peak_rss = peak,
                                 .exit_rss = rss,
                                 .entry_ns = b->enter.ns,
                                 .exit_ns = now};
        mw_spikes_note(&spike, b->return_address);
    }
    return rss;
}

/* Keeps the window of a collective that continues after the call, and closes that of one that is completed. */
static void note_requests(struct mw_boundary *b)
{
    uint64_t base = 0, peak = 0;

    if (b->op->kind == MW_KIND_NONBLOCKING || b->op->kind == MW_KIND_START)
        mw_requests_started(b->op, b->arguments, b->site, b->measured, b->entry_rss, b->measured ? b->window->peak : 0);
    else if (b->op->kind == MW_KIND_COMPLETION && b->pending && !b->measured)
        mw_requests_completed(b->pending, &base, &peak);
}

RARE static void leave_measured(struct mw_boundary *b)
{
    struct mw_timestamp now = mw_timestamp_exact(), after;
    uint64_t rss;

    mw_meter_take_queries();
    rss = measure_exit(b, now);
    after = mw_timestamp_exact();
    mw_governor_spent(after.ns - now.ns, mw_meter_take_queries());
    if (!b->failed)
        note_requests(b);
    release_window(b->window);
    if (mw_rank_main_thread) {
        mw_rank.journal.state->since_ns = now.ns;
        mw_exchanges_leave(b->step, b->site, &after, true, rss, (int64_t)(rss - b->entry_rss));
    }
}

static void leave_counted(struct mw_boundary *b, struct mw_site *site)
{
    struct mw_timestamp now = mw_timestamp_coarse();

    site->time_ns += mw_timestamp_since(&now, &b->enter);
    mw_observe_skipped();
    mw_rank.journal.cost->coarse_calls++;
    if (b->op->kind != MW_KIND_PLAIN && !b->failed)
        note_requests(b);
    if (mw_rank_main_thread) {
        mw_rank.journal.state->since_ns = now.ns;
        mw_exchanges_leave_counted(b->step, b->site, &now);
    }
}

static void leave(struct mw_boundary *b)
{
    mw_rank.boundaries++;
    if (b->measured)
        leave_measured(b);
    else
        leave_counted(b, &mw_rank.journal.sites[b->site]);
    if (mw_rank_main_thread) {
        mw_rank.journal.state->in_site = 0;
        mw_rank.journal.state->last_site = b->site + 1;
    }
}

/* What the call has created, or freed. */
RARE static void note_objects(const struct mw_boundary *b)
{
    if (b->op->kind == MW_KIND_CREATES)
        mw_objects_created((enum mw_object_kind)b->op->object, mw_objects_handle(b->op, b->arguments), b->site);
    else if (b->op->kind == MW_KIND_FREES)
        mw_objects_freed((enum mw_object_kind)b->op->object, b->object);
    else if (is_persistent(b->op))
        mw_objects_created(MW_OBJECT_REQUEST, mw_requests_created(b->op, b->arguments), b->site);
}

static void leave_locked(struct mw_boundary *b)
{
    uint64_t begin_ns = b->timed ? mw_clock_now() : 0;

    if (!mw_rank_lock()) {
        if (mw_rank_main_thread) /* which alone writes it */
            mw_rank.journal.state->in_site = 0;
        return;
    }
    leave(b);
    if (b->op->kind != MW_KIND_PLAIN && mw_library.abi && !b->failed)
        note_objects(b);
    if (b->timed)
        note_counting(b, begin_ns);
    mw_rank_unlock();
}

void mw_boundary_leave(struct mw_boundary *b, bool failed)
{
    int saved = errno;

    b->failed = failed;
    if (guard.frame != b->stack_pointer) { /* the call was taken for abandoned, and another call of this thread has
                                              the guard */
        mw_lock_count_unrecorded();
        return;
    }
    if (b->counted && mw_rank.recording) /* not in a child that the call has forked */
        leave_locked(b);
    mw_boundary_guard_lower();
    errno = saved;
}
