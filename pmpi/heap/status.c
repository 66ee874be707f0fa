/* SPDX-License-Identifier: MIT */
#include "pmpi/heap/status.h"

#include "collector/journal/heap_record.h"
#include "pmpi/base/syscalls.h"
#include "pmpi/heap/blocks.h"
#include "pmpi/heap/guards.h"
#include "pmpi/heap/memory.h"
#include "pmpi/heap/ranges.h"

#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static char text[16 << 10]; /* protected by the heap's lock */

/* Reads up to `size` bytes, which may take several reads. Returns their number; 0 on failure. */
static size_t read_all(int fd, char *buffer, size_t size)
{
    size_t length = 0;

    while (length < size) {
        long got = syscall(SYS_read, fd, buffer + length, size - length);
        if (got <= 0)
            break;
        length += (size_t)got;
    }
    return length;
}

static int open_file(const char *path)
{
    return (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
}

static void close_file(int fd)
{
    syscall(SYS_close, fd);
}

/* ---- /proc/self/status ---- */

/* The number of KiB after `name`, in bytes. */
static uint64_t kib_after(const char *status, const char *name)
{
    const char *at = strstr(status, name);
    uint64_t kib = 0;

    if (!at)
        return 0;
    for (at += strlen(name); *at == ' ' || *at == '\t';)
        at++;
    for (; *at >= '0' && *at <= '9'; at++)
        kib = kib * 10 + (uint64_t)(*at - '0');
    return kib * 1024;
}

bool mw_heap_status_read(struct mw_heap_status *status)
{
    size_t length = 0;
    int fd;

    if (!mw_syscalls_begin())
        return false;
    fd = open_file("/proc/self/status");
    if (fd >= 0) {
        length = read_all(fd, text, sizeof(text) - 1);
        close_file(fd);
    }
    mw_syscalls_end();
    text[length] = '\0';
    status->anon = kib_after(text, "\nRssAnon:");
    status->file = kib_after(text, "\nRssFile:");
    status->shmem = kib_after(text, "\nRssShmem:");
    return length != 0;
}

/* ---- /proc/self/maps ---- */

struct line {
    uintptr_t start, end;
    bool writable, private, has_file, is_stack, has_name;
};

static uintptr_t take_hex(const char **at)
{
    uintptr_t value = 0;

    for (;; (*at)++) {
        char c = **at;
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0)
            return value;
        value = value << 4 | (uintptr_t)digit;
    }
}

static const char *skip_words(const char *at, int count)
{
    while (count--) {
        while (*at && *at != ' ')
            at++;
        while (*at == ' ')
            at++;
    }
    return at;
}

/* "start-end rwxp offset device inode name" */
static void parse(struct line *line, const char *at)
{
    *line = (struct line){0};
    line->start = take_hex(&at);
    at += *at == '-';
    line->end = take_hex(&at);
    at = skip_words(at, 1);
    line->writable = at[0] && at[1] == 'w';
    line->private = at[0] && at[1] && at[2] && at[3] == 'p';
    at = skip_words(at, 4);
    line->has_name = *at != '\0' && strncmp(at, "[anon", 5) != 0; /* names that libc gives, "[anon: glibc: malloc]" */
    line->has_file = *at == '/';
    line->is_stack = !strncmp(at, "[stack", 6);
}

/* A page of a private mapping that was written is anonymous: bit 61 of its entry is clear, bit 63 says that it is present
 * (Documentation/admin-guide/mm/pagemap.rst). */
static uint64_t anonymous_pages(int pagemap, uintptr_t start, uintptr_t end)
{
    static uint64_t entries[512];
    uint64_t count = 0;

    for (uintptr_t at = start; at < end;) {
        size_t left = (end - at) / mw_heap_page_bytes, pages = left < 512 ? left : 512;
        long got = syscall(SYS_pread64, pagemap, entries, pages * sizeof(entries[0]),
                           (off_t)(at / mw_heap_page_bytes * sizeof(entries[0])));
        if (got <= 0)
            return count;
        for (size_t i = 0; i < (size_t)got / sizeof(entries[0]); i++)
            count += (entries[i] >> 63) && !(entries[i] >> 61 & 1);
        at += (size_t)got / sizeof(entries[0]) * mw_heap_page_bytes;
    }
    return count;
}

struct scan {
    struct mw_heap_parts *parts;
    int pagemap;
    uintptr_t file_end; /* end of the last mapping of a file: .bss follows it */
    bool after_guard;   /* the line before was a guard page: a stack of a thread follows */
    uintptr_t guard_end;
    bool has_inner_guards;
};

#define THREAD_STACK_MAX (64u << 20)
#define ARENA_ALIGNMENT (64u << 20) /* an arena of malloc(), not a stack */

/* A thread's stack, by its guard page; not what the program has mapped itself, which is counted by line. */
static bool is_thread_stack(const struct scan *scan, const struct line *line)
{
    return scan->after_guard && line->start == scan->guard_end && line->end - line->start <= THREAD_STACK_MAX &&
           line->start % ARENA_ALIGNMENT && !mw_heap_ranges_overlaps(line->start, line->end);
}

/* What is known by line, of variables or stacks: the kernel joins them with a mapping behind them. */
#define KNOWN_LEAST (1u << 20)

static struct {
    uintptr_t start, end;
    uint64_t bytes;
} known;

static bool add_known(uintptr_t address, struct mw_heap_block *block)
{
    if (block->size >= MW_HEAP_BIG && address >= known.start && address < known.end)
        known.bytes += block->weight;
    return true;
}

static void add_known_range(const struct mw_heap_range *range)
{
    if (range->start >= known.start && range->start < known.end)
        known.bytes += range->resident;
}

static uint64_t resident_unknown(uintptr_t start, uintptr_t end)
{
    uint64_t resident = mw_heap_memory_resident(start, end - start);

    if (resident < KNOWN_LEAST)
        return resident;
    known.start = start;
    known.end = end;
    known.bytes = 0;
    mw_heap_blocks_each(add_known);
    mw_heap_ranges_each(add_known_range);
    return resident > known.bytes ? resident - known.bytes : 0;
}

static void add_stack(void *context, uintptr_t start, uintptr_t end)
{
    struct mw_heap_parts *parts = context;

    parts->stacks += resident_unknown(start, end);
}

#define JOINED_STACKS_MAX (UINT64_C(4) << 30) /* larger mappings are data: looking for guards there takes long */

/* Stacks in the mapping that have their guards in it. */
static void find_stacks(struct scan *scan, const struct line *line)
{
    if (scan->has_inner_guards && line->end - line->start <= JOINED_STACKS_MAX)
        mw_heap_guards_each(scan->pagemap, line->start, line->end, add_stack, scan->parts);
}

static void examine(struct scan *scan, const char *at)
{
    struct line line;
    bool anonymous, is_bss, is_thread;

    parse(&line, at);
    anonymous = !line.has_name && line.private && line.writable;
    is_bss = anonymous && line.start == scan->file_end;
    is_thread = anonymous && !is_bss && is_thread_stack(scan, &line);
    if (is_bss) /* may have gigabytes: static arrays of Fortran; this way is 30 times as fast */
        scan->parts->data += resident_unknown(line.start, line.end);
    else if (line.has_file && line.private && line.writable)
        scan->parts->data += anonymous_pages(scan->pagemap, line.start, line.end) * mw_heap_page_bytes;
    if (line.is_stack || is_thread)
        scan->parts->stacks += mw_heap_memory_resident(line.start, line.end - line.start);
    else if (anonymous && !is_bss)
        find_stacks(scan, &line);
    scan->file_end = line.has_file ? line.end : is_bss ? line.end : 0;
    scan->after_guard = !line.has_name && line.private && !line.writable && line.end - line.start <= mw_heap_page_bytes * 16;
    scan->guard_end = line.end;
}

/* Examines all complete lines of `text`, and moves the rest to its start. Returns its length. */
static size_t examine_lines(struct scan *scan, size_t length)
{
    size_t begin = 0;

    for (size_t i = 0; i < length; i++)
        if (text[i] == '\n') {
            text[i] = '\0';
            examine(scan, text + begin);
            begin = i + 1;
        }
    memmove(text, text + begin, length - begin);
    return length - begin;
}

bool mw_heap_status_parts(struct mw_heap_parts *parts)
{
    struct scan scan = {.parts = parts, .pagemap = -1, .has_inner_guards = mw_heap_guards_are_used()};
    size_t rest = 0;
    int maps;

    *parts = (struct mw_heap_parts){0};
    if (!mw_syscalls_begin())
        return false;
    maps = open_file("/proc/self/maps");
    scan.pagemap = open_file("/proc/self/pagemap");
    while (maps >= 0) {
        long got = syscall(SYS_read, maps, text + rest, sizeof(text) - rest);
        if (got <= 0)
            break;
        rest = examine_lines(&scan, rest + (size_t)got);
    }
    if (maps >= 0)
        close_file(maps);
    if (scan.pagemap >= 0)
        close_file(scan.pagemap);
    mw_syscalls_end();
    return maps >= 0;
}
