/* SPDX-License-Identifier: MIT */
/* The part of a journal that says whose memory it is: what the heap library (pmpi/heap/) knows about allocations.
 *
 * Blocks of MW_HEAP_BIG bytes and more are all recorded; of smaller ones a sample, each of which represents `weight`
 * bytes, so that sums of weights are unbiased estimates. What a site held is kept for the moment of the rank's highest
 * memory (`mw_heap_state.mark`). Resident memory only: an untouched block counts 0.
 *
 * Units and rules are those of record.h. Weights of sites change in place; while `mw_heap_state.changing` is odd, sums
 * over sites may be off by one event. */
#ifndef MW_COLLECTOR_JOURNAL_HEAP_RECORD_H
#define MW_COLLECTOR_JOURNAL_HEAP_RECORD_H

#include <stdint.h>

#define MW_HEAP_BIG (128u << 10) /* bytes; the smallest block that is always recorded */

/* Capacities, in entries. With all of them a journal has less than 768 KiB more. */
#define MW_HEAP_SITES 2688
#define MW_HEAP_MODULES 128
#define MW_HEAP_PHASES 8
#define MW_HEAP_TICKS 128
#define MW_HEAP_LEFT 256

#define MW_HEAP_FRAMES 12
#define MW_HEAP_PHASE_LINES 16
#define MW_HEAP_TICK_LINES 12
#define MW_HEAP_LEFT_SLICES 8

/* Why there are no sites, or not all. */
enum mw_heap_why {
    MW_HEAP_ABSENT,       /* the heap library is not loaded, or the journal had no room for its tables */
    MW_HEAP_RECORDING,    /* from the start of the process */
    MW_HEAP_LATE,         /* from MPI_Init on: what was allocated before is in no site */
    MW_HEAP_OFF,          /* switched off: MEMWATCH_HEAP=0 */
    MW_HEAP_SANITIZER,    /* AddressSanitizer, ThreadSanitizer or MemorySanitizer is in the process */
    MW_HEAP_VALGRIND,     /* it runs under valgrind */
    MW_HEAP_OWN_MALLOC,   /* the program has a malloc() that is found before the heap library's */
    MW_HEAP_OTHER_VERSION /* of the heap library */
};

/* Moments for which each site has a value. */
enum mw_heap_moment {
    MW_HEAP_AT_PEAK, /* two slots, which change places: see mw_heap_state.best */
    MW_HEAP_AT_CANDIDATE,
    MW_HEAP_PHASE_PEAK, /* the same for the phase that is going on */
    MW_HEAP_PHASE_CANDIDATE,
    MW_HEAP_MOMENTS
};

/* A snapshot of all sites at one moment, taken lazily: while `live` is 1 the moment is now, and each site's value is
 * `held`. Afterwards a site's value is `at[m]` if its `epoch[m]` is this one, and `held` (unchanged since then) otherwise. */
struct mw_heap_snapshot {
    uint64_t total; /* sum over all sites at that moment */
    uint64_t ns;    /* the time of that moment */
    uint32_t epoch;
    uint32_t live;
};

/* An amount of memory, now and at these moments. Bytes. */
struct mw_heap_amount {
    uint64_t held; /* now */
    uint64_t at[MW_HEAP_MOMENTS];
    uint32_t epoch[MW_HEAP_MOMENTS];
};

/* Sums over sites that have other limits than a site, and snapshots like one. */
enum mw_heap_sum {
    MW_HEAP_SUM_TABLE,    /* all sites of the table */
    MW_HEAP_SUM_OTHER,    /* blocks that found no entry in the table of sites */
    MW_HEAP_SUM_AREAS,    /* of both: blocks in malloc's areas (its heap and arenas), not in a mapping of their own */
    MW_HEAP_SUM_HEADERS,  /* what malloc added to these: headers and rounding */
    MW_HEAP_SUM_RESIDENT, /* resident size of malloc's areas, counted when the mark rose */
    MW_HEAP_SUMS
};

struct mw_heap_state {
    uint32_t why;        /* enum mw_heap_why */
    uint32_t best;       /* MW_HEAP_AT_PEAK or MW_HEAP_AT_CANDIDATE: the slot of the peak; the other is the candidate's */
    uint32_t phase_best; /* likewise MW_HEAP_PHASE_PEAK or MW_HEAP_PHASE_CANDIDATE */
    uint32_t changing;   /* odd while an event is entered */
    uint64_t mark;       /* highest RSS that was seen: the kernel's mark */
    uint64_t adopted;    /* the mark for which the peak's snapshot was taken; 0: there is none */
    struct mw_heap_snapshot snapshots[MW_HEAP_MOMENTS];
    struct mw_heap_amount sums[MW_HEAP_SUMS];
    uint64_t file_bytes;     /* RssFile when `adopted` was read; likewise: */
    uint64_t shmem_bytes;    /* RssShmem */
    uint64_t anon_bytes;     /* RssAnon */
    uint64_t stack_bytes;    /* resident parts of the stacks of all threads, at MPI_Init and at the end */
    uint64_t data_bytes;     /* anonymous pages of the program's and the libraries' data, likewise */
    uint64_t own_bytes;      /* of the heap library's tables */
    uint64_t begin_ns;       /* when recording began */
    uint64_t end_ns;         /* when MPI_Finalize was called; 0 before */
    uint64_t interval;       /* mean bytes between two samples, now */
    uint64_t first_interval; /* at the beginning */
    uint64_t sampled;        /* blocks entered */
    uint64_t lost_full;      /* blocks not entered, because the table of blocks had no room; likewise: */
    uint64_t lost_lock;      /* another thread had the lock */
    uint64_t lost_nested;    /* a signal handler allocated while its thread was in the heap library, or on an alternate stack */
    uint64_t lost_sites;     /* blocks counted in MW_HEAP_SUM_OTHER */
    uint64_t thinned;        /* times that the sample was thinned out */
    uint64_t cost_ns;        /* estimated CPU time of the heap library: counts times calibrated minima */
    uint64_t tick_ns;        /* time between two entries of the timeline; doubles when the table is full */
    uint64_t python;         /* version of the Python interpreter, major << 8 | minor; 0: none. With MW_HEAP_PYTHON_UNREAD its
                                frames could not be read */
    uint64_t unmapped;       /* bytes of freed memory that was not known: upper bound of stale entries */
};

#define MW_HEAP_PYTHON_UNREAD 0x10000u

#define MW_HEAP_MAPPING 1u    /* mmap(), not a block of malloc() */
#define MW_HEAP_CUT 4u        /* the stack had more frames */
#define MW_HEAP_MPI_THREAD 8u /* on a thread that MPI started */
#define MW_HEAP_GIVEN 32u     /* MPI allocated it for the program: MPI_Alloc_mem, MPI_Win_allocate */
#define MW_HEAP_C_CUT 16u     /* between the first frames and those of Python there are more */

/* A frame: module + 1 in the upper 16 bits, and offset of the return address from the module's base in the others. With
 * module 0 the offset is the address; with MW_FRAME_PYTHON it is MW_FUNCTION_FRAME(). Python frames come last: behind those
 * that called malloc() from Python's innermost function. */
#define MW_HEAP_FRAME_OFFSET 48

struct mw_heap_site {
    uint64_t frames[MW_HEAP_FRAMES]; /* innermost first: the caller of malloc() */
    struct mw_heap_amount amount;
    uint32_t held_blocks; /* number of blocks now, an estimate if they are small; likewise: */
    uint32_t at_blocks[MW_HEAP_MOMENTS];
    uint8_t depth; /* frames used */
    uint8_t reserved;
    uint16_t flags;        /* MW_HEAP_* */
    uint32_t mpi_site;     /* the MPI call that was going on at the first allocation: site + 1 of the journal, or 0 */
    uint32_t samples;      /* blocks entered */
    uint32_t same_call;    /* of these, freed before the next boundary: inside the same MPI call or phase */
    uint64_t allocated;    /* sum of weights of all blocks entered */
    uint64_t variance_kib; /* sum of w (w - n) over them, in units of 1 KiB times 1 KiB: divided by `allocated` and
                                        multiplied with a value at a moment it is that value's variance */
};

/* The largest sites at the peak of a phase that the program has named. */
struct mw_heap_phase {
    uint32_t phase; /* phase + 1 of the journal */
    uint32_t lines; /* entries used */
    uint64_t mark;  /* RSS at that peak */
    uint64_t held;  /* sum over all sites */
    struct {
        uint32_t site; /* site + 1 */
        uint32_t kib;
    } line[MW_HEAP_PHASE_LINES];
};

/* The largest sites at one time. */
struct mw_heap_tick {
    uint64_t ns;
    uint64_t held; /* sum over all sites */
    struct {
        uint32_t site; /* site + 1, or 0 */
        uint32_t kib;
    } line[MW_HEAP_TICK_LINES];
};

/* What a site still holds at MPI_Finalize, by time of allocation: slice i of MW_HEAP_LEFT_SLICES equal parts of the time
 * from `begin_ns` to `end_ns`. The sites with the most bytes outside the first slice. */
struct mw_heap_left {
    uint32_t site; /* site + 1 */
    uint32_t blocks;
    uint32_t kib[MW_HEAP_LEFT_SLICES];
};

#endif
