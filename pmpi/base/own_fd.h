/* SPDX-License-Identifier: MIT */
/* A descriptor that stays open for a while in somebody else's program. The program may close it and reuse its number
 * for another file, so it is used and closed only while it refers to the file that was opened.
 *
 * Another thread can still close it between the check and the use (about 100 ns). */
#ifndef MW_PMPI_BASE_OWN_FD_H
#define MW_PMPI_BASE_OWN_FD_H

#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

struct mw_own_fd {
    int fd; /* -1: none */
    dev_t device;
    ino_t inode;
};

/* Takes ownership of `fd` (-1: none). Returns false for -1, and if fstat() fails (a filter of system calls), in
 * which case it closes the descriptor. */
static inline bool mw_own_fd_take(struct mw_own_fd *own, int fd)
{
    struct stat st = {0};

    *own = (struct mw_own_fd){.fd = fd};
    if (fd >= 0 && fstat(fd, &st)) {
        close(fd);
        own->fd = -1;
    }
    own->device = st.st_dev;
    own->inode = st.st_ino;
    return own->fd >= 0;
}

static inline bool mw_own_fd_is_ours(const struct mw_own_fd *own)
{
    struct stat st;

    return own->fd >= 0 && !fstat(own->fd, &st) && st.st_ino == own->inode && st.st_dev == own->device;
}

static inline void mw_own_fd_close(struct mw_own_fd *own)
{
    if (mw_own_fd_is_ours(own))
        close(own->fd);
    own->fd = -1;
}

#endif
