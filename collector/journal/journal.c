/* SPDX-License-Identifier: MIT */
#include "collector/journal/journal.h"

#include "collector/base/file_names.h"
#include "collector/base/io.h"
#include "collector/journal/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Stride and capacity of each section, in file order. */
static const struct {
    uint32_t stride;
    uint32_t capacity;
    bool always; /* one entry, always valid */
} layout[MW_SECTION_COUNT] = {
    [MW_SECTION_IDENT] = {sizeof(struct mw_ident), 1, true},
    [MW_SECTION_STATE] = {sizeof(struct mw_state), 1, true},
    [MW_SECTION_COST] = {sizeof(struct mw_cost), 1, true},
    [MW_SECTION_MODULE] = {sizeof(struct mw_module), MW_RECORD_MODULES, false},
    [MW_SECTION_SITE] = {sizeof(struct mw_site), MW_RECORD_SITES, false},
    [MW_SECTION_PHASE] = {sizeof(struct mw_phase), MW_RECORD_PHASES, false},
    [MW_SECTION_SPIKE] = {sizeof(struct mw_spike), MW_RECORD_SPIKES, false},
    [MW_SECTION_TIMELINE] = {sizeof(struct mw_tick), MW_RECORD_TICKS, false},
    [MW_SECTION_FUNCTION] = {sizeof(struct mw_function), MW_RECORD_FUNCTIONS, false},
    [MW_SECTION_HEAP] = {sizeof(struct mw_heap_state), 1, true},
    [MW_SECTION_HEAP_MODULE] = {sizeof(struct mw_module), MW_HEAP_MODULES, false},
    [MW_SECTION_HEAP_SITE] = {sizeof(struct mw_heap_site), MW_HEAP_SITES, false},
    [MW_SECTION_HEAP_PHASE] = {sizeof(struct mw_heap_phase), MW_HEAP_PHASES, false},
    [MW_SECTION_HEAP_TICK] = {sizeof(struct mw_heap_tick), MW_HEAP_TICKS, false},
    [MW_SECTION_HEAP_LEFT] = {sizeof(struct mw_heap_left), MW_HEAP_LEFT, false},
    [MW_SECTION_HEAP_FUNCTION] = {sizeof(struct mw_function), MW_RECORD_FUNCTIONS, false},
};

/* The layout of this version. A size that changes needs another one. */
_Static_assert(MW_RECORD_VERSION == 8, "the sizes are those of version 8");
_Static_assert(sizeof(struct mw_record_head) == 408 && sizeof(struct mw_ident) == 840, "MW_RECORD_VERSION");
_Static_assert(sizeof(struct mw_state) == 552 && sizeof(struct mw_cost) == 136, "MW_RECORD_VERSION");
_Static_assert(sizeof(struct mw_module) == 304 && sizeof(struct mw_site) == 320, "MW_RECORD_VERSION");
_Static_assert(sizeof(struct mw_phase) == 320 && sizeof(struct mw_spike) == 448, "MW_RECORD_VERSION");
_Static_assert(sizeof(struct mw_tick) == 16, "MW_RECORD_VERSION");
_Static_assert(sizeof(struct mw_heap_state) == 568 && sizeof(struct mw_heap_site) == 208, "MW_RECORD_VERSION");
_Static_assert(sizeof(struct mw_heap_phase) == 152 && sizeof(struct mw_heap_tick) == 112, "MW_RECORD_VERSION");
_Static_assert(sizeof(struct mw_heap_left) == 40 && sizeof(struct mw_function) == 160, "MW_RECORD_VERSION");

_Static_assert(sizeof(struct mw_record_head) % 8 == 0, "sections start aligned");
_Static_assert(sizeof(struct mw_ident) % 8 == 0 && sizeof(struct mw_state) % 8 == 0, "aligned");
_Static_assert(sizeof(struct mw_cost) % 8 == 0 && sizeof(struct mw_module) % 8 == 0, "aligned");
_Static_assert(sizeof(struct mw_site) % 8 == 0 && sizeof(struct mw_phase) % 8 == 0, "aligned");
_Static_assert(sizeof(struct mw_spike) % 8 == 0 && sizeof(struct mw_tick) % 8 == 0, "aligned");
_Static_assert(sizeof(struct mw_heap_state) % 8 == 0 && sizeof(struct mw_heap_site) % 8 == 0, "aligned");
_Static_assert(sizeof(struct mw_heap_phase) % 8 == 0 && sizeof(struct mw_heap_tick) % 8 == 0, "aligned");
_Static_assert(sizeof(struct mw_heap_left) % 8 == 0 && sizeof(struct mw_function) % 8 == 0, "aligned");
_Static_assert(sizeof(((struct mw_segment_head *)0)->name) >= MW_JOURNAL_NAME_SIZE, "names fit");
_Static_assert(sizeof(MW_EXIT_MAGIC) - 1 == sizeof(((struct mw_exit_index *)0)->magic), "eight bytes");

/* Whether a journal has room for a section. */
static bool has_section(int section, bool heap)
{
    return heap || section < MW_SECTION_HEAP;
}

static size_t full_length(bool heap)
{
    size_t length = sizeof(struct mw_record_head);

    for (int s = 0; s < MW_SECTION_COUNT; s++)
        length += has_section(s, heap) ? (size_t)layout[s].stride * layout[s].capacity : 0;
    return length;
}

size_t mw_journal_length(void)
{
    return full_length(true);
}

size_t mw_journal_length_least(void)
{
    return full_length(false);
}

bool mw_journal_is_length(uint64_t length)
{
    return length == full_length(true) || length == full_length(false);
}

/* Of a mapped journal. */
static size_t length_of(const struct mw_record_head *head)
{
    return full_length(head->length == full_length(true));
}

/* Writes the head of a record with `counts[s]` entries in each section. */
static void write_head(struct mw_record_head *head, const uint32_t counts[], const uint32_t used[])
{
    uint64_t offset = sizeof(*head);

    memcpy(head->magic, MW_RECORD_MAGIC, sizeof(head->magic));
    head->version = MW_RECORD_VERSION;
    head->endian = MW_RECORD_ENDIAN;
    for (int s = 0; s < MW_SECTION_COUNT; s++) {
        head->sections[s] = (struct mw_record_section){
            .offset = offset, .stride = layout[s].stride, .capacity = counts[s], .used = used[s]};
        offset += (uint64_t)layout[s].stride * counts[s];
    }
    head->length = offset;
}

void mw_journal_name(char name[MW_JOURNAL_NAME_SIZE], uint64_t world, const char *host, long pid)
{
    snprintf(name, MW_JOURNAL_NAME_SIZE, MW_FILE_JOURNAL "%016llx-%.63s-%ld", (unsigned long long)world, host, pid);
}

void mw_journal_name_elsewhere(char name[MW_JOURNAL_NAME_SIZE], uint64_t world, const char *host, long pid, uint32_t pid_ns)
{
    size_t length;

    mw_journal_name(name, world, host, pid);
    length = strlen(name);
    snprintf(name + length, MW_JOURNAL_NAME_SIZE - length, ".%" PRIu32, pid_ns);
}

long mw_journal_name_pid(const char *name, const uint64_t *world, const char *host)
{
    const size_t prefix = strlen(MW_FILE_JOURNAL), length = strlen(host);
    char digits[17], *end;
    long pid;

    if (strncmp(name, MW_FILE_JOURNAL, prefix) != 0 || strnlen(name + prefix, 17) < 17)
        return 0;
    name += prefix;
    if (world && snprintf(digits, sizeof(digits), "%016llx", (unsigned long long)*world) == 16 &&
        strncmp(name, digits, 16) != 0)
        return 0;
    name += 16;
    if (name[0] != '-' || strncmp(name + 1, host, length) != 0 || name[1 + length] != '-')
        return 0;
    name += length + 2;
    if (name[0] < '1' || name[0] > '9') /* do not match host "a-1" for host "a" */
        return 0;
    pid = strtol(name, &end, 10);
    if (pid > INT32_MAX)
        return 0;
    if (*end == '.' && end[1] && strspn(end + 1, "0123456789") == strlen(end + 1))
        return MW_JOURNAL_ELSEWHERE;
    return *end ? 0 : pid;
}

static void *section_start(const struct mw_record_head *head, enum mw_section section)
{
    return (char *)(uintptr_t)head + head->sections[section].offset;
}

static void place_heap(struct mw_journal *journal)
{
    const struct mw_record_head *head = journal->head;

    journal->heap = section_start(head, MW_SECTION_HEAP);
    journal->heap_modules = section_start(head, MW_SECTION_HEAP_MODULE);
    journal->heap_sites = section_start(head, MW_SECTION_HEAP_SITE);
    journal->heap_phases = section_start(head, MW_SECTION_HEAP_PHASE);
    journal->heap_ticks = section_start(head, MW_SECTION_HEAP_TICK);
    journal->heap_left = section_start(head, MW_SECTION_HEAP_LEFT);
    journal->heap_functions = section_start(head, MW_SECTION_HEAP_FUNCTION);
}

static void place(struct mw_journal *journal, void *memory, bool heap)
{
    struct mw_record_head *head = memory;
    uint32_t capacity[MW_SECTION_COUNT];
    uint32_t used[MW_SECTION_COUNT];

    for (int s = 0; s < MW_SECTION_COUNT; s++) {
        capacity[s] = has_section(s, heap) ? layout[s].capacity : 0;
        used[s] = layout[s].always && has_section(s, heap);
    }
    write_head(head, capacity, used);
    *journal = (struct mw_journal){
        .head = head,
        .ident = section_start(head, MW_SECTION_IDENT),
        .state = section_start(head, MW_SECTION_STATE),
        .cost = section_start(head, MW_SECTION_COST),
        .modules = section_start(head, MW_SECTION_MODULE),
        .sites = section_start(head, MW_SECTION_SITE),
        .phases = section_start(head, MW_SECTION_PHASE),
        .spikes = section_start(head, MW_SECTION_SPIKE),
        .ticks = section_start(head, MW_SECTION_TIMELINE),
        .functions = section_start(head, MW_SECTION_FUNCTION),
    };
    if (heap)
        place_heap(journal);
}

void mw_journal_place(struct mw_journal *journal, void *memory)
{
    place(journal, memory, true);
}

int mw_journal_create_segment(struct mw_journal *journal, int dirfd, const char *directory, const char *name,
                              struct mw_err *err)
{
    for (int heap = 1; heap >= 0; heap--) {
        const struct mw_segment_place where = {dirfd, directory, name, full_length(heap)};
        int id;
        void *memory = mw_segment_create(&id, &where, err);
        if (memory) {
            place(journal, memory, heap);
            return 0;
        }
    }
    return -1;
}

/* Returns the mapped file, or NULL with a line in err. */
static void *create_file(int dirfd, const char *name, size_t length, struct mw_err *err)
{
    void *memory = MAP_FAILED;
    int fd = openat(dirfd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0400);
    int error;

    if (fd < 0) {
        mw_err_set(err, "cannot create the journal %s: %s", name, strerror(errno));
        return NULL;
    }
    error = mw_io_may_grow(length) ? posix_fallocate(fd, 0, (off_t)length) : EFBIG;
    if (!error) {
        memory = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (memory == MAP_FAILED)
            error = errno;
    }
    close(fd);
    if (!error)
        return memory;
    unlinkat(dirfd, name, 0);
    mw_err_set(err, "no room for the journal %s (%zu bytes): %s; %s", name, length, strerror(error),
               error == EFBIG ? "raise the limit with ulimit -f" : "choose another place with --run-dir");
    return NULL;
}

int mw_journal_create(struct mw_journal *journal, int dirfd, const char *name, struct mw_err *err)
{
    for (int heap = 1; heap >= 0; heap--) {
        void *memory = create_file(dirfd, name, full_length(heap), err);
        if (memory) {
            place(journal, memory, heap);
            return 0;
        }
    }
    return -1;
}

/* Sets the length of what was mapped. */
static const struct mw_record_head *map_open(int fd, size_t *length)
{
    struct mw_segment_locator locator;
    void *memory = MAP_FAILED;
    off_t size;

    if (!mw_segment_read_locator(&locator, fd)) {
        const struct mw_segment_head *head;
        *length = (size_t)locator.length;
        head = mw_journal_is_length(*length) ? mw_segment_attach(locator.id, *length, geteuid(), locator.token, NULL) : NULL;
        return head ? mw_segment_journal(head) : NULL;
    }
    size = lseek(fd, 0, SEEK_END);
    *length = size > 0 ? (size_t)size : 0;
    if (mw_journal_is_length(*length))
        memory = mmap(NULL, *length, PROT_READ, MAP_SHARED, fd, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static void unmap(const struct mw_record_head *head, size_t length)
{
    const struct mw_segment_head *segment = mw_segment_of(head);

    if (segment)
        mw_segment_detach(segment);
    else
        munmap((void *)(uintptr_t)head, length);
}

const struct mw_record_head *mw_journal_map(int dirfd, const char *name)
{
    int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    size_t length = 0;
    const struct mw_record_head *head = fd < 0 ? NULL : map_open(fd, &length);

    if (fd >= 0)
        close(fd);
    if (!head || (head->version == MW_RECORD_VERSION && head->length == length))
        return head;
    unmap(head, length);
    return NULL;
}

void mw_journal_unmap_head(const struct mw_record_head *head)
{
    unmap(head, length_of(head));
}

void mw_journal_unmap(struct mw_journal *journal)
{
    mw_journal_unmap_head(journal->head);
    *journal = (struct mw_journal){0};
}

void mw_journal_publish(struct mw_journal *journal, enum mw_section section, uint32_t index)
{
    __atomic_store_n(&journal->head->sections[section].used, index + 1, __ATOMIC_RELEASE);
}

uint32_t mw_journal_used(const struct mw_journal *journal, enum mw_section section)
{
    return __atomic_load_n(&journal->head->sections[section].used, __ATOMIC_ACQUIRE);
}

size_t mw_journal_memory(const struct mw_journal *journal)
{
    const size_t page = 4096, begun = MW_SECTION_COUNT * page; /* each section ends within one */

    if (!mw_segment_of(journal->head))
        return length_of(journal->head);
    return (mw_journal_packed_length(journal) + begun) / page * page;
}

size_t mw_journal_packed_length(const struct mw_journal *journal)
{
    size_t length = sizeof(struct mw_record_head);

    for (int s = 0; s < MW_SECTION_COUNT; s++)
        length += (size_t)layout[s].stride * mw_journal_used(journal, (enum mw_section)s);
    return length;
}

size_t mw_journal_pack(const struct mw_journal *journal, void *buffer, size_t size)
{
    struct mw_record_head head = {0};
    uint32_t used[MW_SECTION_COUNT];

    for (int s = 0; s < MW_SECTION_COUNT; s++)
        used[s] = mw_journal_used(journal, (enum mw_section)s);
    write_head(&head, used, used);
    if (head.length > size)
        return 0;
    memcpy(buffer, &head, sizeof(head));
    for (int s = 0; s < MW_SECTION_COUNT; s++)
        memcpy((char *)buffer + head.sections[s].offset, section_start(journal->head, (enum mw_section)s),
               (size_t)layout[s].stride * used[s]);
    return head.length;
}
