/* SPDX-License-Identifier: MIT */
#include "collector/base/close_from.h"

#include <dirent.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

void mw_close_from(int first)
{
    struct dirent *entry;
    DIR *dir;

#ifdef SYS_close_range
    if (!syscall(SYS_close_range, first, ~0u, 0))
        return;
#endif
    dir = opendir("/proc/self/fd"); /* before Linux 5.9 */
    while (dir && (entry = readdir(dir)))
        if (atoi(entry->d_name) >= first && atoi(entry->d_name) != dirfd(dir))
            close(atoi(entry->d_name));
    if (dir)
        closedir(dir);
}
