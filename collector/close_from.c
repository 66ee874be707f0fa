/* SPDX-License-Identifier: MIT */
#include "collector/close_from.h"

#include <dirent.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

void mw_close_from(int first)
{
    DIR *dir = opendir("/proc/self/fd");
    struct dirent *entry;

    while (dir && (entry = readdir(dir)))
        if (atoi(entry->d_name) >= first && atoi(entry->d_name) != dirfd(dir))
            close(atoi(entry->d_name));
    if (dir)
        closedir(dir);
}
