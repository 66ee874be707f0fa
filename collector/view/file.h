/* SPDX-License-Identifier: MIT */
/* The file view-<host> of a run directory: a view as its sampler keeps it. Its arrays are private memory with the layout
 * of the file, and what changed is written to the file after every sample, so that what was seen is there whatever becomes
 * of the sampler. The file is never mapped: whoever truncates it does no harm, and the next sample writes it again.
 *
 *     head | facts of struct mw_view | slices[MW_VIEW_FILE_SLICES] | processes[room]
 *
 * Who reads it trusts nothing (like collector/journal/read): lengths are checked, strings terminated, indices in range.
 */
#ifndef MW_COLLECTOR_VIEW_FILE_H
#define MW_COLLECTOR_VIEW_FILE_H

#include "collector/base/err.h"
#include "collector/base/file_names.h"
#include "collector/base/magic.h"
#include "collector/view/view.h"

#include <stddef.h>
#include <stdint.h>

#define MW_VIEW_FILE_MAGIC "MWVIEW\0\5" /* the last byte is the version */

/* Programs that a view keeps apart; of more only the sums are known (view->processes_lost). */
#define MW_VIEW_FILE_PROCESSES 32768
/* Of processes that are not ranks and have ended, the largest so many: the file does not grow with short processes. */
#define MW_VIEW_FILE_ENDED 64
#define MW_VIEW_FILE_SLICES 4096

struct mw_view_file_head {
    char magic[8] MW_MAGIC;
    uint32_t endian; /* MW_RECORD_ENDIAN */
    uint32_t facts_bytes, slice_bytes, process_bytes; /* of one */
};

/* The writing side. */
struct mw_view_file {
    int fd;        /* -1: there is no file, only memory */
    int dirfd;     /* where it is; borrowed */
    char name[sizeof(MW_FILE_VIEW) + 64];
    void *map;
    size_t length; /* bytes of it; grows with the processes */
    size_t room;   /* processes that there is room for */
    unsigned char *written; /* of each process its end (enum mw_view_end) plus one as the file has it; 0 not there yet */
    uint64_t file_length; /* bytes that the file has, unless somebody truncates it */
    uint64_t slices_written, slice_ns_written; /* slice_count and slice_ns as the file has them */
    int error;     /* errno of the last mw_view_file_sync(); 0: the file has all */
    uint64_t errors; /* how often it failed */
};

/* Makes the file `name`, which must not exist, with room for all slices and a few processes, and points view->slices
 * and view->processes into it. Without room for a file (a full disk, ulimit -f) it is memory only. Returns 0, or -1 with
 * a line in err. */
int mw_view_file_create(struct mw_view_file *file, struct mw_view *view, int dirfd, const char *name,
                        struct mw_err *err);

/* A zeroed entry: behind the last process (view->process_count is raised), or in place of one that has ended and is not a
 * rank (view->processes_replaced is raised); NULL when there is no room for more. view->processes may have moved. */
struct mw_view_process *mw_view_file_add_process(struct mw_view_file *file, struct mw_view *view);

/* Writes what changed into the file. A failure is noted in file->error; what could not be written is tried again. */
void mw_view_file_sync(struct mw_view_file *file, const struct mw_view *view);

/* view->slices and view->processes are gone then, the file stays as it was synced last. */
void mw_view_file_close(struct mw_view_file *file, struct mw_view *view);

/* The reading side: a copy in memory of its own. Returns 0, or -1 with a line in err. Free with mw_view_free(). */
int mw_view_file_read(struct mw_view *view, int dirfd, const char *name, struct mw_err *err);
int mw_view_file_read_fd(struct mw_view *view, int fd, uint64_t size, struct mw_err *err); /* by mw_safe_open() */
int mw_view_file_parse(struct mw_view *view, const void *bytes, size_t size, struct mw_err *err);
void mw_view_free(struct mw_view *view);

/* A copy of a view that is still being written; mw_view_free() it. */
struct mw_view mw_view_copy(const struct mw_view *view);

#endif
