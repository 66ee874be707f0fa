/* SPDX-License-Identifier: MIT */
/* The writer's side of a journal: made once, mapped, then updated in place by its owner.
 *
 * Nothing here allocates heap memory, and nothing after mw_journal_create() can fail for want of room:
 * the file is allocated in full when it is made, so a full disk is an error then and never a SIGBUS later.
 */
#ifndef MW_COLLECTOR_JOURNAL_H
#define MW_COLLECTOR_JOURNAL_H

#include "collector/err.h"
#include "collector/record.h"

#include <stddef.h>
#include <stdint.h>

/* Pointers into one mapped record; all NULL when there is none. */
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

/* The pid in the name of a journal of that host, or 0 when it is none. `world`: NULL any. */
long mw_journal_name_pid(const char *name, const uint64_t *world, const char *host);

/* Bytes of a journal with all its room. */
size_t mw_journal_length(void);

/* Creates `name` (O_EXCL, 0600) in the directory `dirfd`, allocates it in full and maps it. The descriptor is
 * not kept. Returns 0, or -1 with a line in err; no file is left then. */
int mw_journal_create(struct mw_journal *journal, int dirfd, const char *name, struct mw_err *err);

/* The same on zeroed memory of mw_journal_length() bytes that the caller owns, 8-byte aligned. */
void mw_journal_place(struct mw_journal *journal, void *memory);

/* Unmaps; the file stays. Only for journals made by mw_journal_create(). */
void mw_journal_unmap(struct mw_journal *journal);

/* Makes entry `index` of a section, just filled, visible to readers: raises `used` to index + 1. */
void mw_journal_publish(struct mw_journal *journal, enum mw_section section, uint32_t index);

/* Entries of a section that are valid now. */
uint32_t mw_journal_used(const struct mw_journal *journal, enum mw_section section);

/* Bytes that mw_journal_pack() would write now. */
size_t mw_journal_packed_length(const struct mw_journal *journal);

/* Copies the record without its unused room into `buffer`, as a sound record of its own. Returns its length,
 * or 0 when `size` is too small. */
size_t mw_journal_pack(const struct mw_journal *journal, void *buffer, size_t size);

#endif
