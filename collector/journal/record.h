/* SPDX-License-Identifier: MIT */
/* The layout of a journal: what one rank knows of its own memory.
 *
 * A journal is one file of fixed size, mapped into the rank and updated in place. It is the rank's
 * working memory, its crash-safe record, its live view, and what MPI_Gather sends. It starts with
 * `struct mw_record_head`, which says where each section lies; a packed journal (mw_journal_pack) is
 * the same thing with no room left over.
 *
 * Units: bytes and nanoseconds, unless a name says otherwise. Times are CLOCK_MONOTONIC of the rank's
 * host. Indices of phases, sites and modules are stored plus one, so that 0 means "none".
 * Numbers are in the host's byte order, which `endian` tells. Every change of the layout bumps
 * MW_RECORD_VERSION. doc/record.md draws the file.
 *
 * Who may write: only the rank. Counters are plain 64-bit stores, each sound by itself at any moment.
 * An entry of a table is filled before the section's `used` is raised over it (release order).
 */
#ifndef MW_COLLECTOR_JOURNAL_RECORD_H
#define MW_COLLECTOR_JOURNAL_RECORD_H

#include "collector/base/magic.h"

#include <stdint.h>

#define MW_RECORD_MAGIC "MEMWATCH" /* 8 bytes, no NUL */
#define MW_RECORD_VERSION 5u
#define MW_RECORD_ENDIAN 0x01020304u

enum mw_section {
    MW_SECTION_IDENT,    /* 1 x struct mw_ident */
    MW_SECTION_STATE,    /* 1 x struct mw_state */
    MW_SECTION_COST,     /* 1 x struct mw_cost */
    MW_SECTION_MODULE,   /* struct mw_module: the objects that frames point into */
    MW_SECTION_SITE,     /* struct mw_site: call sites, in order of first use */
    MW_SECTION_PHASE,    /* struct mw_phase: in order of first use */
    MW_SECTION_SPIKE,    /* struct mw_spike: the largest ones, in no order */
    MW_SECTION_TIMELINE, /* struct mw_tick: consecutive slices of time */
    MW_SECTION_COUNT
};

/* Room in a journal, in entries. Fixed: a full table loses detail, never totals (see mw_cost). Memory that was never used
 * takes none in a segment. */
#define MW_RECORD_MODULES 256
#define MW_RECORD_SITES 2048
#define MW_RECORD_PHASES 2048
#define MW_RECORD_SPIKES 32
#define MW_RECORD_TICKS 512
#define MW_RECORD_VISITS 16
#define MW_RECORD_SITE_FRAMES 8
#define MW_RECORD_SPIKE_FRAMES 24

struct mw_record_section {
    uint64_t offset;   /* bytes from the start of the record */
    uint32_t stride;   /* bytes of one entry */
    uint32_t capacity; /* entries there is room for */
    uint32_t used;     /* entries that are valid; raised after the entry is written */
    uint32_t reserved;
};

struct mw_record_head {
    char magic[8] MW_MAGIC;
    uint32_t version;
    uint32_t endian;
    uint64_t length; /* bytes of the whole record, this head included */
    struct mw_record_section sections[MW_SECTION_COUNT];
};

enum mw_mpi_kind { MW_ABI_UNKNOWN, MW_ABI_OPENMPI, MW_ABI_MPICH, MW_ABI_STANDARD };

/* Who has a rank's world id besides it. */
enum mw_world_reach {
    MW_WORLD_PROCESS, /* nobody: other ranks of its world have ids of their own */
    MW_WORLD_STARTER, /* the ranks that one process started on one host */
    MW_WORLD_WHOLE    /* all ranks of the world, on all hosts, and nobody else */
};

/* Who the rank is. Written at MPI_Init, never changed afterwards. */
struct mw_ident {
    uint64_t world_id;    /* ranks that have the same are of one MPI_COMM_WORLD; see `reach` */
    uint64_t start_ticks; /* start time of the process, /proc/PID/stat field 22 (clock ticks since boot) */
    uint64_t wall_ns;     /* CLOCK_REALTIME at the moment `mono_ns` */
    uint64_t mono_ns;     /* CLOCK_MONOTONIC at the journal's creation; the origin of the timeline */
    int32_t rank;         /* in MPI_COMM_WORLD; -1 before MPI_Init has returned */
    int32_t size;         /* of MPI_COMM_WORLD; 0 before MPI_Init has returned */
    int32_t pid;
    int32_t ppid;
    int32_t numa_node;    /* the kernel's node number at MPI_Init (getcpu); -1 unknown */
    int32_t spawned;      /* 1: started by MPI_Comm_spawn */
    uint32_t abi;         /* enum mw_mpi_kind */
    uint32_t page_bytes;
    uint32_t reach;       /* of the world id: enum mw_world_reach */
    uint32_t pid_ns;      /* inode of the PID namespace that both pids belong to; 0 unknown */
    uint64_t affinity[16]; /* CPUs the process may run on at MPI_Init, bit i of word i/64; all 0 unknown */
    char host[64];
    char library[64]; /* the MPI library's own name and version, its first line */
    char exe[256];
    char command[256]; /* arguments separated by spaces, cut */
};

/* Where a rank stands. Later stages have larger numbers. */
enum mw_stage {
    MW_STAGE_STARTING,   /* before MPI_Init has returned */
    MW_STAGE_RUNNING,
    MW_STAGE_READY,      /* in MPI_Finalize, waiting for the others before the gather */
    MW_STAGE_COMMITTED,  /* has seen every rank ready */
    MW_STAGE_DECLINED,   /* in MPI_Finalize, and will not gather */
    MW_STAGE_FINALIZED,  /* MPI_Finalize has returned */
    MW_STAGE_EXITED,     /* exit handlers ran */
    MW_STAGE_ABORTED     /* called MPI_Abort */
};

/* Why a rank makes no system calls any more. */
enum mw_unmeasured {
    MW_UNMEASURED_NEVER,   /* it does */
    MW_UNMEASURED_SANDBOX, /* it has entered a seccomp sandbox, which may kill for one */
    MW_UNMEASURED_ASKED    /* MEMWATCH_SYSCALLS=0 */
};

/* Whether other threads ran beside the rank's MPI calls, of which memory may be that grew inside these. */
enum mw_threads {
    MW_THREADS_UNKNOWN, /* nobody could look */
    MW_THREADS_NONE,    /* none was seen but those that MPI_Init started */
    MW_THREADS_LATER,   /* after MPI_Init: seen beside a call, or making one; or MPI_THREAD_MULTIPLE was given */
    MW_THREADS_INIT     /* while MPI_Init ran, or it was not called by the main thread */
};

/* What the rank is doing now, and the sums over its whole life. */
struct mw_state {
    uint32_t stage;         /* enum mw_stage */
    int32_t abort_code;     /* of MPI_Abort */
    uint32_t in_site;       /* call that the main thread is inside of: site + 1, or 0 */
    uint32_t last_site;     /* last call that the main thread left: site + 1, or 0 */
    uint32_t phase;         /* current innermost phase + 1, or 0 */
    uint32_t peak_phase;    /* phase + 1 in which `peak` was seen */
    uint32_t peak_site;     /* site + 1 inside which `peak` was seen; 0: in the program */
    uint32_t decision;      /* about the gather: MW_STAGE_READY, _COMMITTED or _DECLINED, or 0; never taken back */
    uint64_t since_ns;      /* when the call was entered, or the last one left */
    uint64_t rss;           /* at the last measured boundary */
    uint64_t rss_ns;        /* when that was */
    uint64_t peak;          /* highest RSS of the process so far; exact to mw_cost.error_bytes */
    uint64_t peak_ns;       /* when the boundary was that saw it (the peak lies before) */
    uint64_t calls;         /* wrapped calls, counted once each */
    uint64_t measured;      /* of these, measured ones */
    int64_t grown_mpi;      /* RSS that grew inside measured MPI calls and stayed (may be negative) */
    int64_t grown_program;  /* the same outside MPI calls, since the journal's creation */
    int64_t grown_shared;   /* the same in stretches that hold both, of unmeasured calls */
    uint64_t peak_shared;   /* 1: `peak` was seen over such a stretch, and its place is not known */
    uint64_t tick_ns;       /* length of one slice of the timeline; doubles when the table is full */
    uint64_t init_rss;      /* RSS when MPI_Init was entered */
    uint64_t huge_bytes;    /* HugetlbPages at the end or at the last look; not part of RSS */
    uint64_t swap_bytes;    /* VmSwap at the end or at the last look; not part of RSS */
    uint64_t address_limit; /* RLIMIT_AS (ulimit -v) at the last look; 0 none, or unknown */
    uint64_t address_peak;  /* VmPeak at the last look: the most address space since exec; only with a limit */
    uint64_t data_limit;    /* RLIMIT_DATA (ulimit -d), likewise */
    uint64_t data_max;      /* VmData, the largest that was read; only with a limit */
    int64_t clock_shift_ns; /* added to this host's CLOCK_MONOTONIC it gives that of rank 0's host; see clock_known */
    uint64_t clock_error_ns; /* it may be wrong by so much */
    uint64_t clock_known;   /* 1: the two lines above were measured */
    char gathered_host[64]; /* where rank 0 has put the records of several hosts together; "": nowhere that we know */
    uint64_t exited_ns;     /* when exit handlers ran; 0: they did not */
    uint64_t unmeasured_ns; /* from here on memory was not measured, only calls counted; 0: it always was */
    uint64_t unmeasured_why; /* enum mw_unmeasured */
    uint64_t abort_ns;      /* when MPI_Abort was first called; 0: it was not */
    uint64_t threads;       /* enum mw_threads; never goes back, and MW_THREADS_UNKNOWN stays */
};

/* What memwatch cost this rank, and how exact its numbers are. */
struct mw_cost {
    uint64_t measure_ns;  /* time spent reading and resetting marks, and on bookkeeping of measured calls */
    uint64_t setup_ns;    /* time added to MPI_Init and MPI_Finalize */
    uint64_t counting_ns; /* time spent in calls that were only counted; estimated from every 256th */
    uint64_t shim_bytes;  /* of RSS, at most: memwatch's own, when it was last looked at (pmpi/measure/own_memory.h) */
    uint64_t error_bytes; /* a peak may be this much higher than reported, by the design of the kernel's counters */
    uint64_t checked_bytes; /* the counters were so far from a count of the pages, the largest of `checks` times */
    uint64_t checks;
    uint64_t floor_bytes; /* below this getrusage() tells nothing and /proc/self/status is read */
    uint64_t lost_sites;  /* calls from stacks without an entry of their own: counted in one with others (MW_SITE_SHARED) */
    uint64_t lost_phases; /* visits of phases without an entry of their own: counted in one with others */
    uint64_t lost_modules; /* objects that found the table full, once for each new stack through them */
    uint64_t lost_requests; /* of collectives, that found too many others started: their completion is not a call here */
    uint64_t lost_nested; /* phases that lie in too many others: their memory is that of the phase around them */
    uint64_t coarse_calls; /* calls that were counted but not measured */
    uint64_t unrecorded;   /* calls that were passed on to MPI without a record: a signal handler made them in the middle of
                              another one, or the owner of the record's lock did not give it back in time */
    uint32_t flags;        /* MW_COST_* */
    uint32_t budget_ppm;   /* share of the run that measuring may take, in millionths; 0: no bound */
};

#define MW_COST_NO_RESET 1u /* the mark could not, or was not to be, reset: peaks are those of the whole life */
#define MW_COST_EXACT 2u    /* every boundary is measured */
#define MW_COST_BLIND 4u    /* at some time the kernel could not be asked any more: later peaks may be missing */

struct mw_module {
    uint64_t base; /* load bias in the rank, when it was first seen; a library may come again elsewhere */
    uint32_t build_id_length;
    uint8_t build_id[36];
    char path[256];
};

/* A code address that means the same in every rank. */
struct mw_frame {
    uint64_t offset; /* return address minus the module's load bias; absolute when module is 0 */
    uint32_t module; /* module + 1, or 0: in no known module */
    uint32_t reserved;
};

/* One MPI call, on communicators of one size, from one place of the program. */
#define MW_SITE_SHARED 1u /* of several places, by what had no entry of its own: with one frame of all its callers, else of
                             all places, and of communicators of any size (comm_size 0) */
#define MW_SITE_NAME 2u   /* the site has no entry of its own, but the rank's highest peak or a spike: this one gets the name
                             of another site when no mw_state.peak_site or mw_spike.site points at it, and nothing else does */
struct mw_site {
    char call[40];        /* "MPI_Allreduce", never the PMPI_ name; "MPI_Iallreduce+Wait" where a call that was started
                             elsewhere is completed: its spike is the pair's, from the start to here */
    uint32_t comm_size;   /* processes in the (local) group of the communicator; 0: none takes part */
    uint32_t depth;       /* frames used */
    uint32_t start_site;  /* the call that is completed here: site + 1, or 0 */
    uint32_t flags;       /* MW_SITE_* */
    struct mw_frame frames[MW_RECORD_SITE_FRAMES]; /* innermost first, MPI's own libraries left out */
    uint64_t calls;
    uint64_t measured;
    uint64_t sent;        /* bytes of this rank's send buffers; MPI_IN_PLACE counts as if it were two buffers */
    uint64_t received;    /* bytes of this rank's receive buffers that the call fills */
    uint64_t time_ns;     /* inside the call, all calls: measured ones by the clock, others by the kernel's tick, which is
                             right in the sum of many calls only */
    uint64_t first_ns;    /* entry of the first call */
    uint64_t last_ns;     /* entry of the last call */
    int64_t growth;       /* RSS at exit minus RSS at entry, summed over measured calls */
    uint64_t spike;       /* largest rise: peak inside minus RSS at entry; 0 when the peak did not rise */
    uint64_t spike_entry_rss;
    uint64_t spike_ns;    /* when that call was entered */
    uint64_t spike_visit; /* which call it was, from 1 */
    uint64_t coarse_spike; /* a rise seen over a stretch of several calls, this one among them */
};

enum mw_phase_kind {
    MW_PHASE_START,   /* from the process's start to its first MPI call (MPI_Init as a rule) */
    MW_PHASE_BETWEEN, /* between two calls: from_site was left, to_site entered */
    MW_PHASE_USER,    /* named by the program; holds everything until its end, calls included */
    MW_PHASE_END      /* from MPI_Finalize to the end of the process */
};

/* How a visit of a phase ended. Whole KiB, so that two numbers take one word; 4 TiB and more are told as just less. */
struct mw_visit {
    uint32_t visit;    /* from 1; UINT32_MAX and more are not kept */
    uint32_t exit_kib; /* RSS at its end */
};

struct mw_phase {
    uint32_t kind;      /* enum mw_phase_kind */
    uint32_t parent;    /* the user phase it lies in: phase + 1, or 0 */
    uint32_t from_site; /* site + 1, or 0: likewise */
    uint32_t to_site;   /* site + 1, or 0: a boundary that the program set itself (a user phase) */
    char name[64];      /* user phases; UTF-8 is not promised */
    uint64_t visits;
    uint64_t measured;  /* visits whose both ends were measured */
    uint64_t time_ns;   /* ended visits; as that of a site */
    uint64_t first_ns;  /* start of the first visit */
    uint64_t last_ns;   /* end of the last visit, or start of an open one */
    uint64_t entry_rss; /* at the first measured entry */
    uint64_t exit_rss;  /* at the last measured exit */
    uint64_t peak;      /* highest RSS during it; exact unless coarse */
    uint64_t peak_ns;   /* when the boundary was that saw it */
    uint64_t peak_visit;
    uint64_t coarse_peak; /* highest mark of a stretch that this phase shares with others: an upper bound */
    int64_t growth;       /* exit minus entry, summed over measured visits */
    int64_t growth_mpi;   /* of that, inside measured MPI calls (user phases only) */
    uint32_t visit_stride; /* every so many measured visits one is kept: a power of two, doubles when they are full */
    uint32_t visit_count;
    struct mw_visit kept[MW_RECORD_VISITS]; /* in order of time */
};

/* One large rise inside one call. `seq` is odd while the entry is being rewritten. */
struct mw_spike {
    uint32_t seq;
    uint32_t site;  /* site + 1 */
    uint32_t phase; /* user phase + 1 around the call, or 0 */
    uint32_t depth; /* frames used */
    uint64_t visit; /* which call of the site, from 1 */
    uint64_t entry_rss;
    uint64_t peak_rss;
    uint64_t exit_rss;
    uint64_t entry_ns;
    uint64_t exit_ns;
    struct mw_frame frames[MW_RECORD_SPIKE_FRAMES]; /* the whole stack, innermost first */
};

/* Slice i of the timeline covers [i, i + 1) x tick_ns after mw_ident.mono_ns. A peak is entered in every
 * slice of the stretch in which it may have happened, so `peak` is never too low. */
struct mw_tick {
    uint64_t peak; /* highest RSS that may have been reached in the slice; 0: no boundary fell in it yet */
    uint64_t last; /* RSS at the last measured boundary in the slice; 0: none */
};

/* What processes without MPI leave behind at their end: one file of fixed size for each host, in which they are counted
 * together by program where there are many.
 *
 *     struct mw_exit_index | struct mw_exit_text[MW_EXIT_SLOTS]
 *
 * Written by pwrite() under a flock(); who cannot have it in time joins one of the last MW_EXIT_LATE slots, under
 * a lock of that slot alone (fcntl). Nobody maps the file, and nobody makes it larger. */
#define MW_EXIT_MAGIC "MWEXIT\0\4" /* the last byte is the version */
#define MW_EXIT_SLOTS 62
#define MW_EXIT_LATE 4
#define MW_EXIT_LANES 200
#define MW_EXIT_OTHERS 0 /* the slot of programs for which there was no room; the others are used from 1 on */

/* One process, or several of one program: `count` of them. */
struct mw_exit_entry {
    uint64_t program;  /* hash of its path and its facts; equal for processes that are counted together */
    uint64_t count;    /* 0: the slot is free */
    uint64_t peak;     /* VmHWM of /proc/self/status at exit: exact; of several, the largest */
    uint64_t peak_sum; /* of all */
    uint64_t start_ticks; /* of the process with that peak, as the following up to `ppid` */
    uint64_t end_ns;      /* CLOCK_MONOTONIC */
    int32_t pid;
    int32_t ppid;
    uint64_t first_ns; /* when the first of them began, not too late; CLOCK_MONOTONIC */
    uint64_t last_ns;  /* when the last of them ended */
    uint64_t facts;    /* MW_SEEN_* (collector/journal/seen.h): why it left no journal */
    uint64_t pid_ns;   /* inode of the PID namespace of `pid` and `ppid`; 0 unknown */
};

/* Of the process with the largest peak. */
struct mw_exit_text {
    char comm[16];
    char exe[200];
    char command[256];
    char mpi[64]; /* base name of the MPI library that it had mapped at its end; "" none */
};

/* Processes that were counted together, no two of which lived at the same time: never more than `peak`. The sum over all
 * lanes bounds what all those processes can have had at any time. */
struct mw_exit_lane {
    uint64_t begin_ns, end_ns, peak;
};

struct mw_exit_index {
    char magic[8] MW_MAGIC;
    uint64_t lane_count;
    uint64_t beyond; /* sum of peaks for which no lane was left */
    struct mw_exit_lane lanes[MW_EXIT_LANES];
    struct mw_exit_entry entries[MW_EXIT_SLOTS];
};

#define MW_EXIT_FILE_BYTES (sizeof(struct mw_exit_index) + MW_EXIT_SLOTS * sizeof(struct mw_exit_text))

#endif
