/* SPDX-License-Identifier: MIT */
#include "pmpi/wait/state.h"

#include "collector/journal/procmem.h"

#include <fcntl.h>
#include <unistd.h>

bool mw_wait_state_runs(pid_t pid)
{
    int procfd = openat(AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int fd = procfd < 0 ? -1 : mw_procmem_open(procfd, pid, "stat");
    struct mw_procmem_stat stat;
    bool runs = fd >= 0 && !mw_procmem_stat_read(fd, &stat) && !(stat.flags & MW_PROCMEM_ENDING) && !stat.is_killed;

    if (fd >= 0)
        close(fd);
    if (procfd >= 0)
        close(procfd);
    return runs;
}
