/* SPDX-License-Identifier: MIT */
/* The writer of a journal. A journal is created once, then updated in place by its owner.
 *
 * Its memory is a shared memory segment (collector/journal/segment.h), or a mapped file if readers could not attach a
 * segment. These functions do not allocate heap memory. A file is fully allocated when it is created, so a full disk is an
 * error at that time and never a SIGBUS later; but truncating the file kills its rank. A segment cannot be truncated.
 */
#ifndef MW_COLLECTOR_JOURNAL_JOURNAL_H
#define MW_COLLECTOR_JOURNAL_JOURNAL_H

#include "collector/base/err.h"
#include "collector/journal/heap_record.h"
#include "collector/journal/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Pointers into one record; all NULL if there is none. */
struct mw_journal {
    struct mw_record_head *head;
    struct mw_ident *ident;
    struct mw_state *state;
    struct mw_cost *cost;
    struct mw_module *modules;
    struct mw_site *sites;
    struct mw_phase *phases;
    struct mw_spike *spikes;
    struct mw_tick *ticks;
    struct mw_function *functions;
    struct mw_heap_state *heap; /* NULL: the journal has no tables for the heap; then the following are NULL, too */
    struct mw_module *heap_modules;
    struct mw_heap_site *heap_sites;
    struct mw_heap_phase *heap_phases;
    struct mw_heap_tick *heap_ticks;
    struct mw_heap_left *heap_left;
    struct mw_function *heap_functions;
};

/* Bytes for a journal's file name. */
#define MW_JOURNAL_NAME_SIZE 128

/* Writes the name of the journal of process `pid` on `host` (as mw_hostname_clean() writes it). */
void mw_journal_name(char name[MW_JOURNAL_NAME_SIZE], uint64_t world, const char *host, long pid);

/* The same for a process in another PID namespace than that in which the run directory was made: pids repeat there. */
void mw_journal_name_elsewhere(char name[MW_JOURNAL_NAME_SIZE], uint64_t world, const char *host, long pid, uint32_t pid_ns);

/* The pid in the name of a journal of that host; 0 if it is not such a name. `world`: NULL for any. The pid belongs to the
 * PID namespace in which the run directory was made; MW_JOURNAL_ELSEWHERE: the process is in another one. */
#define MW_JOURNAL_ELSEWHERE (-1)
long mw_journal_name_pid(const char *name, const uint64_t *world, const char *host);

/* Length of a journal with its full capacity, in bytes: with tables for the heap, and without. */
size_t mw_journal_length(void);
size_t mw_journal_length_least(void);
/* Whether it is one of the two. */
bool mw_journal_is_length(uint64_t length);

/* Both of the following leave out the tables for the heap if there is no room for them.
 *
 * Creates a journal in a segment, and its locator `name` in the directory `dirfd`, whose path is `directory`. Returns 0, or
 * -1 with a line in err; then nothing remains. */
int mw_journal_create_segment(struct mw_journal *journal, int dirfd, const char *directory, const char *name,
                              struct mw_err *err);

/* Creates the file `name` (O_EXCL, 0400: no other process may write to it) in the directory `dirfd`, allocates all its
 * blocks and maps it. The descriptor is closed. Returns 0, or -1 with a line in err; then no file remains. */
int mw_journal_create(struct mw_journal *journal, int dirfd, const char *name, struct mw_err *err);

/* Maps the journal `name` of another process of this user for reading; it may be a file or a segment. Returns its head, or
 * NULL if it is not a journal of this version. */
const struct mw_record_head *mw_journal_map(int dirfd, const char *name);
void mw_journal_unmap_head(const struct mw_record_head *head);

/* Makes a journal in zeroed memory of mw_journal_length() bytes, 8-byte aligned, that the caller owns. */
void mw_journal_place(struct mw_journal *journal, void *memory);

/* Unmaps a journal made by mw_journal_create() or mw_journal_create_segment(). The segment or file remains. */
void mw_journal_unmap(struct mw_journal *journal);

/* Makes the filled entry `index` of a section visible to readers: raises `used` to index + 1. */
void mw_journal_publish(struct mw_journal *journal, enum mw_section section, uint32_t index);

/* Number of valid entries of a section. */
uint32_t mw_journal_used(const struct mw_journal *journal, enum mw_section section);

/* Bytes of memory that a journal uses now: the used pages of a segment, or all of a file. */
size_t mw_journal_memory(const struct mw_journal *journal);

/* Number of bytes that mw_journal_pack() would write now. */
size_t mw_journal_packed_length(const struct mw_journal *journal);

/* Copies the record without its unused space into `buffer`, as a valid separate record. Returns its length, or 0 if `size`
 * is too small. */
size_t mw_journal_pack(const struct mw_journal *journal, void *buffer, size_t size);

#endif
