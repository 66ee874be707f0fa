/* SPDX-License-Identifier: MIT */
#include "pmpi/heap/sparse.h"

#include "pmpi/heap/pagemap_scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int open_file(const char *path)
{
    return (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
}

/* ---- PAGEMAP_SCAN ---- */

#define REGIONS 128

static bool scan_on(int pagemap, uintptr_t start, uintptr_t end, uint64_t *resident)
{
    static struct mw_pagemap_region regions[REGIONS];
    struct mw_pagemap_scan scan = {.size = sizeof(scan),
                                   .end = end,
                                   .regions = (uintptr_t)regions,
                                   .region_count = REGIONS,
                                   .inverted = MW_PAGEMAP_ZERO_PAGE,
                                   .mask = MW_PAGEMAP_PRESENT | MW_PAGEMAP_ZERO_PAGE,
                                   .returned = MW_PAGEMAP_PRESENT};

    *resident = 0;
    for (scan.start = start; scan.start < end; scan.start = scan.walk_end) {
        long count = syscall(SYS_ioctl, pagemap, MW_PAGEMAP_SCAN, &scan);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 || scan.walk_end <= scan.start)
            return false;
        for (long i = 0; i < count; i++)
            *resident += regions[i].end - regions[i].start;
    }
    return true;
}

bool mw_heap_sparse_scan(uintptr_t start, uintptr_t end, uint64_t *resident)
{
    int pagemap = open_file("/proc/self/pagemap");
    bool is_known;

    if (pagemap < 0)
        return false;
    is_known = scan_on(pagemap, start, end, resident);
    syscall(SYS_close, pagemap);
    return is_known;
}

/* ---- /proc/self/smaps ---- */

struct mapping {
    uintptr_t start, end;
};

static uint64_t take_number(const char **at, unsigned base)
{
    uint64_t value = 0;

    for (;; (*at)++) {
        char c = **at;
        unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0') : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : base;
        if (digit >= base)
            return value;
        value = value * base + digit;
    }
}

/* "start-end rwxp ...", or "Name: N kB" of that mapping. Returns the bytes that the line adds. */
static uint64_t examine(struct mapping *mapping, const char *line, uintptr_t start, uintptr_t end)
{
    uint64_t bytes, part;

    if (*line < 'A' || *line > 'Z') {
        mapping->start = take_number(&line, 16);
        line += *line == '-';
        mapping->end = take_number(&line, 16);
        return 0;
    }
    if (strncmp(line, "Rss:", 4) || mapping->start >= end || mapping->end <= start)
        return 0;
    for (line += 4; *line == ' ';)
        line++;
    bytes = take_number(&line, 10) * 1024;
    part = (mapping->end < end ? mapping->end : end) - (mapping->start > start ? mapping->start : start);
    return bytes < part ? bytes : part;
}

static char text[8192];

/* Reads on after the `rest` bytes of an incomplete line. Returns the length of what is in `text`; `rest`: nothing was added. */
static size_t fill(int smaps, size_t rest)
{
    long got = syscall(SYS_read, smaps, text + rest, sizeof(text) - 1 - rest);

    return got > 0 ? rest + (size_t)got : rest;
}

bool mw_heap_sparse_read_smaps(uintptr_t start, uintptr_t end, uint64_t *resident)
{
    int smaps = open_file("/proc/self/smaps");
    struct mapping mapping = {0, 0};
    size_t rest = 0, length;

    *resident = 0;
    while (smaps >= 0 && mapping.start < end && (length = fill(smaps, rest)) > rest) {
        size_t begin = 0;
        for (size_t i = rest; i < length; i++)
            if (text[i] == '\n') {
                text[i] = '\0';
                *resident += examine(&mapping, text + begin, start, end);
                begin = i + 1;
            }
        rest = length - begin;
        memmove(text, text + begin, rest);
    }
    if (smaps >= 0)
        syscall(SYS_close, smaps);
    return mapping.end != 0;
}
