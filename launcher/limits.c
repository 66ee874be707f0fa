/* SPDX-License-Identifier: MIT */
#include "launcher/limits.h"

#include "collector/io.h"

#include <fcntl.h>
#include <hwloc.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the files of one version lie. */
struct hierarchy {
    const char *type;  /* in mountinfo */
    const char *limit; /* file names */
    const char *peak;
    bool v2;
};

static const struct hierarchy hierarchies[] = {
    {"cgroup", "memory.limit_in_bytes", "memory.max_usage_in_bytes", false},
    {"cgroup2", "memory.max", "memory.peak", true},
};

/* No limit is written as "max" (v2) or as a number near 2^63 (v1). */
#define UNLIMITED (1ULL << 60)

static uint64_t read_number(const char *directory, const char *name)
{
    char path[PATH_MAX], text[64];

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    if (mw_io_read_text(AT_FDCWD, path, text, sizeof(text)) <= 0 || text[0] < '0' || text[0] > '9')
        return 0;
    return strtoull(text, NULL, 10);
}

/* Is `word` one of the comma-separated words of `list`? */
static bool has_word(const char *list, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = list; (at = strstr(at, word)); at += length)
        if ((at == list || at[-1] == ',') && (at[length] == ',' || !at[length]))
            return true;
    return false;
}

/* The path of our cgroup in a hierarchy, from /proc/self/cgroup ("9:memory:/job" or "0::/job"). */
static bool own_path(const char *root, const struct hierarchy *h, char *path, size_t size)
{
    char name[PATH_MAX], line[PATH_MAX];
    bool found = false;
    FILE *file;

    snprintf(name, sizeof(name), "%s/proc/self/cgroup", root);
    file = fopen(name, "re");
    while (file && !found && fgets(line, sizeof(line), file)) {
        char *controllers = strchr(line, ':');
        char *where = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!where)
            continue;
        *where++ = '\0';
        where[strcspn(where, "\n")] = '\0';
        found = h->v2 ? !strncmp(line, "0:", 2) && !controllers[1] : has_word(controllers + 1, "memory");
        if (found)
            snprintf(path, size, "%s", where);
    }
    if (file)
        fclose(file);
    return found;
}

/* The mount point of a hierarchy, and which part of it is mounted there, from /proc/self/mountinfo. */
static bool mount_point(const char *root, const struct hierarchy *h, char *point, char *part)
{
    char name[PATH_MAX], line[2 * PATH_MAX];
    bool found = false;
    FILE *file;

    snprintf(name, sizeof(name), "%s/proc/self/mountinfo", root);
    file = fopen(name, "re");
    while (file && !found && fgets(line, sizeof(line), file)) {
        char type[64], options[1024];
        const char *dash = strstr(line, " - ");
        if (dash && sscanf(line, "%*s %*s %*s %4095s %4095s", part, point) == 2 &&
            sscanf(dash, " - %63s %*s %1023s", type, options) == 2)
            found = !strcmp(type, h->type) && (h->v2 || has_word(options, "memory"));
    }
    if (file)
        fclose(file);
    return found;
}

static void take_tightest(struct mw_view *view, const struct hierarchy *h, char *directory, size_t shortest)
{
    for (;;) {
        uint64_t limit = read_number(directory, h->limit);
        if (limit && limit < UNLIMITED && (!view->cgroup_limit || limit < view->cgroup_limit)) {
            view->cgroup_limit = limit;
            view->cgroup_peak = read_number(directory, h->peak);
            free(view->cgroup_path);
            view->cgroup_path = strdup(directory);
        }
        if (strlen(directory) <= shortest)
            return;
        *strrchr(directory, '/') = '\0';
    }
}

void mw_limits_cgroup(struct mw_view *view, const char *root)
{
    for (size_t i = 0; i < sizeof(hierarchies) / sizeof(hierarchies[0]); i++) {
        char own[PATH_MAX], point[PATH_MAX], part[PATH_MAX], directory[3 * PATH_MAX];
        const char *below;
        if (!own_path(root, &hierarchies[i], own, sizeof(own)) || !mount_point(root, &hierarchies[i], point, part))
            continue;
        /* in a container the mount shows only a part of the hierarchy */
        below = strcmp(part, "/") && !strncmp(own, part, strlen(part)) ? own + strlen(part) : own;
        snprintf(directory, sizeof(directory), "%s%s%s%s", root, point, *below == '/' ? "" : "/", below);
        while (directory[strlen(directory) - 1] == '/')
            directory[strlen(directory) - 1] = '\0';
        take_tightest(view, &hierarchies[i], directory, strlen(root) + strlen(point));
    }
}

/* A line of /proc/meminfo, in bytes; 0 unknown. */
static uint64_t meminfo(const char *name)
{
    char text[8192] = "\n"; /* so that the first line begins like the others */
    const char *line;

    if (mw_io_read_text(AT_FDCWD, "/proc/meminfo", text + 1, sizeof(text) - 1) <= 0)
        return 0;
    line = strstr(text, name);
    return line ? strtoull(line + strlen(name), NULL, 10) * 1024 : 0;
}

/* A peak from before the job is not the job's: it must have risen since mw_limits_cgroup(). */
void mw_limits_cgroup_end(struct mw_view *view)
{
    uint64_t before = view->cgroup_peak;

    view->cgroup_peak = 0;
    for (size_t i = 0; view->cgroup_path && i < sizeof(hierarchies) / sizeof(hierarchies[0]); i++) {
        uint64_t peak = read_number(view->cgroup_path, hierarchies[i].peak);
        if (peak > before)
            view->cgroup_peak = peak;
    }
}

uint64_t mw_limits_available(void)
{
    return meminfo("\nMemAvailable:");
}

uint64_t mw_limits_huge_pages(void)
{
    uint64_t more = read_number("/proc/sys/vm", "nr_overcommit_hugepages");

    return (meminfo("\nHugePages_Total:") / 1024 + more) * meminfo("\nHugepagesize:");
}

uint64_t mw_limits_node(void)
{
    hwloc_topology_t topology;
    uint64_t total = meminfo("\nMemTotal:");
    uint64_t bytes = 0;

    if (hwloc_topology_init(&topology))
        return total;
    if (!hwloc_topology_load(topology))
        bytes = hwloc_get_root_obj(topology)->total_memory;
    hwloc_topology_destroy(topology);
    return bytes > total ? bytes : total; /* the NUMA nodes' sums leave out memory that was plugged in later */
}
