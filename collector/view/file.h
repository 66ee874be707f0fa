/* SPDX-License-Identifier: MIT */
/* The file view-<host> of a run directory: the view of a sampler. Its arrays are private memory with the layout of the file;
 * changes are written to the file after every sample, so that they survive the sampler. The file is never mapped: truncating
 * it does no harm, and the next sample writes it again.
 *
 *     head | facts of struct mw_view | slices[MW_VIEW_FILE_SLICES] | processes[room]
 *
 * Readers do not trust it (like collector/journal/read): they check lengths and indices, and terminate strings.
 */
#ifndef MW_COLLECTOR_VIEW_FILE_H
#define MW_COLLECTOR_VIEW_FILE_H

#include "collector/base/err.h"
#include "collector/base/file_names.h"
#include "collector/base/magic.h"
#include "collector/view/view.h"

#include <stddef.h>
#include <stdint.h>

#define MW_VIEW_FILE_MAGIC "MWVIEW\0\6" /* the last byte is the version */

/* Maximum number of programs in a view; beyond it only the sums are known (view->processes_lost). */
#define MW_VIEW_FILE_PROCESSES 32768
/* Maximum number of ended processes that are not ranks; the largest are kept, so that the file does not grow with short
 * processes. */
#define MW_VIEW_FILE_ENDED 64
#define MW_VIEW_FILE_SLICES 4096

struct mw_view_file_head {
    char magic[8] MW_MAGIC;
    uint32_t endian;                                  /* MW_RECORD_ENDIAN */
    uint32_t facts_bytes, slice_bytes, process_bytes; /* of one */
};

/* The writing side. */
struct mw_view_file {
    int fd;    /* -1: there is no file, only memory */
    int dirfd; /* its directory; borrowed */
    char name[sizeof(MW_FILE_VIEW) + 64];
    void *map;
    size_t length;          /* bytes of it; grows with the processes */
    size_t room;            /* capacity in processes */
    unsigned char *written; /* by process: its end (enum mw_view_end) plus one, as in the file; 0 if not written yet */
    uint64_t file_length;   /* length of the file in bytes, unless it was truncated */
    uint64_t slices_written, slice_ns_written; /* slice_count and slice_ns as the file has them */
    int error;                                 /* errno of the last mw_view_file_sync(); 0 on success */
    uint64_t errors;                           /* number of failures */
};

/* Creates the file `name`, which must not exist, with space for all slices and a few processes, and sets view->slices and
 * view->processes. If the file cannot be created (a full disk, ulimit -f) it is memory only. Returns 0, or -1 with a line in
 * err. */
int mw_view_file_create(struct mw_view_file *file, struct mw_view *view, int dirfd, const char *name, struct mw_err *err);

/* A zeroed entry: after the last process (increments view->process_count), or replacing one that has ended and is not a rank
 * (increments view->processes_replaced); NULL if full. view->processes may have moved. */
struct mw_view_process *mw_view_file_add_process(struct mw_view_file *file, struct mw_view *view);

/* Writes changes to the file. A failure is stored in file->error and retried at the next call. */
void mw_view_file_sync(struct mw_view_file *file, const struct mw_view *view);

/* Frees view->slices and view->processes. The file remains as last synced. */
void mw_view_file_close(struct mw_view_file *file, struct mw_view *view);

/* The reading side: a private copy. Returns 0, or -1 with a line in err. Free with mw_view_free(). */
int mw_view_file_read(struct mw_view *view, int dirfd, const char *name, struct mw_err *err);
int mw_view_file_read_fd(struct mw_view *view, int fd, uint64_t size, struct mw_err *err); /* by mw_safe_open() */
int mw_view_file_parse(struct mw_view *view, const void *bytes, size_t size, struct mw_err *err);
void mw_view_free(struct mw_view *view);

/* A copy of a view that is still being written. Free with mw_view_free(). */
struct mw_view mw_view_copy(const struct mw_view *view);

#endif
