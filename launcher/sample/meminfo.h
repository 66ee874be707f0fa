/* SPDX-License-Identifier: MIT */
/* The memory of this host, from /proc/meminfo; if that is hidden (/proc with subset=pid, or no /proc), from sysinfo(2),
 * which does not report page cache. Bytes. Sources: Linux Documentation/filesystems/proc.rst, sysinfo(2). */
#ifndef MW_LAUNCHER_SAMPLE_MEMINFO_H
#define MW_LAUNCHER_SAMPLE_MEMINFO_H

#include <stdbool.h>
#include <stdint.h>

struct mw_meminfo {
    uint64_t total;              /* 0: not even known from sysinfo(2) */
    uint64_t available;          /* without swapping; if `is_free_only` only free memory, without page cache */
    bool is_free_only;           /* MemAvailable is missing (also before Linux 3.14) */
    uint64_t anon, shmem, dirty; /* memory of programs; files in tmpfs and shared memory; page cache not yet written (dirty or
                                    being written). All 0 with sysinfo(2) */
    uint64_t swap_free;
    uint64_t huge_total; /* pages of the default size, together */
    uint64_t huge_size;  /* of one */
};

/* `root`: parent directory of proc ("" for the real one). */
void mw_meminfo_read(struct mw_meminfo *info, const char *root);

#endif
