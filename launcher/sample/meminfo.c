/* SPDX-License-Identifier: MIT */
#include "launcher/sample/meminfo.h"

#include "collector/base/io.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>

/* Finds a line, given with the newline before it; the value as in the file, in KiB or a count. Returns whether it
 * exists. */
static bool find(const char *text, const char *name, uint64_t *value)
{
    const char *line = strstr(text, name);

    *value = line ? strtoull(line + strlen(name), NULL, 10) : 0;
    return line != NULL;
}

static uint64_t find_bytes(const char *text, const char *name)
{
    uint64_t kib;

    find(text, name, &kib);
    return kib * 1024;
}

static void parse(struct mw_meminfo *info, const char *text)
{
    uint64_t pages, kib;

    info->total = find_bytes(text, "\nMemTotal:");
    info->is_free_only = !find(text, "\nMemAvailable:", &kib);
    info->available = info->is_free_only ? find_bytes(text, "\nMemFree:") : kib * 1024;
    info->anon = find_bytes(text, "\nAnonPages:");
    info->shmem = find_bytes(text, "\nShmem:");
    info->dirty = find_bytes(text, "\nDirty:") + find_bytes(text, "\nWriteback:");
    info->swap_free = find_bytes(text, "\nSwapFree:");
    info->huge_size = find_bytes(text, "\nHugepagesize:");
    find(text, "\nHugePages_Total:", &pages);
    info->huge_total = pages * info->huge_size;
}

static void ask_kernel(struct mw_meminfo *info)
{
    struct sysinfo kernel;

    if (sysinfo(&kernel))
        return;
    info->total = (uint64_t)kernel.totalram * kernel.mem_unit;
    info->available = (uint64_t)kernel.freeram * kernel.mem_unit;
    info->swap_free = (uint64_t)kernel.freeswap * kernel.mem_unit;
    info->is_free_only = true;
}

void mw_meminfo_read(struct mw_meminfo *info, const char *root)
{
    char path[PATH_MAX], text[8192] = "\n"; /* so that a newline precedes the first line as well */

    *info = (struct mw_meminfo){0};
    snprintf(path, sizeof(path), "%s/proc/meminfo", root);
    if (mw_io_read_text(AT_FDCWD, path, text + 1, sizeof(text) - 1) > 0)
        parse(info, text);
    if (!info->total)
        ask_kernel(info);
}
