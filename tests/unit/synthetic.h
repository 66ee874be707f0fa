/* SPDX-License-Identifier: MIT */
/* Synthetic journals, views and exit records for tests: a job of ranks that run the given phases and calls. */
#ifndef MW_TESTS_UNIT_SYNTHETIC_H
#define MW_TESTS_UNIT_SYNTHETIC_H

#include "collector/journal/journal.h"
#include "collector/report/report.h"
#include "collector/view/file.h"

#include <stdint.h>

#define MIB (1ull << 20)
#define MS 1000000ull
#define SYNTHETIC_BEGIN (1000ull * 1000 * MS) /* when the made-up job begins */
#define SYNTHETIC_WALL (1700000000ull * 1000 * MS)

/* The module of the test program itself: path, build id, load address. */
void synthetic_self(struct mw_module *self);

/* A new directory under $TMPDIR or /tmp. synthetic_remove() removes it and its contents. */
struct synthetic_dir {
    char path[128];
    int fd;
};
void synthetic_make(struct synthetic_dir *dir);
void synthetic_remove(struct synthetic_dir *dir);
void synthetic_put(const struct synthetic_dir *dir, const char *name, const void *bytes, size_t size);

/* A journal on the heap, in the state of rank `rank` of `size` on host "node01" right after MPI_Init; synthetic_free() it. */
void synthetic_journal(struct mw_journal *journal, int rank, int size);
void synthetic_free(struct mw_journal *journal);

/* Entries; each returns the index plus one. `line` distinguishes places (offset 0x1000 + line in module 1). */
uint32_t synthetic_site(struct mw_journal *journal, const char *call, uint32_t comm_size, uint64_t line);
uint32_t synthetic_phase(struct mw_journal *journal, enum mw_phase_kind kind, const char *name, uint32_t parent,
                         uint64_t first_ms, uint64_t last_ms, uint64_t peak);
void synthetic_spike(struct mw_journal *journal, uint32_t site, uint64_t visit, uint64_t entry, uint64_t height,
                     uint64_t at_ms);

/* The rank ended normally at `end_ms` with this peak. */
void synthetic_finish(struct mw_journal *journal, uint64_t end_ms, uint64_t peak);

/* Writes the journal as left by a rank, and returns its packed copy (malloc). */
void synthetic_write(const struct mw_journal *journal, const struct synthetic_dir *dir);
void *synthetic_pack(const struct mw_journal *journal, size_t *size);

/* A job of `ranks` ranks with user phases, a spike of 64 MiB in rank 2 (if there is one), and growth in MPI. */
void synthetic_job(const struct synthetic_dir *dir, int ranks);

/* The same with heaps (collector/journal/heap_record.h): rank 2 holds 64 MiB that others do not have. */
void synthetic_heap_job(const struct synthetic_dir *dir, int ranks);

/* Starts the heap of a journal, with modules 1 to SYNTHETIC_HEAP_MODULES; `mark`: of the peak, whose moment is in the slot
 * of the candidate. */
enum { SYNTHETIC_APP = 1, SYNTHETIC_LIBC, SYNTHETIC_LIBMPI, SYNTHETIC_LIBUCP, SYNTHETIC_HWLOC, SYNTHETIC_HEAP_MODULES = 5 };
#define SYNTHETIC_FRAME(module, offset) ((uint64_t)(module) << MW_HEAP_FRAME_OFFSET | (offset))
void synthetic_heap(struct mw_journal *journal, uint64_t mark);
/* What sites 1, 2, ... held at the peak of a phase (index plus one), in MiB; a 0 ends the list. */
void synthetic_heap_phase(struct mw_journal *journal, uint32_t phase, uint64_t mark, const uint32_t *mib);
/* Adds a site that held `bytes` in `blocks` at the peak, and nothing now. Returns its index plus one. */
uint32_t synthetic_heap_site(struct mw_journal *journal, const uint64_t *frames, uint8_t depth, uint64_t bytes,
                             uint32_t blocks);
/* Fills in the heap of a rank of that job: lines of the program, one of them with small blocks only; of MPI, one below a
 * library that others use as well. The record should have two sites and two phases. */
void synthetic_fill_heap(struct mw_journal *journal, int rank, uint64_t mark);

/* A view of that job that saw its ranks, mpirun and a shell, with room for one more process. mw_view_free() it. */
void synthetic_view(struct mw_view *view, int ranks);
/* Writes the view to the run directory, as its sampler would. */
void synthetic_write_view(const struct mw_view *view, const struct synthetic_dir *dir);

/* The text of a report; free() it. */
char *synthetic_render(mw_report_write *write, const struct mw_model *model, const struct mw_report_style *style);

#endif
