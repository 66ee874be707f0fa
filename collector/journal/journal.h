/* SPDX-License-Identifier: MIT */
/* The writer's side of a journal: made once, then updated in place by its owner.
 *
 * Its memory is a shared memory segment (collector/journal/segment.h), or a mapped file where whoever reads it could not attach
 * that. Nothing here allocates heap memory. A file is allocated in full when it is made, so a full disk is an error then
 * and never a SIGBUS later; but whoever truncates it kills its rank. A segment cannot be truncated.
 */
#ifndef MW_COLLECTOR_JOURNAL_JOURNAL_H
#define MW_COLLECTOR_JOURNAL_JOURNAL_H

#include "collector/base/err.h"
#include "collector/journal/record.h"

#include <stddef.h>
#include <stdint.h>

/* Pointers into one record; all NULL when there is none. */
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
};

/* Room for a journal's file name. */
#define MW_JOURNAL_NAME_SIZE 128

/* Writes the name of the journal of process `pid` on `host` (as mw_hostname_clean() writes it). */
void mw_journal_name(char name[MW_JOURNAL_NAME_SIZE], uint64_t world, const char *host, long pid);

/* The same of a process in another PID namespace than that in which the run directory was made: pids repeat there. */
void mw_journal_name_elsewhere(char name[MW_JOURNAL_NAME_SIZE], uint64_t world, const char *host, long pid, uint32_t pid_ns);

/* The pid in the name of a journal of that host, or 0 when it is none. `world`: NULL any. It is a pid of the PID namespace in
 * which the run directory was made; MW_JOURNAL_ELSEWHERE: the process is in another one. */
#define MW_JOURNAL_ELSEWHERE (-1)
long mw_journal_name_pid(const char *name, const uint64_t *world, const char *host);

/* Bytes of a journal with all its room. */
size_t mw_journal_length(void);

/* Makes a journal in a segment, and its locator `name` in the directory `dirfd`, whose path is `directory`. Returns 0, or
 * -1 with a line in err; nothing is left then. */
int mw_journal_create_segment(struct mw_journal *journal, int dirfd, const char *directory, const char *name,
                              struct mw_err *err);

/* Creates the file `name` (O_EXCL, 0400: nobody is to write to it by name) in the directory `dirfd`, allocates it in full
 * and maps it. The descriptor is not kept. Returns 0, or -1 with a line in err; no file is left then. */
int mw_journal_create(struct mw_journal *journal, int dirfd, const char *name, struct mw_err *err);

/* Maps the journal `name` of another process of this user's for reading, whichever of the two it is. Returns its head, or
 * NULL when it is not a journal of this version. */
const struct mw_record_head *mw_journal_map(int dirfd, const char *name);
void mw_journal_unmap_head(const struct mw_record_head *head);

/* The same on zeroed memory of mw_journal_length() bytes that the caller owns, 8-byte aligned. */
void mw_journal_place(struct mw_journal *journal, void *memory);

/* Unmaps; segment and file stay. Only for journals made by mw_journal_create() or _create_segment(). */
void mw_journal_unmap(struct mw_journal *journal);

/* Makes entry `index` of a section, just filled, visible to readers: raises `used` to index + 1. */
void mw_journal_publish(struct mw_journal *journal, enum mw_section section, uint32_t index);

/* Entries of a section that are valid now. */
uint32_t mw_journal_used(const struct mw_journal *journal, enum mw_section section);

/* Bytes of memory that a journal takes now: of a segment the pages with something in them, of a file all. */
size_t mw_journal_memory(const struct mw_journal *journal);

/* Bytes that mw_journal_pack() would write now. */
size_t mw_journal_packed_length(const struct mw_journal *journal);

/* Copies the record without its unused room into `buffer`, as a sound record of its own. Returns its length,
 * or 0 when `size` is too small. */
size_t mw_journal_pack(const struct mw_journal *journal, void *buffer, size_t size);

#endif
