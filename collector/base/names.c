/* SPDX-License-Identifier: MIT */
#include "collector/base/names.h"

#include "collector/base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
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
}

void mw_names_add(struct mw_names *names, const char *name)
{
    size_t at = names->count;

    while (at > 0 && strcmp(names->items[at - 1], name) > 0)
        at--;
    if (at > 0 && !strcmp(names->items[at - 1], name))
        return;
    MW_MEM_PUSH(names->items, names->count);
    memmove(names->items + at + 1, names->items + at, (names->count - 1 - at) * sizeof(*names->items));
    names->items[at] = mw_mem_copy(name);
}

int mw_names_list(struct mw_names *names, int dirfd, const char *prefix, struct mw_err *err)
{
    int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* a separate file offset */
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;

    *names = (struct mw_names){0};
    if (!dir && errno == ENOENT)
        return 0; /* the directory was removed while it was open */
    if (!dir) {
        mw_err_set(err, "cannot list the run directory: %s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    while ((entry = readdir(dir)))
        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
            *MW_MEM_PUSH(names->items, names->count) = mw_mem_copy(entry->d_name);
    closedir(dir);
    if (names->count)
        qsort(names->items, names->count, sizeof(*names->items), compare_names);
    return 0;
}
