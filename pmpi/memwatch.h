/* SPDX-License-Identifier: MIT */
/*
 * memwatch.h: names for the phases of an MPI program, shown in memwatch's reports.
 *
 *     #include <memwatch.h>
 *
 *     memwatch_phase_begin("assembly");
 *     assemble(matrix);
 *     memwatch_phase_end();
 *
 * The program needs no library for it. Under memwatch the calls reach the shim (libmemwatch-pmpi.so), which is
 * loaded into every rank; without memwatch they do nothing, and cost a load and a branch. With glibc older than
 * 2.34, link with -ldl.
 *
 * - A phase may begin any number of times; visits with the same name and the same enclosing phase are one phase.
 * - Phases nest up to 16 deep; deeper ones are ignored. A phase includes everything until its end, also inner phases
 *   and MPI calls.
 * - Names are truncated to 63 bytes, and copied: the string need not outlive the call.
 * - Phases belong to the main thread, the one that called MPI_Init: calls from other threads are ignored, as are calls
 *   before MPI_Init and after MPI_Finalize.
 * - Phases are local to a rank; begin and end are not collective and never communicate.
 *
 * For C99 and later, and C++; gcc, clang and compatible compilers.
 */
#ifndef MEMWATCH_H
#define MEMWATCH_H

#include <dlfcn.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The shim's functions. They are weak, so that programs link with and without the shim. If the linker has resolved
 * the weak references to null (in an executable that is not position-independent), a preloaded shim is still found
 * by name. Do not call these functions: call those below.
 */
extern int memwatch_pmpi_phase_begin(const char *name) __attribute__((weak));
extern int memwatch_pmpi_phase_end(void) __attribute__((weak));

typedef int (*memwatch_begin_function)(const char *name);
typedef int (*memwatch_end_function)(void);

/* The shim's two functions, looked up at the first call. Both stay null when no shim is loaded. */
struct memwatch_shim {
    memwatch_begin_function begin;
    memwatch_end_function end;
    int found; /* nonzero once both are valid */
};

static inline const struct memwatch_shim *memwatch_find_shim(void)
{
    static struct memwatch_shim shim;

    if (!__atomic_load_n(&shim.found, __ATOMIC_ACQUIRE)) {
        /* Null is RTLD_DEFAULT, which <dlfcn.h> hides without _GNU_SOURCE. Threads that race here write the same. */
        memwatch_begin_function begin = memwatch_pmpi_phase_begin;
        memwatch_end_function end = memwatch_pmpi_phase_end;
        if (!begin)
            begin = __extension__(memwatch_begin_function) dlsym((void *)0, "memwatch_pmpi_phase_begin");
        if (!end)
            end = __extension__(memwatch_end_function) dlsym((void *)0, "memwatch_pmpi_phase_end");
        __atomic_store_n(&shim.begin, begin, __ATOMIC_RELAXED);
        __atomic_store_n(&shim.end, end, __ATOMIC_RELAXED);
        __atomic_store_n(&shim.found, 1, __ATOMIC_RELEASE);
    }
    return &shim;
}

/* Begins a visit of the phase called name (not null), inside the innermost open phase, if any. */
static inline void memwatch_phase_begin(const char *name)
{
    const struct memwatch_shim *shim = memwatch_find_shim();

    if (shim->begin)
        (void)shim->begin(name);
}

/* Ends the innermost open phase. Does nothing if none is open. */
static inline void memwatch_phase_end(void)
{
    const struct memwatch_shim *shim = memwatch_find_shim();

    if (shim->end)
        (void)shim->end();
}

#ifdef __cplusplus
}
#endif

#endif
