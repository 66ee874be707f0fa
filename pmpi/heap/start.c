/* SPDX-License-Identifier: MIT */
/* Whether allocations are recorded in this process, and from when on. In all others every call is passed on. */
#include "collector/base/launch_variables.h"
#include "collector/base/settings.h"
#include "pmpi/base/elf_find.h"
#include "pmpi/heap/heap.h"
#include "pmpi/heap/memory.h"
#include "pmpi/heap/sampling.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#define EXPORT __attribute__((visibility("default")))

int64_t mw_heap_first_interval = MW_HEAP_INTERVAL_DEFAULT;

/* These have a malloc() of their own, or look at what ours does. */
static bool has_sanitizer(void)
{
    return mw_elf_find_symbol("__asan_init", false) || mw_elf_find_symbol("__tsan_init", false) ||
           mw_elf_find_symbol("__msan_init", false);
}

static bool has_valgrind(void)
{
    const char *preload = getenv("LD_PRELOAD");

    return preload && strstr(preload, "/vgpreload_");
}

/* Another definition comes first: of the program, or of a library that was preloaded before this one. */
static bool has_own_malloc(void)
{
    void *(*own)(size_t) = mw_heap_own_malloc;

    return mw_elf_find_symbol("malloc", false) != *(void **)&own;
}

static const struct {
    const char *variable;
    long least, most, default_value;
} settings[MW_SETTING_COUNT] = {
#define MW_ROW(name, variable, minimum, maximum, default_value) \
    [MW_SETTING_##name] = {variable, minimum, maximum, default_value},
    MW_SETTINGS(MW_ROW)
#undef MW_ROW
};

/* The shim warns of invalid values; they give the default. */
static long number(enum mw_setting setting)
{
    const char *text = getenv(settings[setting].variable);
    char *end = NULL;
    long value = text && *text ? strtol(text, &end, 10) : 0;

    return end && !*end && value >= settings[setting].least && value <= settings[setting].most
               ? value
               : settings[setting].default_value;
}

/* Why nothing can be recorded here; MW_HEAP_RECORDING if it can. */
static enum mw_heap_why find_reason(void)
{
    if (!number(MW_SETTING_HEAP))
        return MW_HEAP_OFF;
    if (has_sanitizer())
        return MW_HEAP_SANITIZER;
    if (has_valgrind())
        return MW_HEAP_VALGRIND;
    return has_own_malloc() ? MW_HEAP_OWN_MALLOC : MW_HEAP_RECORDING;
}

static enum mw_heap_why reason = MW_HEAP_ABSENT;

static bool start(enum mw_heap_why why)
{
    mw_heap_first_interval = number(MW_SETTING_HEAP_INTERVAL);
    return mw_heap_start(mw_heap_first_interval, why);
}

/* A rank by its environment records from the beginning: MPI_Init allocates much. */
__attribute__((constructor)) static void begin(void)
{
    mw_heap_page_bytes = (size_t)getauxval(AT_PAGESZ);
    if (reason != MW_HEAP_ABSENT || mw_launch_rank(getenv) < 0)
        return; /* another constructor may have called MPI_Init before */
    reason = find_reason();
    if (reason == MW_HEAP_RECORDING && !start(MW_HEAP_RECORDING))
        reason = MW_HEAP_ABSENT;
}

static void attach(const struct mw_heap_tables *tables, const struct mw_heap_host *host)
{
    if (reason == MW_HEAP_ABSENT) {
        reason = find_reason();
        if (reason == MW_HEAP_RECORDING)
            reason = start(MW_HEAP_LATE) ? MW_HEAP_LATE : MW_HEAP_ABSENT;
    }
    tables->state->why = reason;
    mw_heap_attach(tables, host);
}

EXPORT const struct mw_heap_link memwatch_heap_link = {
    .version = MW_HEAP_LINK_VERSION,
    .bytes = sizeof(struct mw_heap_link),
    .attach = attach,
    .mark = mw_heap_mark,
    .phase = mw_heap_phase,
    .given = mw_heap_given,
    .finish = mw_heap_finish,
    .stop = mw_heap_stop,
};
