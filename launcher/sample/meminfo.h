/* SPDX-License-Identifier: MIT */
/* What this host has of memory, by /proc/meminfo; where that is hidden (/proc with subset=pid, or no /proc), by
 * sysinfo(2), which knows nothing of page cache. Bytes. Sources: Linux Documentation/filesystems/proc.rst, sysinfo(2). */
#ifndef MW_LAUNCHER_SAMPLE_MEMINFO_H
#define MW_LAUNCHER_SAMPLE_MEMINFO_H

#include <stdbool.h>
#include <stdint.h>

struct mw_meminfo {
    uint64_t total;     /* 0: not even sysinfo(2) knows */
    uint64_t available; /* without swapping; where `is_free_only` only what is free at once, and the page cache is not in it */
    bool is_free_only;  /* there is no MemAvailable (also before Linux 3.14) */
    uint64_t anon, shmem, dirty; /* memory of programs; files in tmpfs and shared memory; page cache not yet written (dirty or
                                    being written). All 0 with sysinfo(2) */
    uint64_t swap_free;
    uint64_t huge_total; /* pages of the default size, all together */
    uint64_t huge_size;  /* of one */
};

/* `root`: where /proc is ("" for the real one). */
void mw_meminfo_read(struct mw_meminfo *info, const char *root);

#endif
