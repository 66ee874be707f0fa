/* SPDX-License-Identifier: MIT */
#include "pmpi/heap/memory.h"

#include "pmpi/base/syscalls.h"
#include "pmpi/heap/sparse.h"

#include <errno.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

uint64_t mw_heap_memory_pages;
size_t mw_heap_page_bytes = 4096;

void *mw_heap_memory_reserve(size_t size)
{
    void *memory = (void *)syscall(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                                   -1, 0L);

    if (memory == MAP_FAILED)
        return NULL;
    /* without a limit a huge page would cost 2 MiB for a few bytes */
    syscall(SYS_madvise, memory, size, MADV_NOHUGEPAGE);
    return memory;
}

/* Pages of one question to the kernel: 64 MiB of small pages. */
#define PAGES (1u << 14)

static unsigned char pages[PAGES]; /* protected by the heap's lock */

static uint64_t count_resident(const unsigned char *states, size_t number)
{
    uint64_t count = 0;
    size_t i = 0;

    for (; i + 8 <= number; i += 8) {
        uint64_t eight;
        memcpy(&eight, states + i, sizeof(eight));
        count += (uint64_t)__builtin_popcountll(eight & 0x0101010101010101ULL);
    }
    for (; i < number; i++)
        count += states[i] & 1;
    return count;
}

/* Resident pages of `number` pages from `start`. Where a part is not mapped the kernel refuses the whole, so each half is
 * asked for. */
static uint64_t resident_pages(uintptr_t start, size_t number)
{
    if (!syscall(SYS_mincore, start, number * mw_heap_page_bytes, pages)) {
        mw_heap_memory_pages += number;
        return count_resident(pages, number);
    }
    if (number == 1 || errno != ENOMEM)
        return 0;
    return resident_pages(start, number / 2) + resident_pages(start + number / 2 * mw_heap_page_bytes, number - number / 2);
}

/* A range that is so many times as large as the memory of the process: then mincore() would take longer than these do. */
#define SPARSE ((size_t)1 << 30)
#define SPARSE_SCAN 8
#define SPARSE_SMAPS 64
#define SPARSE_COST 4 /* in pages of mincore(), for a page that is found, or that is resident in the process */

static bool is_sparse(uintptr_t start, uintptr_t end, uint64_t *resident)
{
    struct rusage usage;
    size_t memory;

    if (end - start < SPARSE || syscall(SYS_getrusage, RUSAGE_SELF, &usage))
        return false;
    memory = (size_t)usage.ru_maxrss * 1024;
    if ((end - start) / SPARSE_SCAN > memory && mw_heap_sparse_scan(start, end, resident)) {
        mw_heap_memory_pages += SPARSE_COST * *resident / mw_heap_page_bytes;
        return true;
    }
    if ((end - start) / SPARSE_SMAPS > memory && mw_heap_sparse_read_smaps(start, end, resident)) {
        mw_heap_memory_pages += SPARSE_SMAPS / 2 * memory / mw_heap_page_bytes;
        return true;
    }
    return false;
}

static uint64_t ask_for_each(uintptr_t first, uintptr_t end)
{
    uint64_t found = 0;

    for (uintptr_t at = first; at < end; at += PAGES * mw_heap_page_bytes) {
        size_t number = (end - at) / mw_heap_page_bytes;
        found += resident_pages(at, number < PAGES ? number : PAGES) * mw_heap_page_bytes;
    }
    return found;
}

/* Of the bytes of a page that is only partly inside, what is inside. */
static uint64_t clip(uint64_t bytes, uintptr_t start, size_t size, uintptr_t first, uintptr_t end)
{
    uint64_t outside = start - first + (end - (start + size));

    return bytes + outside >= end - first ? size : bytes < size ? bytes : size;
}

uint64_t mw_heap_memory_resident(uintptr_t start, size_t size)
{
    uintptr_t first = start & ~(mw_heap_page_bytes - 1);
    uintptr_t end = (start + size + mw_heap_page_bytes - 1) & ~(mw_heap_page_bytes - 1);
    uint64_t found;

    if (!mw_syscalls_begin())
        return size;
    if (!is_sparse(first, end, &found))
        found = ask_for_each(first, end);
    mw_syscalls_end();
    return clip(found, start, size, first, end);
}
