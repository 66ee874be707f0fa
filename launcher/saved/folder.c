/* SPDX-License-Identifier: MIT */
#include "launcher/saved/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PART_AGE_SEC 3600

static int name_folder(char path[PATH_MAX])
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int length = -1;

    if (state && state[0] == '/')
        length = snprintf(path, PATH_MAX, "%s/memwatch", state);
    else if (home && home[0] == '/')
        length = snprintf(path, PATH_MAX, "%s/.local/state/memwatch", home);
    errno = length < 0 ? ENOENT : ENAMETOOLONG;
    return length < 0 || length >= PATH_MAX ? -1 : 0;
}

/* Creates a directory and those above it that do not exist. */
static int make_path(char *path)
{
    char *slash = strrchr(path, '/');
    struct stat st;

    if (!stat(path, &st)) {
        errno = EPERM;
        return geteuid() == 0 && st.st_uid != 0 ? -1 : 0;
    }
    if (errno != ENOENT || !slash || slash == path)
        return -1;
    *slash = '\0';
    if (make_path(path) < 0)
        return -1;
    *slash = '/';
    return mkdir(path, 0700) && errno != EEXIST ? -1 : 0;
}

int mw_saved_folder_open(struct mw_saved_folder *folder, bool create)
{
    char path[PATH_MAX];
    struct stat st;

    folder->fd = -1;
    if (name_folder(folder->path) < 0)
        return -1;
    memcpy(path, folder->path, sizeof(path));
    if (create && make_path(path) < 0)
        return -1;
    folder->fd = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder->fd < 0)
        return -1;
    if (!fstat(folder->fd, &st) && st.st_uid == geteuid() && !(st.st_mode & (S_IWGRP | S_IWOTH)))
        return 0;
    mw_saved_folder_close(folder);
    errno = EPERM;
    return -1;
}

void mw_saved_folder_close(struct mw_saved_folder *folder)
{
    if (folder->fd >= 0)
        close(folder->fd);
    folder->fd = -1;
}

static bool ends_in(const char *name, const char *suffix)
{
    size_t length = strlen(name), n = strlen(suffix);

    return length >= n && !strcmp(name + length - n, suffix);
}

int mw_saved_folder_list(const struct mw_saved_folder *folder, struct mw_names *names, struct mw_err *err)
{
    size_t kept = 0;

    if (mw_names_list(names, folder->fd, MW_SAVED_NAME, err) < 0)
        return -1;
    for (size_t i = 0; i < names->count; i++)
        if (ends_in(names->items[i], MW_SAVED_SUFFIX))
            names->items[kept++] = names->items[i];
        else
            free(names->items[i]);
    names->count = kept;
    return 0;
}

static void remove_parts(const struct mw_saved_folder *folder)
{
    struct mw_names names;
    struct stat st;

    if (mw_names_list(&names, folder->fd, "." MW_SAVED_NAME, NULL) < 0)
        return;
    for (size_t i = 0; i < names.count; i++)
        if (ends_in(names.items[i], MW_SAVED_PART) && !fstatat(folder->fd, names.items[i], &st, AT_SYMLINK_NOFOLLOW) &&
            time(NULL) - st.st_mtime >= PART_AGE_SEC)
            unlinkat(folder->fd, names.items[i], 0);
    mw_names_fini(&names);
}

void mw_saved_folder_prune(const struct mw_saved_folder *folder, size_t count, uint64_t bytes)
{
    struct mw_names names;
    uint64_t sum = 0;
    struct stat st;

    remove_parts(folder);
    if (mw_saved_folder_list(folder, &names, NULL) < 0)
        return;
    for (size_t kept = 0; kept < names.count; kept++) {
        const char *name = names.items[names.count - 1 - kept]; /* newest first */
        if (fstatat(folder->fd, name, &st, AT_SYMLINK_NOFOLLOW))
            continue;
        sum += (uint64_t)st.st_size;
        if (kept >= count || sum > bytes)
            unlinkat(folder->fd, name, 0);
    }
    mw_names_fini(&names);
}
