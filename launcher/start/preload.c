/* SPDX-License-Identifier: MIT */
#include "launcher/start/preload.h"

#include "collector/base/clock.h"
#include "collector/base/file_names.h"
#include "collector/base/settings.h"
#include "collector/journal/segment.h"
#include "launcher/start/daemons.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef MW_LIBDIR
#define MW_LIBDIR "/usr/local/lib"
#endif
#ifndef MW_LIBEXECDIR
#define MW_LIBEXECDIR "/usr/local/libexec/memwatch"
#endif
#define SHIM MW_FILE_SHIM
#define WAIT MW_FILE_WAIT
#define HYDRA_EXEC "hydra-exec"

/* The directory that contains this program. */
static int own_directory(char *path, size_t size)
{
    ssize_t n = readlink("/proc/self/exe", path, size - 1);
    char *slash;

    if (n <= 0)
        return -1;
    path[n] = '\0';
    slash = strrchr(path, '/');
    if (slash)
        *slash = '\0';
    return 0;
}

int mw_preload_find(char *path, size_t size, struct mw_err *err)
{
    static const char *const beside[] = {"../lib/" SHIM, "../lib64/" SHIM, "../pmpi/.libs/" SHIM};
    const char *given = getenv("MEMWATCH_SHIM");
    char own[PATH_MAX], candidate[PATH_MAX + 64], real[PATH_MAX];

    if (given) {
        if (!realpath(given, real) || access(real, R_OK))
            return mw_err_set(err, "cannot read %s (MEMWATCH_SHIM): %s", given, strerror(errno));
        snprintf(path, size, "%s", real);
        return 0;
    }
    for (size_t i = 0; !own_directory(own, sizeof(own)) && i < sizeof(beside) / sizeof(beside[0]); i++) {
        snprintf(candidate, sizeof(candidate), "%s/%s", own, beside[i]);
        if (realpath(candidate, real)) {
            snprintf(path, size, "%s", real);
            return 0;
        }
    }
    snprintf(path, size, "%s", MW_LIBDIR "/" SHIM);
    if (!access(path, R_OK))
        return 0;
    return mw_err_set(err, "cannot find " SHIM " relative to memwatch or in %s: set MEMWATCH_SHIM to its path", MW_LIBDIR);
}

int mw_preload_find_beside(char *path, size_t size, const char *shim, const char *name)
{
    const char *slash = strrchr(shim, '/');
    int directory = slash ? (int)(slash - shim) + 1 : 0;

    return snprintf(path, size, "%.*s%s", directory, shim, name) < (int)size && !access(path, R_OK) ? 0 : -1;
}

/* The script that MPICH's mpiexec uses to start its proxies. Returns 0, or nonzero. */
static int find_hydra_exec(char *path, size_t size)
{
    static const char *const beside[] = {"../libexec/memwatch/" HYDRA_EXEC, HYDRA_EXEC};
    char own[PATH_MAX], candidate[PATH_MAX + 64];

    for (size_t i = 0; !own_directory(own, sizeof(own)) && i < sizeof(beside) / sizeof(beside[0]); i++) {
        snprintf(candidate, sizeof(candidate), "%s/%s", own, beside[i]);
        if (!access(candidate, X_OK) && snprintf(path, size, "%s", candidate) < (int)size)
            return 0;
    }
    snprintf(path, size, "%s", MW_LIBEXECDIR "/" HYDRA_EXEC);
    return access(path, X_OK);
}

static int set(const char *name, const char *value)
{
    return value ? setenv(name, value, 1) : unsetenv(name);
}

static int set_number(const char *name, long value)
{
    char text[24];

    snprintf(text, sizeof(text), "%ld", value);
    return set(name, text);
}

static const char *const variables[MW_SETTING_COUNT] = {
#define MW_ROW(name, variable, minimum, maximum, default_value) [MW_SETTING_##name] = variable,
    MW_SETTINGS(MW_ROW)
#undef MW_ROW
};

/* Sets the variables for the libraries, and unsets those with default values, whatever this process has in its
 * environment. */
static int set_settings(const struct mw_preload_settings *settings)
{
    return set(variables[MW_SETTING_EXACT], settings->exact ? "1" : NULL) ||
           set(variables[MW_SETTING_RESET], settings->no_reset ? "0" : NULL) ||
           set(variables[MW_SETTING_COLLECTIVE_PHASES], settings->collective_phases ? "1" : NULL) ||
           set(variables[MW_SETTING_SYSCALLS], settings->no_syscalls ? "0" : NULL) ||
           set_number(variables[MW_SETTING_OVERHEAD], settings->budget_ppm) ||
           set_number(variables[MW_SETTING_SITE_DEPTH], settings->site_depth ? settings->site_depth : MW_SITE_DEPTH_DEFAULT) ||
           set(variables[MW_SETTING_HEAP], settings->no_heap ? "0" : NULL) ||
           set_number(variables[MW_SETTING_HEAP_INTERVAL],
                      settings->heap_interval ? settings->heap_interval : MW_HEAP_INTERVAL_DEFAULT) ||
           set_number(MW_INTERVAL_VARIABLE, (long)(settings->interval_ns / MW_NS_PER_MS));
}

/* The loader ends a name at spaces and colons, and expands a dollar sign. */
static int needs_quoting(const char *path)
{
    return strpbrk(path, ": \t\n$") != NULL;
}

/* If LD_PRELOAD cannot contain the library's path, replaces it by a link in the run directory. */
static int link_library(char *path, size_t size, const char *name, const char *run_dir, struct mw_err *err)
{
    char linked[PATH_MAX];

    if (!needs_quoting(path))
        return 0;
    if (needs_quoting(run_dir))
        return mw_err_set(err, "LD_PRELOAD cannot contain the path %s: choose a --run-dir without spaces and colons", run_dir);
    if (snprintf(linked, sizeof(linked), "%s/%s", run_dir, name) >= (int)sizeof(linked) || symlink(path, linked))
        return mw_err_set(err, "cannot link %s into the run directory: %s", path, strerror(errno));
    snprintf(path, size, "%s", linked);
    return 0;
}

/* gcc's AddressSanitizer refuses to start if a library is loaded before it, although ours replaces none of its
 * functions. The user's settings come last and have priority. */
static int let_asan_start(void)
{
    const char *before = getenv("ASAN_OPTIONS");
    char *options;
    int failed;

    if (asprintf(&options, "verify_asan_link_order=0%s%s", before && *before ? ":" : "", before ? before : "") < 0)
        return -1;
    failed = set("ASAN_OPTIONS", options);
    free(options);
    return failed;
}

/* For ranks on other hosts: how they detect that, and what they need to start an agent. */
static int name_launcher(void)
{
    char host[256] = "", self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

    gethostname(host, sizeof(host) - 1);
    if (length > 0)
        self[length] = '\0';
    return set("MEMWATCH_HOST", host) || set("MEMWATCH_AGENT", length > 0 ? self : NULL);
}

/* A library to load, or "" if it is not wanted or not there. */
struct library {
    const char *name;
    bool wanted;
    char path[PATH_MAX];
};

static int find_library(struct library *library, const char *shim, const char *run_dir, struct mw_err *err)
{
    if (library->wanted && !mw_preload_find_beside(library->path, sizeof(library->path), shim, library->name))
        return link_library(library->path, sizeof(library->path), library->name, run_dir, err);
    library->path[0] = '\0';
    return 0;
}

/* Sets LD_PRELOAD: the shim, the heap library behind it, the wait calls, and what the user has there. */
static int set_preload(const char *shim, const struct library *heap, const struct library *wait)
{
    const char *const paths[] = {shim, heap->path, wait->path, getenv("LD_PRELOAD")};
    char *preload = NULL, *longer;
    int failed = 0;

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]) && !failed; i++) {
        if (!paths[i] || !*paths[i])
            continue;
        failed = asprintf(&longer, "%s%s%s", preload ? preload : "", preload ? ":" : "", paths[i]) < 0;
        free(preload);
        preload = failed ? NULL : longer;
    }
    failed = failed || set("LD_PRELOAD", preload);
    free(preload);
    return failed;
}

int mw_preload_setenv(const char *shim, const char *run_dir, const struct mw_preload_settings *settings, char *const command[],
                      struct mw_err *err)
{
    struct library heap = {.name = MW_FILE_HEAP, .wanted = !settings->no_heap};
    struct library wait = {.name = WAIT, .wanted = !settings->no_wait_library};
    char pmpi[PATH_MAX], hydra[PATH_MAX], ipc[24];

    snprintf(pmpi, sizeof(pmpi), "%s", shim);
    snprintf(ipc, sizeof(ipc), "%llu", (unsigned long long)mw_segment_ipc_ns());
    if (link_library(pmpi, sizeof(pmpi), SHIM, run_dir, err) < 0 || find_library(&heap, shim, run_dir, err) < 0 ||
        find_library(&wait, shim, run_dir, err) < 0)
        return -1;
    if (set_preload(pmpi, &heap, &wait) || let_asan_start() || set("MEMWATCH_RUN_DIR", run_dir) || set("MEMWATCH_IPC", ipc) ||
        name_launcher() ||
        (*wait.path && mw_daemons_setenv(command, wait.path, find_hydra_exec(hydra, sizeof(hydra)) ? NULL : hydra, run_dir)) ||
        set_settings(settings))
        return mw_err_set(err, "cannot set the environment: %s", strerror(errno));
    return 0;
}
