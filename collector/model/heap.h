/* SPDX-License-Identifier: MIT */
/* Whose memory it is: what each rank held at its peak, by the line that allocated it.
 *
 * Made by collector/merge from the heap's part of the journals (collector/journal/heap_record.h). Bytes and nanoseconds on
 * the axis of the model. Amounts of blocks smaller than MW_HEAP_BIG are estimates from a sample; `error` is one standard
 * deviation, 0 if the amount is exact. All of it belongs to the model. */
#ifndef MW_COLLECTOR_MODEL_HEAP_H
#define MW_COLLECTOR_MODEL_HEAP_H

#include "collector/journal/heap_record.h"

#include <stdbool.h>
#include <stdint.h>

struct mw_model_place;

/* Whose memory an allocation is. */
enum mw_heap_owner {
    MW_HEAP_PROGRAM, /* the program, or a library that it called */
    MW_HEAP_MPI,     /* the MPI library or one below it: no frame of the program is between the allocation and MPI */
    MW_HEAP_MEMWATCH,
    MW_HEAP_OWNERS
};

/* One allocation site of one rank: all blocks allocated from one stack. */
struct mw_model_heap_site {
    const struct mw_model_place **frames; /* innermost first, inlined ones too; without malloc's own and runtime libraries' */
    uint32_t depth;
    bool cut;                           /* the stack had more frames */
    bool mapping;                       /* by mmap() */
    const struct mw_model_place *place; /* the line shown in reports; NULL if none */
    const char *label;                  /* "fft.c:291"; of MPI: "libucp" */
    enum mw_heap_owner owner;
    const char *library; /* of MPI: name of the library that allocated, "libucp"; else "" */
    uint32_t mpi_site;   /* the MPI call that was going on, in rank->sites; or MW_MODEL_NONE */
    uint32_t merged;     /* in model->heaps.lines */
    uint64_t at_peak;    /* held at the rank's peak; likewise: */
    uint64_t at_peak_error;
    uint64_t variance;       /* of any amount, divided by the amount; 0: amounts are exact */
    uint64_t blocks_at_peak; /* about */
    uint64_t held;           /* at the end of the record */
    uint64_t allocated;      /* in all */
    uint64_t left_late;      /* still allocated at MPI_Finalize, and allocated after the first eighth of the run */
    uint32_t left_kib[MW_HEAP_LEFT_SLICES]; /* still allocated at MPI_Finalize, by time of allocation */
    bool same_call;                         /* all blocks were freed inside the MPI call or phase that allocated them */
};

/* What the memory of a rank at its peak consists of. The rows add up to `mark`. */
enum mw_heap_row {
    MW_HEAP_ROW_PROGRAM,  /* lines of the program */
    MW_HEAP_ROW_MPI,      /* allocated by MPI */
    MW_HEAP_ROW_MEMWATCH, /* memwatch's own */
    MW_HEAP_ROW_BEFORE,   /* MW_HEAP_LATE: allocated before recording began */
    MW_HEAP_ROW_KEPT,     /* free, but kept by malloc */
    MW_HEAP_ROW_HEADERS,  /* malloc's headers and rounding */
    MW_HEAP_ROW_FILES,    /* code and other pages of files */
    MW_HEAP_ROW_DATA,     /* variables of the program and its libraries */
    MW_HEAP_ROW_SHARED,   /* shared memory */
    MW_HEAP_ROW_STACKS,
    MW_HEAP_ROW_OTHER, /* not explained: may be negative */
    MW_HEAP_ROWS
};

struct mw_model_heap_part {
    uint32_t site; /* in heap->sites */
    uint64_t bytes;
};

struct mw_model_heap_phase {
    uint32_t phase; /* in rank->phases */
    uint64_t mark, held;
    uint32_t lines;
    struct mw_model_heap_part line[MW_HEAP_PHASE_LINES];
};

struct mw_model_heap_tick {
    uint64_t ns, held;
    uint32_t lines;
    struct mw_model_heap_part line[MW_HEAP_TICK_LINES];
};

/* The heap of one rank. The lists are kept for all ranks of a small job, else for those with the highest peaks and for the
 * first to die: then `has_details`. */
struct mw_model_heap {
    enum mw_heap_why why;
    uint64_t mark; /* the rank's memory at its peak, for which the following holds; 0: nothing is known */
    uint64_t mark_ns;
    int64_t rows[MW_HEAP_ROWS];
    uint64_t error; /* of the sum of lines and of `kept`: one standard deviation */
    bool has_details;
    struct mw_model_heap_site *sites; /* largest at the peak first; last what is in no line. Small ones are left out */
    uint32_t site_count;
    uint32_t more;       /* sites that held something at the peak and were left out */
    uint64_t more_bytes; /* what they held; part of the rows */
    struct mw_model_heap_phase *phases;
    uint32_t phase_count;
    struct mw_model_heap_tick *ticks;
    uint32_t tick_count;
    uint64_t begin_ns, end_ns; /* recording; end_ns 0: it died before MPI_Finalize */
    uint64_t interval;         /* mean bytes between samples at the end */
    uint64_t sampled, lost;    /* blocks */
    uint64_t cost_ns;
    uint32_t python;                      /* version of the Python interpreter, major << 8 | minor; 0: none */
    bool python_unread;                   /* its frames could not be read */
    const struct mw_model_place **frames; /* storage of the frames of sites, if they are not in the rank's */
};

/* What malloc kept at the peak though the program had freed it, if that is much: 64 MiB, and a tenth of the peak. Else 0. */
uint64_t mw_model_heap_kept(const struct mw_model_heap *heap);

/* One line of the program in all ranks. */
struct mw_model_heap_line {
    const struct mw_model_place *place; /* NULL: MPI's or not known */
    const char *label;
    enum mw_heap_owner owner;
    const char *library;
    uint32_t ranks;    /* that held something there at their peak */
    uint64_t min, max; /* over all ranks with a heap, each at its own peak */
    double mean;
    uint32_t worst;     /* rank index of the maximum */
    uint64_t max_error; /* of the maximum */
};

/* What the ranks of a job held, by line. In no order. */
struct mw_model_heaps {
    uint32_t ranks; /* with a heap of which something is known */
    struct mw_model_heap_line *lines;
    uint32_t line_count;
};

/* Whether its library recorded. */
static inline bool mw_model_heap_is_recorded(const struct mw_model_heap *heap)
{
    return heap->why == MW_HEAP_RECORDING || heap->why == MW_HEAP_LATE;
}

/* The error of that much memory of a site, in bytes: one standard deviation; 0 if it is exact. */
uint64_t mw_model_heap_error(const struct mw_model_heap_site *site, uint64_t bytes);

/* Frees the lists. */
void mw_model_heap_drop(struct mw_model_heap *heap);

#endif
