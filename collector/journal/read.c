/* SPDX-License-Identifier: MIT */
#include "collector/journal/read.h"

#include "collector/base/clock.h"
#include "collector/base/io.h"
#include "collector/base/mem.h"
#include "collector/journal/check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SEARCH_MAX (256u << 20) /* distance searched for the next of several records; a record has at most 16 MiB */
#define LIVE_ATTEMPTS 5         /* attempts to copy a journal that changes meanwhile */

static const struct {
    const char *name;
    uint32_t stride;
    bool needed; /* a record without it is useless */
} expected[MW_SECTION_COUNT] = {
    [MW_SECTION_IDENT] = {"identity", sizeof(struct mw_ident), true},
    [MW_SECTION_STATE] = {"state", sizeof(struct mw_state), true},
    [MW_SECTION_COST] = {"cost", sizeof(struct mw_cost), true},
    [MW_SECTION_MODULE] = {"modules", sizeof(struct mw_module), false},
    [MW_SECTION_SITE] = {"call sites", sizeof(struct mw_site), false},
    [MW_SECTION_PHASE] = {"phases", sizeof(struct mw_phase), false},
    [MW_SECTION_SPIKE] = {"spikes", sizeof(struct mw_spike), false},
    [MW_SECTION_TIMELINE] = {"timeline", sizeof(struct mw_tick), false},
    [MW_SECTION_FUNCTION] = {"Python functions", sizeof(struct mw_function), false},
    [MW_SECTION_HEAP] = {"heap", sizeof(struct mw_heap_state), false},
    [MW_SECTION_HEAP_MODULE] = {"modules of the heap", sizeof(struct mw_module), false},
    [MW_SECTION_HEAP_SITE] = {"allocation sites", sizeof(struct mw_heap_site), false},
    [MW_SECTION_HEAP_PHASE] = {"phases of the heap", sizeof(struct mw_heap_phase), false},
    [MW_SECTION_HEAP_TICK] = {"timeline of the heap", sizeof(struct mw_heap_tick), false},
    [MW_SECTION_HEAP_LEFT] = {"allocations left", sizeof(struct mw_heap_left), false},
    [MW_SECTION_HEAP_FUNCTION] = {"Python functions of the heap", sizeof(struct mw_function), false},
};

static int check_head(const struct mw_record_head *head, struct mw_err *err)
{
    if (memcmp(head->magic, MW_RECORD_MAGIC, sizeof(head->magic)) != 0)
        return mw_err_set(err, "not a memwatch journal");
    if (head->endian == __builtin_bswap32(MW_RECORD_ENDIAN))
        return mw_err_set(err, "written on a machine of another byte order");
    if (head->endian != MW_RECORD_ENDIAN)
        return mw_err_set(err, "damaged: byte order mark %08x", (unsigned)head->endian);
    if (head->version != MW_RECORD_VERSION)
        return mw_err_set(err, "format version %u, this memwatch reads version %u", (unsigned)head->version, MW_RECORD_VERSION);
    if (head->length < sizeof(*head) || head->length > MW_JOURNAL_READ_MAX || head->length % 8)
        return mw_err_set(err, "damaged: claims to be %llu bytes long", (unsigned long long)head->length);
    return 0;
}

/* Whether the section's description is valid for a record of `length` bytes. */
static bool is_section_sound(const struct mw_record_section *section, uint32_t stride, uint64_t length)
{
    return section->stride == stride && section->offset % 8 == 0 && section->offset >= sizeof(struct mw_record_head) &&
           section->offset <= length && section->capacity <= (length - section->offset) / stride &&
           section->used <= section->capacity;
}

/* Copies the valid entries of a section that are within the first `size` bytes. Returns their number. */
static uint32_t copy_section(struct mw_journal_read *journal, int s, const char *bytes, size_t size, void **entries)
{
    const struct mw_record_head *head = (const void *)bytes;
    struct mw_record_section section = head->sections[s];
    uint32_t count = 0;

    *entries = NULL;
    if (!is_section_sound(&section, expected[s].stride, head->length)) {
        mw_journal_check_note(journal, "%s unreadable", expected[s].name);
        return 0;
    }
    if (section.offset < size)
        count = (uint32_t)((size - section.offset) / section.stride);
    if (count < section.used)
        mw_journal_check_note(journal, "%u of %u %s kept", (unsigned)count, (unsigned)section.used, expected[s].name);
    else
        count = section.used;
    *entries = mw_mem_alloc(count, section.stride);
    if (count)
        memcpy(*entries, bytes + section.offset, (size_t)count * section.stride);
    return count;
}

/* Copies a section of one entry. Returns 0, or -1 if it is missing. */
static int copy_single(int s, const char *bytes, size_t size, void *entry, struct mw_err *err)
{
    const struct mw_record_head *head = (const void *)bytes;
    const struct mw_record_section *section = &head->sections[s];

    if (!is_section_sound(section, expected[s].stride, head->length) || section->used < 1)
        return mw_err_set(err, "damaged: no %s", expected[s].name);
    if (section->offset + section->stride > size)
        return mw_err_set(err, "cut off after %zu of %llu bytes, before its %s", size, (unsigned long long)head->length,
                          expected[s].name);
    memcpy(entry, bytes + section->offset, section->stride);
    return 0;
}

/* Without its state, the rest of the heap means nothing. */
static void parse_heap(struct mw_journal_read *journal, const char *bytes, size_t size)
{
    const struct mw_record_head *head = (const void *)bytes;
    bool is_empty = !head->sections[MW_SECTION_HEAP].used;

    if (is_empty || copy_single(MW_SECTION_HEAP, bytes, size, &journal->heap, NULL) != 0) {
        if (!is_empty)
            mw_journal_check_note(journal, "no %s", expected[MW_SECTION_HEAP].name);
        return;
    }
    journal->heap_module_count = copy_section(journal, MW_SECTION_HEAP_MODULE, bytes, size, (void **)&journal->heap_modules);
    journal->heap_site_count = copy_section(journal, MW_SECTION_HEAP_SITE, bytes, size, (void **)&journal->heap_sites);
    journal->heap_phase_count = copy_section(journal, MW_SECTION_HEAP_PHASE, bytes, size, (void **)&journal->heap_phases);
    journal->heap_tick_count = copy_section(journal, MW_SECTION_HEAP_TICK, bytes, size, (void **)&journal->heap_ticks);
    journal->heap_left_count = copy_section(journal, MW_SECTION_HEAP_LEFT, bytes, size, (void **)&journal->heap_left);
    journal->heap_function_count = copy_section(journal, MW_SECTION_HEAP_FUNCTION, bytes, size,
                                                (void **)&journal->heap_functions);
}

/* `bytes` is 8-byte aligned and starts with a valid head. */
static int parse_aligned(struct mw_journal_read *journal, const char *bytes, size_t size, struct mw_err *err)
{
    const struct mw_record_head *head = (const void *)bytes;

    if (size > head->length)
        size = head->length;
    if (copy_single(MW_SECTION_IDENT, bytes, size, &journal->ident, err) != 0 ||
        copy_single(MW_SECTION_STATE, bytes, size, &journal->state, err) != 0 ||
        copy_single(MW_SECTION_COST, bytes, size, &journal->cost, err) != 0)
        return -1;
    if (size < head->length)
        mw_journal_check_note(journal, "cut off after %zu of %llu bytes", size, (unsigned long long)head->length);
    journal->module_count = copy_section(journal, MW_SECTION_MODULE, bytes, size, (void **)&journal->modules);
    journal->site_count = copy_section(journal, MW_SECTION_SITE, bytes, size, (void **)&journal->sites);
    journal->phase_count = copy_section(journal, MW_SECTION_PHASE, bytes, size, (void **)&journal->phases);
    journal->spike_count = copy_section(journal, MW_SECTION_SPIKE, bytes, size, (void **)&journal->spikes);
    journal->tick_count = copy_section(journal, MW_SECTION_TIMELINE, bytes, size, (void **)&journal->ticks);
    journal->function_count = copy_section(journal, MW_SECTION_FUNCTION, bytes, size, (void **)&journal->functions);
    parse_heap(journal, bytes, size);
    mw_journal_check_all(journal);
    mw_journal_check_heap(journal);
    return 0;
}

/* The same for untrusted bytes. */
static int parse_any(struct mw_journal_read *journal, const char *bytes, size_t size, struct mw_err *err)
{
    memset(journal, 0, sizeof(*journal));
    if (size < sizeof(struct mw_record_head))
        return mw_err_set(err, "cut off after %zu bytes, within the head", size);
    if (check_head((const void *)bytes, err) != 0)
        return -1;
    return parse_aligned(journal, bytes, size, err);
}

int mw_journal_read_parse(struct mw_journal_read *journal, const void *bytes, size_t size, struct mw_err *err)
{
    char *aligned;
    int result;

    if (size > MW_JOURNAL_READ_MAX)
        size = MW_JOURNAL_READ_MAX;
    aligned = mw_mem_alloc(size, 1);
    memcpy(aligned, bytes, size);
    result = parse_any(journal, aligned, size, err);
    free(aligned);
    return result;
}

void mw_journal_read_fini(struct mw_journal_read *journal)
{
    free(journal->modules);
    free(journal->sites);
    free(journal->phases);
    free(journal->spikes);
    free(journal->ticks);
    free(journal->functions);
    free(journal->heap_functions);
    free(journal->heap_modules);
    free(journal->heap_sites);
    free(journal->heap_phases);
    free(journal->heap_ticks);
    free(journal->heap_left);
    memset(journal, 0, sizeof(*journal));
}

/* Whether the sites have the values of the snapshot of the peak in `bytes`: no later one has begun, and no event is half
 * entered. */
static bool is_heap_settled(const struct mw_journal_source *source, const char *bytes, size_t size)
{
    const struct mw_record_head *head = (const void *)bytes;
    const struct mw_record_section *heap = &head->sections[MW_SECTION_HEAP];
    struct mw_heap_state now, then;

    if (!is_section_sound(heap, sizeof(now), head->length) || !heap->used || heap->offset + sizeof(now) > size ||
        mw_journal_source_read(source, &now, sizeof(now), heap->offset) != sizeof(now))
        return true;
    memcpy(&then, bytes + heap->offset, sizeof(then));
    return !(then.changing & 1) && now.best == then.best && then.best < MW_HEAP_MOMENTS &&
           now.snapshots[then.best].epoch == then.snapshots[then.best].epoch &&
           now.snapshots[then.best].live == then.snapshots[then.best].live;
}

/* Whether data that are rewritten in place (spikes, and the timeline when its slices get longer) were stable while `bytes`
 * were copied: the sequence numbers in the file are still the same, and no spike was half written. */
static bool is_settled(const struct mw_journal_source *source, const char *bytes, size_t size)
{
    const struct mw_record_head *head = (const void *)bytes;
    const struct mw_record_section *state = &head->sections[MW_SECTION_STATE];
    const struct mw_record_section *spikes = &head->sections[MW_SECTION_SPIKE];
    struct mw_state now, then;

    if (state->offset + sizeof(now) > size || mw_journal_source_read(source, &now, sizeof(now), state->offset) != sizeof(now))
        return true; /* cut off: a retry would not help */
    memcpy(&then, bytes + state->offset, sizeof(then));
    if (now.tick_ns != then.tick_ns)
        return false;
    for (uint32_t i = 0; is_section_sound(spikes, sizeof(struct mw_spike), size) && i < spikes->used; i++) {
        uint64_t at = spikes->offset + (uint64_t)i * spikes->stride;
        uint32_t seq_now = 0, seq_then;
        memcpy(&seq_then, bytes + at, sizeof(seq_then));
        if (mw_journal_source_read(source, &seq_now, sizeof(seq_now), at) != sizeof(seq_now))
            return true;
        if (seq_now != seq_then || (seq_then & 1))
            return false;
    }
    return is_heap_settled(source, bytes, size);
}

/* Reads the valid parts of a journal of `size` bytes to the same offsets in `bytes`. Most of a journal is usually unused,
 * and with many journals reading all of it is expensive. Returns the bytes available, less if the file has become shorter;
 * or -1. */
static ssize_t read_used(const struct mw_journal_source *source, char *bytes, size_t size)
{
    const struct mw_record_head *head = (const void *)bytes;
    ssize_t length = mw_journal_source_read(source, bytes, size < sizeof(*head) ? size : sizeof(*head), 0);

    if (length < (ssize_t)sizeof(*head) || check_head(head, NULL) != 0)
        return length;
    for (int s = 0; s < MW_SECTION_COUNT; s++) {
        struct mw_record_section section = head->sections[s];
        size_t used = (size_t)section.used * section.stride;
        if (!is_section_sound(&section, expected[s].stride, head->length) || section.offset >= size)
            continue;
        if (used > size - section.offset)
            used = size - section.offset;
        length = mw_journal_source_read(source, bytes + section.offset, used, section.offset);
        if (length < (ssize_t)used)
            return length < 0 ? -1 : (ssize_t)section.offset + length;
    }
    return (ssize_t)size;
}

/* Copies up to `size` bytes and parses them; repeats that if the rank wrote meanwhile. */
static int read_live(struct mw_journal_read *journal, const struct mw_journal_source *source, char *bytes, size_t size,
                     struct mw_err *err)
{
    const struct timespec pause = {.tv_nsec = MW_NS_PER_MS};

    for (int attempt = 1;; attempt++) {
        ssize_t length = read_used(source, bytes, size);
        if (length < 0)
            return mw_err_set(err, "cannot be read: %s", strerror(errno));
        if (parse_any(journal, bytes, (size_t)length, err) != 0)
            return -1;
        if (attempt == LIVE_ATTEMPTS || is_settled(source, bytes, (size_t)length))
            return 0;
        mw_journal_read_fini(journal);
        nanosleep(&pause, NULL);
    }
}

int mw_journal_read_file(struct mw_journal_read *journal, int dirfd, const char *name, struct mw_err *err)
{
    struct mw_journal_source source;
    size_t size;
    char *bytes;
    int result;

    memset(journal, 0, sizeof(*journal));
    if (mw_journal_source_open(&source, dirfd, name, err) < 0)
        return -1;
    size = source.size < MW_JOURNAL_READ_MAX ? (size_t)source.size : MW_JOURNAL_READ_MAX;
    bytes = mw_mem_resize(NULL, size, 1); /* not zeroed: most of it is never used, and zeroing would cost more than reading */
    result = read_live(journal, &source, bytes, size, err);
    free(bytes);
    mw_journal_source_close(&source);
    return result;
}

int mw_journal_read_head(struct mw_record_head *head, const struct mw_journal_source *source, struct mw_err *err)
{
    ssize_t length = mw_journal_source_read(source, head, sizeof(*head), 0);

    if (length < 0)
        return mw_err_set(err, "cannot be read: %s", strerror(errno));
    if (length < (ssize_t)sizeof(*head))
        return mw_err_set(err, "cut off after %zd bytes, within the head", length);
    return check_head(head, err);
}

int mw_journal_read_entry(void *entry, const struct mw_journal_source *source, const struct mw_record_head *head,
                          enum mw_section section, uint32_t index)
{
    const struct mw_record_section *from = &head->sections[section];
    uint32_t stride = expected[section].stride;

    if (!is_section_sound(from, stride, head->length) || index >= from->used)
        return -1;
    return mw_journal_source_read(source, entry, stride, from->offset + (uint64_t)index * stride) == stride ? 0 : -1;
}

int mw_journal_read_ident(struct mw_ident *ident, int dirfd, const char *name)
{
    struct mw_journal_source source;
    struct mw_record_head head;
    bool ok;

    if (mw_journal_source_open(&source, dirfd, name, NULL) < 0)
        return -1;
    ok = !mw_journal_read_head(&head, &source, NULL) && !mw_journal_read_entry(ident, &source, &head, MW_SECTION_IDENT, 0);
    mw_journal_source_close(&source);
    if (!ok || !ident->start_ticks || !ident->host[0])
        return -1;
    ident->host[sizeof(ident->host) - 1] = ident->library[sizeof(ident->library) - 1] = '\0';
    ident->exe[sizeof(ident->exe) - 1] = ident->command[sizeof(ident->command) - 1] = '\0';
    return 0;
}

/* The offset of the next magic at or after `offset`, in steps of 8 bytes; the end of the file if there is none within
 * SEARCH_MAX bytes. Holes are skipped: a sparse file may be as long as its file system allows. */
static off_t find_magic(int fd, off_t offset)
{
    char block[4096];
    uint64_t searched = 0;
    ssize_t length;

    while ((length = mw_io_pread(fd, block, sizeof(block), mw_io_next_data(fd, &offset))) >= 8) {
        if ((searched += (uint64_t)length) > SEARCH_MAX)
            return lseek(fd, 0, SEEK_END);
        for (ssize_t at = 0; at + 8 <= length; at += 8)
            if (memcmp(block + at, MW_RECORD_MAGIC, 8) == 0)
                return offset + at;
        offset += length & ~(ssize_t)7;
    }
    return offset + (length > 0 ? length : 0);
}

int mw_journal_read_next(struct mw_journal_read *journal, int fd, off_t *offset, struct mw_err *err)
{
    struct mw_record_head head;
    ssize_t length = mw_io_pread(fd, &head, sizeof(head), *offset);
    off_t start = *offset;
    char *bytes;
    int result = -1;

    memset(journal, 0, sizeof(*journal));
    if (length == 0)
        return 0;
    if (length < (ssize_t)sizeof(head)) {
        *offset += length > 0 ? length : 0;
        return length < 0 ? mw_err_set(err, "cannot be read: %s", strerror(errno))
                          : mw_err_set(err, "cut off after %zd bytes, within a head", length);
    }
    if (check_head(&head, err) == 0) {
        bytes = mw_mem_alloc(head.length, 1);
        length = mw_io_pread(fd, bytes, head.length, start);
        result = length < 0 ? mw_err_set(err, "cannot be read: %s", strerror(errno))
                            : parse_any(journal, bytes, (size_t)length, err);
        free(bytes);
        *offset = start + (length > 0 ? length : (ssize_t)sizeof(head));
    }
    if (result != 0)
        *offset = find_magic(fd, start + 8);
    return result == 0 ? 1 : -1;
}
