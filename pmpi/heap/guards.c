/* SPDX-License-Identifier: MIT */
#include "pmpi/heap/guards.h"

#include "pmpi/heap/pagemap_scan.h"

#include <errno.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#define REGIONS 32

extern const char *gnu_get_libc_version(void) __attribute__((weak)); /* "2.42" */

bool mw_heap_guards_are_used(void)
{
    const char *at = gnu_get_libc_version ? gnu_get_libc_version() : "";
    int minor = 0;

    if (at[0] != '2' || at[1] != '.')
        return at[0] > '2';
    for (at += 2; *at >= '0' && *at <= '9'; at++)
        minor = 10 * minor + *at - '0';
    return minor >= 42;
}

void mw_heap_guards_each(int pagemap, uintptr_t start, uintptr_t end,
                         void (*each)(void *context, uintptr_t start, uintptr_t end), void *context)
{
    static struct mw_pagemap_region regions[REGIONS];
    struct mw_pagemap_scan scan = {.size = sizeof(scan),
                                   .end = end,
                                   .regions = (uintptr_t)regions,
                                   .region_count = REGIONS,
                                   .mask = MW_PAGEMAP_GUARD,
                                   .returned = MW_PAGEMAP_GUARD};
    uintptr_t stack = 0;

    for (scan.start = start; scan.start < end; scan.start = scan.walk_end) {
        long count = syscall(SYS_ioctl, pagemap, MW_PAGEMAP_SCAN, &scan);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 || scan.walk_end <= scan.start)
            break;
        for (long i = 0; i < count; i++) {
            if (stack && stack < regions[i].start)
                each(context, stack, regions[i].start);
            stack = regions[i].end;
        }
    }
    if (stack && stack < end)
        each(context, stack, end);
}
