/* SPDX-License-Identifier: MIT */
#include "pmpi/wrap/sessions.h"

#include "collector/base/text.h"
#include "pmpi/abi/library.h"
#include "pmpi/abi/real_symbol.h"
#include "pmpi/abi/wrapper.h"
#include "pmpi/base/lock.h"
#include "pmpi/base/log.h"
#include "pmpi/life/identify.h"
#include "pmpi/life/life.h"
#include "pmpi/measure/boundary.h"
#include "pmpi/rank/rank.h"

#include <pthread.h>
#include <stdatomic.h>

MW_EXPORT int MPI_Session_init(uintptr_t info, uintptr_t handler, uintptr_t session);
MW_EXPORT int PMPI_Session_init(uintptr_t info, uintptr_t handler, uintptr_t session);
MW_EXPORT int MPI_Session_finalize(uintptr_t session);
MW_EXPORT int PMPI_Session_finalize(uintptr_t session);

static atomic_int open_count; /* sessions, and MPI_Init, that are open or being opened */
static atomic_bool has_opened, had_world;
static struct mw_lock lock; /* held while the record begins, resumes or ends */
static bool has_failed;

/* Nesting depth of this thread in the functions here: a tool's MPI_ wrapper may call the PMPI_ one. */
static _Thread_local int depth __attribute__((tls_model("initial-exec")));

/* A child of fork() has no open sessions. */
static void forget_in_child(void)
{
    atomic_store(&open_count, 0);
    atomic_store(&has_opened, false);
    atomic_store(&had_world, false);
}

static bool begin_record(void)
{
    if (mw_rank.recording || has_failed) {
        mw_life_resume();
        return false;
    }
    mw_life_begin();
    has_failed = !mw_rank.recording; /* the message was logged: do not try again with each session */
    if (!has_failed)
        pthread_atfork(NULL, NULL, forget_in_child);
    return true;
}

bool mw_sessions_begin(void)
{
    bool begins;

    if (depth++ == 0)
        open_count++; /* before locking: a thread that closes the last session meanwhile does not end the record, or
                         this one resumes it */
    if (mw_lock_lock(&lock, true) == MW_LOCK_BUSY)
        return false;
    begins = begin_record();
    mw_lock_unlock(&lock);
    return begins;
}

/* Without MPI_COMM_WORLD nothing can be gathered. */
static void log_no_report(void)
{
    static atomic_bool logged;
    char quoted[4 * sizeof(mw_rank.dir)];

    if (!mw_rank.standalone || atomic_load(&had_world) || mw_rank.journal.ident->rank != 0 || atomic_exchange(&logged, true))
        return;
    mw_text_quote(quoted, sizeof(quoted), mw_rank.dir);
    mw_log("memwatch: no report at the end, since MPI is used without MPI_Init; print what is recorded with: "
           "memwatch report %s\n",
           quoted);
}

static void close_one(void)
{
    bool ends;

    if (mw_lock_lock(&lock, true) == MW_LOCK_BUSY) {
        open_count--;
        return;
    }
    ends = --open_count <= 0 && atomic_load(&has_opened) && mw_rank.recording;
    if (ends)
        mw_life_end();
    mw_lock_unlock(&lock);
    if (ends)
        log_no_report();
}

void mw_sessions_begun(bool failed)
{
    if (--depth > 0)
        return;
    if (failed)
        close_one();
    else
        atomic_store(&has_opened, true);
}

void mw_sessions_world_closed(void)
{
    close_one();
}

void mw_sessions_world_opened(void)
{
    atomic_store(&had_world, true);
    mw_identify_by_world();
}

/* ---- the rank's number without MPI_COMM_WORLD ----
 *
 * Every session has a process set with this name. Its group can be created locally. */

#define WORLD_SET "mpi://WORLD"

static bool get_group_rank(uintptr_t group, int *rank, int *size)
{
    int (*group_rank)(uintptr_t, int *), (*group_size)(uintptr_t, int *);

    *(void **)&group_rank = mw_real_symbol_find("PMPI_Group_rank");
    *(void **)&group_size = mw_real_symbol_find("PMPI_Group_size");
    return group_rank && group_size && !group_rank(group, rank) && !group_size(group, size);
}

static bool get_session_rank(uintptr_t session, int *rank, int *size)
{
    int (*get_group)(uintptr_t, const char *, uintptr_t *), (*free_group)(uintptr_t *);
    uintptr_t group = 0;
    bool known;

    *(void **)&get_group = mw_real_symbol_find("PMPI_Group_from_session_pset");
    *(void **)&free_group = mw_real_symbol_find("PMPI_Group_free");
    if (!get_group || !free_group || get_group(session, WORLD_SET, &group))
        return false;
    known = get_group_rank(mw_abi_handle(mw_library.abi, group), rank, size);
    free_group(&group);
    return known;
}

/* `session`: address of the handle. */
static void identify_by_session(const void *session)
{
    int rank = -1, size = 0;

    if (!mw_rank.recording || mw_rank.journal.ident->rank >= 0 || !mw_boundary_guard_raise(__builtin_return_address(0)))
        return;
    if (get_session_rank(mw_abi_load(mw_library.abi, session, 0), &rank, &size))
        mw_identify_as(rank, size);
    mw_boundary_guard_lower();
}

/* ---- the calls ---- */

typedef int init_function(uintptr_t info, uintptr_t handler, uintptr_t session);
typedef int finalize_function(uintptr_t session);

static int open_session(init_function *real, const uintptr_t a[3], void *return_address)
{
    struct mw_boundary boundary;
    bool entered;
    int result;

    mw_sessions_begin();
    mw_rank.threaded = true; /* any thread may use a session */
    entered = mw_boundary_enter(&boundary, MW_OP_MPI_Session_init, a, return_address);
    result = real(a[0], a[1], a[2]);
    if (entered)
        mw_boundary_leave(&boundary, result != 0);
    mw_sessions_begun(result != 0);
    if (depth == 0 && result == 0)
        identify_by_session((const void *)a[2]);
    return result;
}

int MPI_Session_init(uintptr_t info, uintptr_t handler, uintptr_t session)
{
    const uintptr_t a[3] = {info, handler, session};

    return open_session((init_function *)mw_real_symbol(2 * MW_OP_MPI_Session_init, "MPI_Session_init"), a,
                        __builtin_return_address(0));
}

int PMPI_Session_init(uintptr_t info, uintptr_t handler, uintptr_t session)
{
    const uintptr_t a[3] = {info, handler, session};

    return open_session((init_function *)mw_real_symbol(2 * MW_OP_MPI_Session_init + 1, "PMPI_Session_init"), a,
                        __builtin_return_address(0));
}

static int close_session(finalize_function *real, uintptr_t session, void *return_address)
{
    const uintptr_t a[] = {session};
    struct mw_boundary boundary;
    bool entered;
    int result;

    depth++;
    entered = mw_boundary_enter(&boundary, MW_OP_MPI_Session_finalize, a, return_address);
    result = real(session);
    if (entered)
        mw_boundary_leave(&boundary, result != 0);
    if (--depth == 0 && result == 0)
        close_one();
    return result;
}

int MPI_Session_finalize(uintptr_t session)
{
    return close_session((finalize_function *)mw_real_symbol(2 * MW_OP_MPI_Session_finalize, "MPI_Session_finalize"), session,
                         __builtin_return_address(0));
}

int PMPI_Session_finalize(uintptr_t session)
{
    return close_session((finalize_function *)mw_real_symbol(2 * MW_OP_MPI_Session_finalize + 1, "PMPI_Session_finalize"),
                         session, __builtin_return_address(0));
}
