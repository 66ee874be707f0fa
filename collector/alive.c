/* SPDX-License-Identifier: MIT */
#include "collector/alive.h"

#include "collector/procmem.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

void mw_alive_open(struct mw_alive *alive)
{
    *alive = (struct mw_alive){.procfd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    gethostname(alive->host, sizeof(alive->host) - 1);
}

void mw_alive_close(struct mw_alive *alive)
{
    if (alive->procfd >= 0)
        close(alive->procfd);
}

bool mw_alive_is_here(const struct mw_alive *alive, const char *host)
{
    return !strcmp(host, alive->host);
}

bool mw_alive_check(const struct mw_alive *alive, const char *host, int32_t pid, uint64_t start_ticks)
{
    struct mw_procmem_stat stat;
    bool lives;
    int fd;

    if (!mw_alive_is_here(alive, host) || alive->procfd < 0)
        return false;
    fd = mw_procmem_open(alive->procfd, pid, "stat");
    lives = fd >= 0 && !mw_procmem_stat_read(fd, &stat) && stat.start_ticks == start_ticks &&
            !mw_procmem_has_ended(&stat);
    if (fd >= 0)
        close(fd);
    return lives;
}
