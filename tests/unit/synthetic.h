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

/* A view of that job that saw its ranks, mpirun and a shell, with room for one more process. mw_view_free() it. */
void synthetic_view(struct mw_view *view, int ranks);
/* Writes the view to the run directory, as its sampler would. */
void synthetic_write_view(const struct mw_view *view, const struct synthetic_dir *dir);

/* The text of a report; free() it. */
char *synthetic_render(mw_report_write *write, const struct mw_model *model, const struct mw_report_style *style);

#endif
