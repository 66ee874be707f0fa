/* SPDX-License-Identifier: MIT */
#include "collector/journal/alive.h"

#include "collector/base/file_names.h"
#include "collector/journal/procmem.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void mw_alive_open(struct mw_alive *alive, int dirfd)
{
    *alive = (struct mw_alive){.procfd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC), .dirfd = dirfd};
    gethostname(alive->host, sizeof(alive->host) - 1);
    alive->token_fd = dirfd < 0 ? -1 : mw_token_open(dirfd, &alive->token);
    alive->pids_known = alive->token_fd >= 0 && alive->procfd >= 0 && mw_token_is_here(&alive->token);
}

void mw_alive_close(struct mw_alive *alive)
{
    if (alive->procfd >= 0)
        close(alive->procfd);
    if (alive->token_fd >= 0)
        close(alive->token_fd);
}

bool mw_alive_is_here(const struct mw_alive *alive, const char *host)
{
    char clean[MW_HOSTNAME_SIZE], mark[sizeof(MW_FILE_OUTSIDE) + sizeof(clean)];

    if (!alive->pids_known || strcmp(host, alive->host) != 0)
        return false;
    mw_hostname_clean(host, clean);
    snprintf(mark, sizeof(mark), MW_FILE_OUTSIDE "%s", clean);
    return faccessat(alive->dirfd, mark, F_OK, AT_SYMLINK_NOFOLLOW) != 0;
}

bool mw_alive_check(const struct mw_alive *alive, const char *host, int32_t pid, uint64_t start_ticks)
{
    struct mw_procmem_stat stat;
    bool lives;
    int fd;

    if (!mw_alive_is_here(alive, host))
        return false;
    fd = mw_procmem_open(alive->procfd, pid, "stat");
    lives = fd >= 0 && !mw_procmem_stat_read(fd, &stat) && stat.start_ticks == start_ticks && !mw_procmem_has_ended(&stat);
    if (fd >= 0)
        close(fd);
    return lives;
}

enum mw_alive_state mw_alive_launcher(const struct mw_alive *alive, const char *host, int32_t pid, uint64_t start_ticks)
{
    enum mw_token_lock lock = alive->token_fd < 0 ? MW_TOKEN_UNKNOWN : mw_token_launcher(alive->token_fd);

    if (lock == MW_TOKEN_HELD)
        return MW_ALIVE_LIVES;
    if (!alive->pids_known)
        return MW_ALIVE_UNKNOWN;
    if (lock == MW_TOKEN_UNKNOWN && mw_alive_check(alive, host, pid, start_ticks))
        return MW_ALIVE_LIVES;
    return MW_ALIVE_GONE;
}
