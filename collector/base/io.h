/* SPDX-License-Identifier: MIT */
/* Complete reads and writes, retried after EINTR and short counts. */
#ifndef MW_COLLECTOR_BASE_IO_H
#define MW_COLLECTOR_BASE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Reads up to `size` bytes at `offset`; returns the bytes read (less only at end of file) or -1 with errno. */
ssize_t mw_io_pread(int fd, void *buffer, size_t size, off_t offset);

/* Writes all `size` bytes at `offset`; returns 0, or -1 with errno. */
int mw_io_pwrite(int fd, const void *buffer, size_t size, off_t offset);

/* If *offset is in a hole of the file, moves it to the next data or to the end of the file. Does nothing on file systems
 * without SEEK_DATA. Returns *offset. */
off_t mw_io_next_data(int fd, off_t *offset);

/* Whether RLIMIT_FSIZE allows a file of `length` bytes. Exceeding it would kill the process (SIGXFSZ). */
bool mw_io_may_grow(uint64_t length);

/* Reads a small text file, relative to `dirfd`, into `buffer` and terminates it with NUL.
 * Returns its length (cut at size - 1) or -1 with errno. */
ssize_t mw_io_read_text(int dirfd, const char *path, char *buffer, size_t size);

#endif
