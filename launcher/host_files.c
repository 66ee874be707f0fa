/* SPDX-License-Identifier: MIT */
#include "launcher/host_files.h"

#include "collector/record.h"
#include "collector/wait_log.h"

#include <stdlib.h>
#include <string.h>

#define WORLD_DIGITS 16
#define PID_DIGITS 10

/* A pattern: prefix, then a world, then the host, then a pid, joined by '-'. */
static const struct pattern {
    enum mw_host_file kind;
    const char *prefix;
    bool has_world, has_host, has_pid;
    uint64_t limit;
} patterns[] = {
    {MW_HOST_FILE_JOURNAL, MW_RECORD_JOURNAL_PREFIX, true, true, true, 16ULL << 20},
    {MW_HOST_FILE_EXITS, "exits-", false, true, false, 1 << 20},
    {MW_HOST_FILE_WAITS, MW_WAIT_LOG_PREFIX, false, true, false, 1ULL << 20},
    {MW_HOST_FILE_VIEW, "view-", false, true, false, 256ULL << 20},
    {MW_HOST_FILE_GATHERED, MW_RECORD_GATHERED_PREFIX, true, false, false, 2048ULL << 20},
};
#define PATTERNS (sizeof(patterns) / sizeof(patterns[0]))

static bool skip(const char **at, const char *text)
{
    size_t length = strlen(text);

    if (strncmp(*at, text, length) != 0)
        return false;
    *at += length;
    return true;
}

static bool skip_digits(const char **at, const char *digits, size_t least, size_t most)
{
    size_t length = strspn(*at, digits);

    *at += length;
    return length >= least && length <= most;
}

static bool matches(const struct pattern *pattern, const char *name, const char *host)
{
    return skip(&name, pattern->prefix) &&
           (!pattern->has_world || skip_digits(&name, "0123456789abcdef", WORLD_DIGITS, WORLD_DIGITS)) &&
           (!pattern->has_world || !pattern->has_host || skip(&name, "-")) &&
           (!pattern->has_host || skip(&name, host)) &&
           (!pattern->has_pid || (skip(&name, "-") && skip_digits(&name, "0123456789", 1, PID_DIGITS))) && !*name;
}

enum mw_host_file mw_host_files_kind(const char *name, const char *host)
{
    for (size_t i = 0; i < PATTERNS; i++)
        if (matches(&patterns[i], name, host))
            return patterns[i].kind;
    return MW_HOST_FILE_NONE;
}

uint64_t mw_host_files_limit(enum mw_host_file kind)
{
    for (size_t i = 0; i < PATTERNS; i++)
        if (patterns[i].kind == kind)
            return patterns[i].limit;
    return 0;
}

int32_t mw_host_files_pid(const char *name, const char *host)
{
    long pid;

    if (mw_host_files_kind(name, host) != MW_HOST_FILE_JOURNAL)
        return 0;
    pid = strtol(strrchr(name, '-') + 1, NULL, 10);
    return pid > 1 && pid <= INT32_MAX ? (int32_t)pid : 0;
}
