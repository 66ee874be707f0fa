/* SPDX-License-Identifier: MIT */
#include "launcher/cgroups.h"

#include "collector/clock.h"
#include "collector/io.h"

#include <fcntl.h>
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
    const char *events[2]; /* with a line "oom_kill N": the group's own first, then with those of the groups below it */
    const char *used;
    const char *idle;   /* the line of memory.stat that counts files which nobody has used for some time */
    bool v2;
};

static const struct hierarchy hierarchies[] = {
    {"cgroup", "memory.limit_in_bytes", "memory.max_usage_in_bytes", {"memory.oom_control"}, "memory.usage_in_bytes",
     "\ntotal_inactive_file ", false},
    {"cgroup2", "memory.max", "memory.peak", {"memory.events.local", "memory.events"}, "memory.current", "\ninactive_file ", true},
};
#define HIERARCHIES (sizeof(hierarchies) / sizeof(hierarchies[0]))

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

/* The number behind "NAME " at the start of a line. Returns whether there is one. */
static bool find_field(const char *directory, const char *file, const char *name, uint64_t *value)
{
    char path[PATH_MAX], text[4096] = "\n"; /* so that the first line begins like the others */
    const char *line;

    snprintf(path, sizeof(path), "%s/%s", directory, file);
    *value = 0;
    if (mw_io_read_text(AT_FDCWD, path, text + 1, sizeof(text) - 1) <= 0)
        return false;
    line = strstr(text, name);
    if (line)
        *value = strtoull(line + strlen(name), NULL, 10);
    return line != NULL;
}

static uint64_t read_field(const char *directory, const char *file, const char *name)
{
    uint64_t value;

    find_field(directory, file, name, &value);
    return value;
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

static void take_tightest(struct mw_view_cgroup *group, const struct hierarchy *h, size_t shortest)
{
    char directory[sizeof(group->directory)];

    for (memcpy(directory, group->directory, sizeof(directory));; *strrchr(directory, '/') = '\0') {
        uint64_t limit = read_number(directory, h->limit);
        if (limit && limit < UNLIMITED && (!group->limit || limit < group->limit)) {
            group->limit = limit;
            memcpy(group->limit_directory, directory, sizeof(directory));
        }
        if (strlen(directory) <= shortest)
            return;
    }
}

/* A group outside the cgroup namespace is named by "/.." from its root: its files are not at that path. */
static bool leads_out(const char *name)
{
    return !strncmp(name, "/..", 3) && (!name[3] || name[3] == '/');
}

/* Where the files of the group lie: in a container the mount shows only a part of the hierarchy. Returns the length of
 * the mount point's path, 0 when it is nowhere. */
static size_t find_directory(const char *root, const struct hierarchy *h, const char *name, char *directory, size_t size)
{
    char point[PATH_MAX], part[PATH_MAX];
    const char *below = name;
    size_t length;

    if (!mount_point(root, h, point, part) || leads_out(name) || leads_out(part))
        return 0;
    if (strcmp(part, "/")) {
        size_t above = strlen(part);
        if (strncmp(name, part, above) || (name[above] && name[above] != '/'))
            return 0; /* the mount does not show it */
        below = name + above;
    }
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

/* How many processes of the group the OOM killer has killed, whichever limit was reached. Returns whether that is
 * known: kernels before 4.13 do not count it. */
static bool count_kills(const struct mw_view_cgroup *group, uint64_t *kills)
{
    for (size_t i = 0; i < HIERARCHIES; i++)
        for (int k = 0; k < 2 && hierarchies[i].events[k]; k++)
            if (find_field(group->directory, hierarchies[i].events[k], "\noom_kill ", kills))
                return true;
    return false;
}

static uint64_t peak_of(const struct mw_view_cgroup *group)
{
    uint64_t peak = 0;

    for (size_t i = 0; i < HIERARCHIES && !peak && group->limit_directory[0]; i++)
        peak = read_number(group->limit_directory, hierarchies[i].peak);
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
    take_tightest(group, h, shortest);
    group->peak_begin = peak_of(group);
    if (count_kills(group, &group->kills_begin))
        group->flags = MW_VIEW_CGROUP_COUNTS;
    return view->cgroup_count;
}

static uint64_t kills_of_host(const char *root)
{
    char directory[PATH_MAX];

    snprintf(directory, sizeof(directory), "%s/proc", root);
    return read_field(directory, "vmstat", "\noom_kill ");
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
        if (peak > group->peak_begin) /* a peak from before the job is not the job's */
            group->peak = peak;
    }
    mw_cgroups_look_kills(view);
}

uint64_t mw_cgroups_used(const struct mw_view_cgroup *group)
{
    uint64_t used = 0, idle = 0;

    for (size_t i = 0; i < HIERARCHIES && !used; i++) {
        used = read_number(group->limit_directory, hierarchies[i].used);
        idle = read_field(group->limit_directory, "memory.stat", hierarchies[i].idle);
    }
    return used > idle ? used - idle : used;
}
