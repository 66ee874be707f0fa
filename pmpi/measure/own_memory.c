/* SPDX-License-Identifier: MIT */
#include "pmpi/measure/own_memory.h"

#include "collector/journal/journal.h"
#include "pmpi/base/lock.h"
#include "pmpi/base/syscalls.h"
#include "pmpi/measure/meter.h"
#include "pmpi/rank/rank.h"

#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define FIRST_MEASURE 16 /* stacks */
#define ENTRIES 256      /* of pagemap, read at a time */
#define PRESENT (1ULL << 63)
#define FILE_PAGE (1ULL << 61)
#define EXCLUSIVE (1ULL << 56) /* no other process maps it */
#define SHIM_PREFIX "libmemwatch-"

/* Objects at the start; of later ones all pages of unwind tables are counted. */
#define OBJECTS 128

/* Pages in memory. */
struct pages {
    int fd; /* of pagemap */
    uint64_t page_bytes;
    uint64_t journal, shim, tables;
    bool starts, failed;
};

/* Number of pages of an object's unwind tables in memory at the start. */
struct before {
    uintptr_t bias;
    uint64_t pages;
};

static struct before before[OBJECTS];
static uint32_t before_count;
static uint64_t first_grown;
static uint32_t walked, next_measure;

static uint64_t present(struct pages *pages, uintptr_t begin, uintptr_t end)
{
    uint64_t entries[ENTRIES], count = 0;
    uintptr_t page = begin / pages->page_bytes, last = (end + pages->page_bytes - 1) / pages->page_bytes;

    while (page < last && !pages->failed) {
        size_t wanted = last - page < ENTRIES ? last - page : ENTRIES;
        ssize_t got = pread(pages->fd, entries, wanted * sizeof(entries[0]), (off_t)(page * sizeof(entries[0])));
        if (got != (ssize_t)(wanted * sizeof(entries[0])))
            pages->failed = true;
        for (size_t i = 0; i < wanted && !pages->failed; i++)
            count += (entries[i] & PRESENT) && (entries[i] & (FILE_PAGE | EXCLUSIVE)); /* neither flag: the zero page */
        page += wanted;
    }
    return count;
}

static bool is_shim(const struct dl_phdr_info *info)
{
    const char *base = info->dlpi_name ? strrchr(info->dlpi_name, '/') : NULL;

    return base && !strncmp(base + 1, SHIM_PREFIX, sizeof(SHIM_PREFIX) - 1);
}

/* Unwind tables begin with their index (PT_GNU_EH_FRAME), and end with the segment. */
static uint64_t pages_of_tables(struct pages *pages, const struct dl_phdr_info *info, const ElfW(Phdr) * index)
{
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type == PT_LOAD && index->p_vaddr - segment->p_vaddr < segment->p_memsz)
            return present(pages, info->dlpi_addr + index->p_vaddr, info->dlpi_addr + segment->p_vaddr + segment->p_memsz);
    }
    return 0;
}

/* Whether the object is on a stack that was walked. */
static bool was_walked(uintptr_t bias)
{
    uint32_t used = mw_journal_used(&mw_rank.journal, MW_SECTION_MODULE);

    for (uint32_t i = 0; i < used; i++)
        if (mw_rank.journal.modules[i].base == bias)
            return true;
    return false;
}

static uint64_t pages_before(uintptr_t bias)
{
    for (uint32_t i = 0; i < before_count; i++)
        if (before[i].bias == bias)
            return before[i].pages;
    return 0;
}

static void count_tables(struct pages *pages, const struct dl_phdr_info *info, const ElfW(Phdr) * index)
{
    uint64_t count;

    if (pages->starts && before_count < OBJECTS) {
        before[before_count++] = (struct before){info->dlpi_addr, pages_of_tables(pages, info, index)};
    } else if (!pages->starts && was_walked(info->dlpi_addr)) {
        count = pages_of_tables(pages, info, index);
        pages->tables += count > pages_before(info->dlpi_addr) ? count - pages_before(info->dlpi_addr) : 0;
    }
}

static int count_object(struct dl_phdr_info *info, size_t size, void *data)
{
    struct pages *pages = data;
    bool shim = is_shim(info);

    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        uintptr_t begin = info->dlpi_addr + segment->p_vaddr;
        if (shim && segment->p_type == PT_LOAD)
            pages->shim += present(pages, begin, begin + segment->p_memsz);
        else if (!shim && segment->p_type == PT_GNU_EH_FRAME)
            count_tables(pages, info, segment);
    }
    return pages->failed;
}

/* Returns false on failure. */
static bool count_pages(struct pages *pages)
{
    uintptr_t journal = (uintptr_t)mw_rank.journal.head;

    *pages = (struct pages){.starts = pages->starts,
                            .fd = mw_meter_open_high("/proc/self/pagemap", O_RDONLY),
                            .page_bytes = mw_rank.journal.ident->page_bytes};
    if (pages->fd < 0 || !pages->page_bytes)
        return false;
    pages->journal = present(pages, journal, journal + (uintptr_t)mw_rank.journal.head->length);
    dl_iterate_phdr(count_object, pages);
    close(pages->fd);
    return !pages->failed;
}

/* Calls count_pages() if system calls are allowed. Returns false on failure. */
static bool count_in_syscalls(struct pages *pages)
{
    bool known;

    mw_lock_disable_cancel();
    known = mw_syscalls_begin();
    if (known) {
        known = count_pages(pages);
        mw_syscalls_end();
    }
    mw_lock_restore_cancel();
    return known;
}

void mw_own_memory_start(uint64_t grown)
{
    struct pages pages = {.starts = true};

    first_grown = grown;
    before_count = walked = 0;
    next_measure = FIRST_MEASURE;
    count_in_syscalls(&pages);
    mw_own_memory_measure();
}

void mw_own_memory_measure(void)
{
    struct mw_cost *cost = mw_rank.journal.cost;
    struct pages pages = {.starts = false};
    uint64_t bytes = mw_journal_memory(&mw_rank.journal) + first_grown;

    if (count_in_syscalls(&pages)) /* linked into the program, the library has no separate pages */
        bytes = (pages.journal + pages.shim + pages.tables) * pages.page_bytes + (pages.shim ? 0 : first_grown);
    if (cost->shim_bytes < bytes)
        cost->shim_bytes = bytes;
}

void mw_own_memory_walked(void)
{
    if (++walked < next_measure || !next_measure)
        return;
    next_measure = 2 * walked;
    mw_own_memory_measure();
}
