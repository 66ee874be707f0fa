/* SPDX-License-Identifier: MIT */
#include "launcher/sample/cgroups.h"

#include "collector/base/clock.h"
#include "launcher/sample/cgroup_files.h"
#include "launcher/sample/charges.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* File names of one version. */
struct hierarchy {
    const char *type;  /* in mountinfo */
    const char *limit; /* file names */
    const char *peak;
    const char *events[2]; /* with a line "oom_kill N": the group's, then that including the groups below it */
    bool v2;
};

static const struct hierarchy hierarchies[] = {
    {"cgroup", "memory.limit_in_bytes", "memory.max_usage_in_bytes", {"memory.oom_control"}, false},
    {"cgroup2", "memory.max", "memory.peak", {"memory.events.local", "memory.events"}, true},
};
#define HIERARCHIES (sizeof(hierarchies) / sizeof(hierarchies[0]))

/* Whether `word` is one of the comma-separated words of `list`. */
static bool has_word(const char *list, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = list; (at = strstr(at, word)); at += length)
        if ((at == list || at[-1] == ',') && (at[length] == ',' || !at[length]))
            return true;
    return false;
}

/* The name of a process's cgroup in a hierarchy, from /proc/PID/cgroup ("9:memory:/job" or "0::/job"). */
static bool read_name(const char *root, const char *process, const struct hierarchy *h, char *path, size_t size)
{
    char name[PATH_MAX], line[PATH_MAX];
    bool found = false;
    FILE *file;

    snprintf(name, sizeof(name), "%s/proc/%s/cgroup", root, process);
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

static void take_limit(struct mw_view_cgroup *group, const struct hierarchy *h, const char *directory)
{
    uint64_t limit;

    if (!mw_cgroup_files_limit(directory, h->limit, &limit) || limit == MW_CGROUP_FILES_NO_LIMIT ||
        (group->limit_directory[0] && limit >= group->limit))
        return;
    group->limit = limit;
    snprintf(group->limit_directory, sizeof(group->limit_directory), "%s", directory);
}

/* v1: without use_hierarchy, a group's limit does not apply to the groups below it (rare; before Linux 5.11). */
static bool is_hierarchical(const struct hierarchy *h, const char *directory)
{
    uint64_t use;

    return h->v2 || !mw_cgroup_files_limit(directory, "memory.use_hierarchy", &use) || use != 0;
}

/* Enters the limits of the group and its visible parents; `shortest`: length of the mount point. */
static void take_limits(struct mw_view *view, struct mw_view_cgroup *group, const struct hierarchy *h, size_t shortest)
{
    char directory[sizeof(group->directory)];
    bool more;

    memcpy(directory, group->directory, sizeof(directory));
    do {
        char *slash = strrchr(directory, '/');
        take_limit(group, h, directory);
        mw_charges_add(view, !h->v2, directory);
        more = slash && strlen(directory) > shortest;
        if (more)
            *slash = '\0';
    } while (more && is_hierarchical(h, directory));
    if (!h->v2 && !more)
        mw_charges_add_above(view, directory, group->limit);
}

/* A group outside the cgroup namespace has a name that starts with "/..": its files are not at that path. */
static bool leads_out(const char *name)
{
    return !strncmp(name, "/..", 3) && (!name[3] || name[3] == '/');
}

/* The name of a group relative to a mount that shows `part` of the hierarchy; NULL if the mount does not contain it. */
static const char *below_part(const char *part, const char *name)
{
    size_t above = strlen(part);

    if (leads_out(part) || leads_out(name))
        return NULL;
    if (!strcmp(part, "/"))
        return name;
    return !strncmp(name, part, above) && (!name[above] || name[above] == '/') ? name + above : NULL;
}

/* Parses a line of mountinfo: the mount point, and the part of the hierarchy mounted there. Returns whether it is of
 * that hierarchy. */
static bool parse_mount(const char *line, const struct hierarchy *h, char *point, char *part)
{
    char type[64], options[1024];
    const char *dash = strstr(line, " - ");

    return dash && sscanf(line, "%*s %*s %*s %4095s %4095s", part, point) == 2 &&
           sscanf(dash, " - %63s %*s %1023s", type, options) == 2 && !strcmp(type, h->type) &&
           (h->v2 || has_word(options, "memory"));
}

/* Finds the directory of the group in /proc/self/mountinfo: in a container a mount shows only a part of the hierarchy,
 * and there may be several mounts. Returns the length of the mount point's path, 0 if there is none. */
static size_t find_directory(const char *root, const struct hierarchy *h, const char *name, char *directory, size_t size)
{
    char path[PATH_MAX], line[2 * PATH_MAX], point[PATH_MAX], part[PATH_MAX];
    const char *below = NULL;
    size_t length;
    FILE *file;

    snprintf(path, sizeof(path), "%s/proc/self/mountinfo", root);
    file = fopen(path, "re");
    while (file && !below && fgets(line, sizeof(line), file))
        below = parse_mount(line, h, point, part) ? below_part(part, name) : NULL;
    if (file)
        fclose(file);
    if (!below)
        return 0;
    length = (size_t)snprintf(directory, size, "%s%s%s%s", root, point, *below == '/' ? "" : "/", below);
    if (length >= size)
        return 0;
    while (length && directory[length - 1] == '/')
        directory[--length] = '\0';
    return strlen(root) + strlen(point);
}

static const struct hierarchy *find_name(const char *root, const char *process, char *name, size_t size)
{
    for (size_t i = 0; i < HIERARCHIES; i++)
        if (read_name(root, process, &hierarchies[i], name, size))
            return &hierarchies[i];
    return NULL;
}

static uint32_t find_known(const struct mw_view *view, const char *name)
{
    for (uint32_t i = 0; i < view->cgroup_count; i++)
        if (!strcmp(view->cgroups[i].name, name))
            return i + 1;
    return 0;
}

/* The number of processes of the group that the OOM killer has killed, for any limit. Returns whether it is known:
 * kernels before 4.13 do not count it. */
static bool count_kills(const struct mw_view_cgroup *group, uint64_t *kills)
{
    for (size_t i = 0; i < HIERARCHIES; i++)
        for (int k = 0; k < 2 && hierarchies[i].events[k]; k++)
            if (mw_cgroup_files_find(group->directory, hierarchies[i].events[k], "oom_kill", kills))
                return true;
    return false;
}

static uint64_t peak_of(const struct mw_view_cgroup *group)
{
    uint64_t peak = 0;

    for (size_t i = 0; i < HIERARCHIES && !peak && group->limit_directory[0]; i++)
        peak = mw_cgroup_files_number(group->limit_directory, hierarchies[i].peak);
    return peak;
}

uint32_t mw_cgroups_find(struct mw_view *view, const char *root, const char *process)
{
    char name[PATH_MAX];
    const struct hierarchy *h = find_name(root, process, name, sizeof(name));
    struct mw_view_cgroup *group;
    size_t shortest;
    uint32_t known;

    if (!h || strlen(name) >= sizeof(group->name))
        return 0;
    known = find_known(view, name);
    if (known || view->cgroup_count == MW_VIEW_CGROUPS)
        return known;
    group = &view->cgroups[view->cgroup_count];
    *group = (struct mw_view_cgroup){0};
    shortest = find_directory(root, h, name, group->directory, sizeof(group->directory));
    if (!shortest)
        return 0;
    view->cgroup_count++;
    memcpy(group->name, name, strlen(name));
    take_limits(view, group, h, shortest);
    group->peak_begin = peak_of(group);
    if (count_kills(group, &group->kills_begin))
        group->flags = MW_VIEW_CGROUP_COUNTS;
    return view->cgroup_count;
}

static uint64_t kills_of_host(const char *root)
{
    char directory[PATH_MAX];
    uint64_t kills;

    snprintf(directory, sizeof(directory), "%s/proc", root);
    mw_cgroup_files_find(directory, "vmstat", "oom_kill", &kills);
    return kills;
}

void mw_cgroups_begin(struct mw_view *view, const char *root)
{
    view->host_kills_begin = kills_of_host(root);
    mw_cgroups_find(view, root, "self");
}

static void look_kills(struct mw_view_cgroup *group)
{
    uint64_t kills;

    if (!count_kills(group, &kills) || kills <= group->kills_begin + group->kills)
        return;
    group->kills = kills - group->kills_begin;
    group->kills_last_ns = mw_clock_now();
    if (!group->kills_ns)
        group->kills_ns = group->kills_last_ns;
}

void mw_cgroups_look_kills(struct mw_view *view)
{
    for (uint32_t i = 0; i < view->cgroup_count; i++)
        look_kills(&view->cgroups[i]);
}

void mw_cgroups_look(struct mw_view *view, const char *root)
{
    uint64_t kills = kills_of_host(root);

    if (kills > view->host_kills_begin)
        view->host_kills = kills - view->host_kills_begin;
    for (uint32_t i = 0; i < view->cgroup_count; i++) {
        struct mw_view_cgroup *group = &view->cgroups[i];
        uint64_t peak = peak_of(group);
        if (peak > group->peak_begin) /* a peak from before the job is not counted */
            group->peak = peak;
    }
    mw_cgroups_look_kills(view);
}
