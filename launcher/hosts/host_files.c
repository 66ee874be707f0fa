/* SPDX-License-Identifier: MIT */
#include "launcher/hosts/host_files.h"

#include "collector/base/file_names.h"
#include "collector/base/hostname.h"
#include "collector/base/token.h"
#include "collector/journal/record.h"
#include "collector/view/wait_log.h"

#include <string.h>

#define WORLD_DIGITS 16
#define PID_DIGITS 10

/* A pattern: prefix, then world, host and pid, joined by '-', then suffix. Files without a size limit are not sent. */
static const struct pattern {
    enum mw_host_file kind;
    const char *prefix;
    bool has_world, has_host, has_pid;
    uint64_t limit;
    const char *suffix;
} patterns[] = {
    {MW_HOST_FILE_JOURNAL, MW_FILE_JOURNAL, true, true, true, 16ULL << 20, ""},
    {MW_HOST_FILE_EXITS, MW_FILE_EXITS, false, true, false, 1 << 20, ""},
    {MW_HOST_FILE_WAITS, MW_FILE_WAITS, false, true, false, 1ULL << 20, ""},
    {MW_HOST_FILE_VIEW, MW_FILE_VIEW, false, true, false, 256ULL << 20, ""},
    {MW_HOST_FILE_GATHERED, MW_FILE_GATHERED, true, false, false, 2048ULL << 20, ""},
    {MW_HOST_FILE_LOCAL, MW_FILE_GATHERED, true, false, false, 0, MW_FILE_GATHERED_PART},
    {MW_HOST_FILE_LOCAL, MW_FILE_TOKEN, false, false, false, 0, ""},
    {MW_HOST_FILE_LOCAL, MW_FILE_OUTSIDE, false, true, false, 0, ""},
    {MW_HOST_FILE_LOCAL, MW_FILE_AGENT, false, true, false, 0, ""},
    {MW_HOST_FILE_LOCAL, MW_FILE_PEER, false, true, false, 0, ""},
    {MW_HOST_FILE_LOCAL, MW_FILE_REPORTED, false, false, false, 0, ""},
    {MW_HOST_FILE_LOCAL, MW_FILE_KEPT, false, false, false, 0, ""},
    {MW_HOST_FILE_LOCAL, MW_FILE_SHIM, false, false, false, 0, ""},
    {MW_HOST_FILE_LOCAL, MW_FILE_WAIT, false, false, false, 0, ""},
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

/* Matches a host name; NULL: any, up to the pid or the end. */
static bool skip_host(const char **at, const char *host, const struct pattern *pattern)
{
    const char *end = *at + strlen(*at);
    size_t length;

    if (host)
        return skip(at, host);
    if (pattern->has_pid)
        end = strrchr(*at, '-');
    length = end ? (size_t)(end - *at) : 0;
    if (!length || length >= MW_HOSTNAME_SIZE || strspn(*at, MW_HOSTNAME_ALLOWED) < length)
        return false;
    *at = end;
    return true;
}

/* The name of a rank in another PID namespace than the directory's has the namespace's inode after the pid. */
static bool skip_pid(const char **at)
{
    return skip_digits(at, "0123456789", 1, PID_DIGITS) && (!skip(at, ".") || skip_digits(at, "0123456789", 1, PID_DIGITS));
}

static bool matches(const struct pattern *pattern, const char *name, const char *host)
{
    return skip(&name, pattern->prefix) &&
           (!pattern->has_world || skip_digits(&name, "0123456789abcdef", WORLD_DIGITS, WORLD_DIGITS)) &&
           (!pattern->has_world || !pattern->has_host || skip(&name, "-")) &&
           (!pattern->has_host || skip_host(&name, host, pattern)) &&
           (!pattern->has_pid || (skip(&name, "-") && skip_pid(&name))) && !strcmp(name, pattern->suffix);
}

static const struct pattern *find(const char *name, const char *host)
{
    for (size_t i = 0; i < PATTERNS; i++)
        if (matches(&patterns[i], name, host))
            return &patterns[i];
    return NULL;
}

enum mw_host_file mw_host_files_kind(const char *name, const char *host)
{
    const struct pattern *pattern = find(name, host);

    return pattern && pattern->limit ? pattern->kind : MW_HOST_FILE_NONE;
}

bool mw_host_files_is_own(const char *name)
{
    return find(name, NULL) != NULL;
}

uint64_t mw_host_files_limit(enum mw_host_file kind)
{
    for (size_t i = 0; i < PATTERNS; i++)
        if (patterns[i].kind == kind)
            return patterns[i].limit;
    return 0;
}
