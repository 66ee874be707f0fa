/* SPDX-License-Identifier: MIT */
#include "collector/base/names.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void mw_names_fini(struct mw_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->items[i]);
    free(names->items);
    *names = (struct mw_names){0};
}

/* Whether `count` is a power of two, or 0: then the array has no room for one more. */
static bool is_full(size_t count)
{
    return !(count & (count - 1));
}

/* Inserts a copy of the name at `at`. */
static int insert(struct mw_names *names, size_t at, const char *name)
{
    char *copy = strdup(name), **items = names->items;

    if (copy && is_full(names->count))
        items = reallocarray(names->items, names->count ? 2 * names->count : 1, sizeof(*items));
    if (!copy || !items) {
        free(copy);
        return -1;
    }
    names->items = items;
    memmove(items + at + 1, items + at, (names->count++ - at) * sizeof(*items));
    items[at] = copy;
    return 0;
}

int mw_names_add(struct mw_names *names, const char *name)
{
    size_t at = names->count;

    while (at > 0 && strcmp(names->items[at - 1], name) > 0)
        at--;
    return at > 0 && !strcmp(names->items[at - 1], name) ? 0 : insert(names, at, name);
}

int mw_names_list(struct mw_names *names, int dirfd, const char *prefix, struct mw_err *err)
{
    int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* a separate file offset */
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;
    int failed = 0;

    *names = (struct mw_names){0};
    if (!dir && errno == ENOENT)
        return 0; /* the directory was removed while it was open */
    if (!dir) {
        mw_err_set(err, "cannot list the run directory: %s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    while (!failed && (entry = readdir(dir)))
        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
            failed = insert(names, names->count, entry->d_name);
    closedir(dir);
    if (failed) {
        mw_names_fini(names);
        return mw_err_set(err, "cannot list the run directory: no memory");
    }
    if (names->count)
        qsort(names->items, names->count, sizeof(*names->items), compare_names);
    return 0;
}
