/* SPDX-License-Identifier: MIT */
/* The layout of a journal: what one rank records about its memory.
 *
 * A journal is one file of fixed size, mapped into the rank and updated in place. It is the rank's working memory, its
 * crash-safe record, its live view, and what MPI_Gather sends. It starts with `struct mw_record_head`, which has the offset
 * of each section; a packed journal (mw_journal_pack) has the same layout without unused space.
 *
 * Units: bytes and nanoseconds, unless a name says otherwise. Times are CLOCK_MONOTONIC of the rank's host. Indices of
 * phases, sites and modules are stored plus one, so that 0 means "none". Numbers are in the host's byte order, shown by
 * `endian`. Every change of the layout bumps MW_RECORD_VERSION. doc/record.md draws the file.
 *
 * Only the rank writes. Counters are plain 64-bit stores; each is valid at any time. An entry of a table is filled before
 * the section's `used` is raised over it (release order).
 */
#ifndef MW_COLLECTOR_JOURNAL_RECORD_H
#define MW_COLLECTOR_JOURNAL_RECORD_H

#include "collector/base/magic.h"

#include <stdint.h>

#define MW_RECORD_MAGIC "MEMWATCH" /* 8 bytes, no NUL */
#define MW_RECORD_VERSION 8u
#define MW_RECORD_ENDIAN 0x01020304u

enum mw_section {
    MW_SECTION_IDENT,    /* 1 x struct mw_ident */
    MW_SECTION_STATE,    /* 1 x struct mw_state */
    MW_SECTION_COST,     /* 1 x struct mw_cost */
    MW_SECTION_MODULE,   /* struct mw_module: the objects that frames point into */
    MW_SECTION_SITE,     /* struct mw_site: call sites, in order of first use */
    MW_SECTION_PHASE,    /* struct mw_phase: in order of first use */
    MW_SECTION_SPIKE,    /* struct mw_spike: the largest ones, unordered */
    MW_SECTION_TIMELINE, /* struct mw_tick: consecutive slices of time */
    MW_SECTION_FUNCTION, /* struct mw_function: the Python functions that frames of sites and spikes are in */
    /* collector/journal/heap_record.h; all empty if there was no room for them: */
    MW_SECTION_HEAP,          /* 1 x struct mw_heap_state */
    MW_SECTION_HEAP_MODULE,   /* struct mw_module: the objects that the frames of the following point into */
    MW_SECTION_HEAP_SITE,     /* struct mw_heap_site */
    MW_SECTION_HEAP_PHASE,    /* struct mw_heap_phase */
    MW_SECTION_HEAP_TICK,     /* struct mw_heap_tick: ordered by time */
    MW_SECTION_HEAP_LEFT,     /* struct mw_heap_left: in no order */
    MW_SECTION_HEAP_FUNCTION, /* struct mw_function: the Python functions that frames of the heap are in */
    MW_SECTION_COUNT
};

/* Capacity of a journal's tables, in entries. A full table loses detail, never totals (see mw_cost). Unused parts of a
 * segment use no memory. */
#define MW_RECORD_MODULES 256
#define MW_RECORD_SITES 2048
#define MW_RECORD_PHASES 2048
#define MW_RECORD_SPIKES 32
#define MW_RECORD_TICKS 512
#define MW_RECORD_FUNCTIONS 768
#define MW_RECORD_VISITS 16
#define MW_RECORD_SITE_FRAMES 8
#define MW_RECORD_SPIKE_FRAMES 24

struct mw_record_section {
    uint64_t offset;   /* bytes from the start of the record */
    uint32_t stride;   /* bytes of one entry */
    uint32_t capacity; /* capacity in entries */
    uint32_t used;     /* entries that are valid; raised after the entry is written */
    uint32_t reserved;
};

struct mw_record_head {
    char magic[8] MW_MAGIC;
    uint32_t version;
    uint32_t endian;
    uint64_t length; /* bytes of the record, including this head */
    struct mw_record_section sections[MW_SECTION_COUNT];
};

enum mw_mpi_kind { MW_ABI_UNKNOWN, MW_ABI_OPENMPI, MW_ABI_MPICH, MW_ABI_STANDARD };

/* Which other processes have the same world id. */
enum mw_world_reach {
    MW_WORLD_PROCESS, /* none: each rank of its world has a different id */
    MW_WORLD_STARTER, /* the ranks that one process started on one host */
    MW_WORLD_WHOLE    /* all ranks of the world, on all hosts, and no others */
};

/* The identity of the rank. Written at MPI_Init, never changed afterwards. */
struct mw_ident {
    uint64_t world_id;    /* equal for ranks of one MPI_COMM_WORLD; see `reach` */
    uint64_t start_ticks; /* start time of the process, /proc/PID/stat field 22 (clock ticks since boot) */
    uint64_t wall_ns;     /* CLOCK_REALTIME at `mono_ns` */
    uint64_t mono_ns;     /* CLOCK_MONOTONIC at the journal's creation; the origin of the timeline */
    int32_t rank;         /* in MPI_COMM_WORLD; -1 before MPI_Init has returned */
    int32_t size;         /* of MPI_COMM_WORLD; 0 before MPI_Init has returned */
    int32_t pid;
    int32_t ppid;
    int32_t numa_node; /* the kernel's node number at MPI_Init (getcpu); -1 unknown */
    int32_t spawned;   /* 1: started by MPI_Comm_spawn */
    uint32_t abi;      /* enum mw_mpi_kind */
    uint32_t page_bytes;
    uint32_t reach;        /* of the world id: enum mw_world_reach */
    uint32_t pid_ns;       /* inode of the PID namespace that both pids belong to; 0 unknown */
    uint64_t affinity[16]; /* CPUs the process may run on at MPI_Init, bit i of word i/64; all 0 unknown */
    char host[64];
    char library[64]; /* name and version of the MPI library, first line of its version string */
    char exe[256];
    char command[256]; /* arguments separated by spaces, cut */
};

/* Progress of a rank. Later stages have larger numbers. */
enum mw_stage {
    MW_STAGE_STARTING, /* before MPI_Init has returned */
    MW_STAGE_RUNNING,
    MW_STAGE_READY,     /* in MPI_Finalize, waiting for the others before the gather */
    MW_STAGE_COMMITTED, /* has seen that every rank is ready */
    MW_STAGE_DECLINED,  /* in MPI_Finalize, and will not gather */
    MW_STAGE_FINALIZED, /* MPI_Finalize has returned */
    MW_STAGE_EXITED,    /* exit handlers ran */
    MW_STAGE_ABORTED    /* called MPI_Abort */
};

/* Why a rank makes no more system calls. */
enum mw_unmeasured {
    MW_UNMEASURED_NEVER,   /* it does */
    MW_UNMEASURED_SANDBOX, /* it has entered a seccomp sandbox, which may kill it for a system call */
    MW_UNMEASURED_ASKED    /* MEMWATCH_SYSCALLS=0 */
};

/* Whether other threads ran during the rank's MPI calls: growth inside the calls may be theirs. */
enum mw_threads {
    MW_THREADS_UNKNOWN, /* it could not be checked */
    MW_THREADS_NONE,    /* only threads that MPI_Init started were seen */
    MW_THREADS_LATER,   /* after MPI_Init: seen during a call, or making one; or MPI_THREAD_MULTIPLE was granted */
    MW_THREADS_INIT     /* while MPI_Init ran, or it was not called by the main thread */
};

/* Objects of MPI that a program creates and has to free. The order is that of the words in records. */
enum mw_object_kind {
    MW_OBJECT_NONE,
    MW_OBJECT_COMM,
    MW_OBJECT_DATATYPE,
    MW_OBJECT_GROUP,
    MW_OBJECT_OP,
    MW_OBJECT_INFO,
    MW_OBJECT_WINDOW,
    MW_OBJECT_FILE,
    MW_OBJECT_REQUEST, /* persistent ones only */
    MW_OBJECT_SESSION,
    MW_OBJECT_KINDS
};

/* How many objects of a kind, or of a call site, the program made. Those that are live now: created minus freed. */
struct mw_objects {
    uint64_t created;
    uint64_t freed;
    uint64_t most; /* live at one time */
};

/* What the rank is doing now, and sums over its lifetime. */
struct mw_state {
    uint32_t stage;          /* enum mw_stage */
    int32_t abort_code;      /* of MPI_Abort */
    uint32_t in_site;        /* call that the main thread is in: site + 1, or 0 */
    uint32_t last_site;      /* last call that the main thread left: site + 1, or 0 */
    uint32_t phase;          /* current innermost phase + 1, or 0 */
    uint32_t peak_phase;     /* phase + 1 in which `peak` was seen */
    uint32_t peak_site;      /* site + 1 inside which `peak` was seen; 0: in the program */
    uint32_t decision;       /* state of the gather: MW_STAGE_READY, _COMMITTED or _DECLINED, or 0; never reset */
    uint64_t since_ns;       /* when the call was entered, or the last one was left */
    uint64_t rss;            /* at the last measured boundary */
    uint64_t rss_ns;         /* when that was */
    uint64_t peak;           /* highest RSS of the process so far; exact to mw_cost.error_bytes */
    uint64_t peak_ns;        /* time of the boundary that measured it (the peak was before) */
    uint64_t calls;          /* wrapped calls, each counted once */
    uint64_t measured;       /* of these, measured */
    int64_t grown_mpi;       /* RSS that grew inside measured MPI calls and stayed (may be negative) */
    int64_t grown_program;   /* the same outside MPI calls, since the journal's creation */
    int64_t grown_shared;    /* the same in intervals that contain both, because calls were not measured */
    uint64_t peak_shared;    /* 1: `peak` was in such an interval, and its place is not known */
    uint64_t tick_ns;        /* length of one slice of the timeline; doubles when the table is full */
    uint64_t init_rss;       /* RSS when MPI_Init was entered */
    uint64_t huge_bytes;     /* HugetlbPages at the end or at the last reading; not part of RSS */
    uint64_t swap_bytes;     /* VmSwap at the end or at the last reading; not part of RSS */
    uint64_t address_limit;  /* RLIMIT_AS (ulimit -v) at the last reading; 0 if none, or unknown */
    uint64_t address_peak;   /* VmPeak at the last reading: maximum address space since exec; only with a limit */
    uint64_t data_limit;     /* RLIMIT_DATA (ulimit -d), likewise */
    uint64_t data_max;       /* VmData, the largest that was read; only with a limit */
    int64_t clock_shift_ns;  /* added to this host's CLOCK_MONOTONIC it gives that of rank 0's host; see clock_known */
    uint64_t clock_error_ns; /* its maximum error */
    uint64_t clock_known;    /* 1: the two lines above were measured */
    char gathered_host[64];  /* where rank 0 has written the records of several hosts; "" if unknown */
    uint64_t exited_ns;      /* when exit handlers ran; 0 if they did not */
    uint64_t unmeasured_ns;  /* since then calls were only counted, not measured; 0 if always measured */
    uint64_t unmeasured_why; /* enum mw_unmeasured */
    uint64_t abort_ns;       /* when MPI_Abort was first called; 0 if it was not */
    uint64_t threads;        /* enum mw_threads; never decreases, and MW_THREADS_UNKNOWN is final */
    struct mw_objects objects[MW_OBJECT_KINDS]; /* by kind; that of MW_OBJECT_NONE is unused */
};

/* The cost of memwatch in this rank, and the accuracy of its numbers. */
struct mw_cost {
    uint64_t measure_ns;    /* time spent reading and resetting marks, and on bookkeeping of measured calls */
    uint64_t setup_ns;      /* time added to MPI_Init and MPI_Finalize */
    uint64_t counting_ns;   /* time spent in calls that were only counted; estimated from every 256th */
    uint64_t shim_bytes;    /* upper bound of memwatch's part of RSS at the last reading (pmpi/measure/own_memory.h) */
    uint64_t error_bytes;   /* a peak may be this much higher than reported, by design of the kernel's counters */
    uint64_t checked_bytes; /* largest difference between the counters and a count of the pages in `checks` comparisons */
    uint64_t checks;
    uint64_t floor_bytes;   /* getrusage() is not usable below this value; /proc/self/status is read */
    uint64_t lost_sites;    /* calls from stacks without a separate entry: counted in a shared one (MW_SITE_SHARED) */
    uint64_t lost_phases;   /* visits of phases without a separate entry: counted in a shared one */
    uint64_t lost_modules;  /* objects not in the table because it was full; counted once per new stack through them */
    uint64_t lost_requests; /* requests of collectives while too many were active: their completion is not recorded as a call */
    uint64_t lost_objects;  /* objects created while too many were live: when they are freed, their call site is not known */
    uint64_t lost_nested;   /* phases nested too deeply: their memory counts in the enclosing phase */
    uint64_t coarse_calls;  /* calls that were counted but not measured */
    uint64_t unrecorded;    /* calls passed on to MPI without a record: made by a signal handler during another call, or the
                              lock of the record was not released in time */
    uint32_t flags;         /* MW_COST_* */
    uint32_t budget_ppm;    /* share of the run time that measuring may use, in millionths; 0: no bound */
};

#define MW_COST_NO_RESET \
    1u                   /* the mark was not reset, by option or because it failed: peaks are since the start of the process */
#define MW_COST_EXACT 2u /* every boundary is measured */
#define MW_COST_BLIND 4u /* reading from the kernel failed at some time: later peaks may be missing */

struct mw_module {
    uint64_t base; /* load bias in the rank when first seen; a library may later be loaded at another address */
    uint32_t build_id_length;
    uint8_t build_id[36];
    char path[256];
};

/* A function of a Python script. A text that is too long is cut at its beginning. */
struct mw_function {
    char name[48];  /* "Solver.step"; before Python 3.11 "step" */
    char file[112]; /* co_filename, not always absolute; "<frozen importlib._bootstrap>" */
};

/* Instead of a module: the frame is in a Python function. Its offset is MW_FUNCTION_FRAME(). */
#define MW_FRAME_PYTHON 0xFFFFu
#define MW_FUNCTION_OTHER 0xFFFFu /* instead of a function: the table was full */
#define MW_FUNCTION_FRAME(function, line) ((uint64_t)(function) << 32 | (line))

/* A code address that is the same in every rank. */
struct mw_frame {
    uint64_t offset; /* return address minus the module's load bias; absolute when module is 0 */
    uint32_t module; /* module + 1, or 0: in no known module */
    uint32_t reserved;
};

/* A call site: one MPI call, on communicators of one size, from one place of the program. */
#define MW_SITE_SHARED \
    1u /* a shared entry for call sites without a separate one: for all callers with one frame in common,
                             else for all places, and for communicators of any size (comm_size 0) */
#define MW_SITE_NAME \
    2u /* an entry for a site without one that has the rank's highest peak or a spike: it is renamed for
                             another site when no mw_state.peak_site or mw_spike.site refers to it, and has no other data */
struct mw_site {
    char call[40];       /* "MPI_Allreduce", never the PMPI_ name; "MPI_Iallreduce+Wait" where a call that was started
                             elsewhere is completed: its spike is that of the pair, from the start to the completion */
    uint32_t comm_size;  /* processes in the (local) group of the communicator; 0 for calls without a communicator */
    uint32_t depth;      /* frames used */
    uint32_t start_site; /* the call that is completed here: site + 1, or 0 */
    uint32_t flags;      /* MW_SITE_* */
    struct mw_frame frames[MW_RECORD_SITE_FRAMES]; /* innermost first, without the MPI libraries */
    uint64_t calls;
    uint64_t measured;
    uint64_t sent;     /* bytes of this rank's send buffers; MPI_IN_PLACE counts as if it were two buffers */
    uint64_t received; /* bytes of this rank's receive buffers that the call fills */
    uint64_t time_ns;  /* time inside the call, of all calls: measured ones by the clock, others by the kernel's tick,
                             which is accurate only for the sum of many calls */
    uint64_t first_ns; /* entry of the first call */
    uint64_t last_ns;  /* entry of the last call */
    int64_t growth;    /* RSS at exit minus RSS at entry, summed over measured calls */
    uint64_t spike;    /* largest rise: peak inside minus RSS at entry; 0 if there was none */
    uint64_t spike_entry_rss;
    uint64_t spike_ns;         /* when that call was entered */
    uint64_t spike_visit;      /* number of that call, from 1 */
    uint64_t coarse_spike;     /* a rise in an interval of several calls that includes this one */
    struct mw_objects objects; /* that it created */
    uint64_t object;           /* enum mw_object_kind of these; MW_OBJECT_NONE if it creates none */
};

enum mw_phase_kind {
    MW_PHASE_START,   /* from the start of the process to its first MPI call (usually MPI_Init) */
    MW_PHASE_BETWEEN, /* between two calls: from_site was left, to_site entered */
    MW_PHASE_USER,    /* named by the program; contains everything until its end, including calls */
    MW_PHASE_END,     /* from MPI_Finalize to the end of the process */
    MW_PHASE_EXCHANGE /* a run of messages, from entering from_site to leaving to_site: pmpi/measure/exchanges.h */
};

/* How a visit of a phase ended. In KiB, so that two numbers fit one word; values of 4 TiB and more are stored as slightly
 * less. */
struct mw_visit {
    uint32_t visit;    /* from 1; visits from UINT32_MAX on are not kept */
    uint32_t exit_kib; /* RSS at its end */
};

struct mw_phase {
    uint32_t kind;      /* enum mw_phase_kind */
    uint32_t parent;    /* the enclosing user phase: phase + 1, or 0 */
    uint32_t from_site; /* site + 1, or 0: likewise */
    uint32_t to_site;   /* site + 1, or 0: a boundary set by the program (a user phase) */
    char name[64];      /* user phases; may not be UTF-8 */
    uint64_t visits;
    uint64_t measured;  /* visits with both ends measured */
    uint64_t time_ns;   /* ended visits; as that of a site */
    uint64_t first_ns;  /* start of the first visit */
    uint64_t last_ns;   /* end of the last visit, or start of an open one */
    uint64_t entry_rss; /* at the first measured entry */
    uint64_t exit_rss;  /* at the last measured exit */
    uint64_t peak;      /* highest RSS during it; exact unless coarse */
    uint64_t peak_ns;   /* when the boundary that saw it was reached */
    uint64_t peak_visit;
    uint64_t coarse_peak;  /* highest mark of an interval that this phase shares with others: an upper bound */
    int64_t growth;        /* exit minus entry, summed over measured visits */
    int64_t growth_mpi;    /* of that, inside measured MPI calls */
    uint32_t visit_stride; /* 1 of this many measured visits is kept: a power of two, doubled when the table is full */
    uint32_t visit_count;
    struct mw_visit kept[MW_RECORD_VISITS]; /* sorted by time */
};

/* A large rise inside one call. `seq` is odd while the entry is being rewritten. */
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
    struct mw_frame frames[MW_RECORD_SPIKE_FRAMES]; /* the complete stack, innermost first */
};

/* Slice i of the timeline covers [i, i + 1) x tick_ns after mw_ident.mono_ns. A peak is entered in every slice of the
 * interval in which it may have happened, so `peak` is never too low. */
struct mw_tick {
    uint64_t peak; /* highest RSS that may have been reached in the slice; 0: no boundary in it yet */
    uint64_t last; /* RSS at the last measured boundary in the slice; 0: none */
};

/* Exit records of processes without MPI: one file of fixed size per host. Many processes of one program share an entry.
 *
 *     struct mw_exit_index | struct mw_exit_text[MW_EXIT_SLOTS]
 *
 * Written by pwrite() under a flock(). A process that does not get the lock in time uses one of the last MW_EXIT_LATE slots,
 * under a lock of that slot only (fcntl). The file is never mapped and never extended. */
#define MW_EXIT_MAGIC "MWEXIT\0\4" /* the last byte is the version */
#define MW_EXIT_SLOTS 62
#define MW_EXIT_LATE 4
#define MW_EXIT_LANES 200
#define MW_EXIT_OTHERS 0 /* the slot of programs for which there was no space; the others start at 1 */

/* One process, or several of one program: `count` of them. */
struct mw_exit_entry {
    uint64_t program;     /* hash of its path and facts; equal for processes that share the entry */
    uint64_t count;       /* 0: the slot is free */
    uint64_t peak;        /* VmHWM of /proc/self/status at exit: exact; the largest of several */
    uint64_t peak_sum;    /* of all */
    uint64_t start_ticks; /* of the process with that peak; also the following, up to `ppid` */
    uint64_t end_ns;      /* CLOCK_MONOTONIC */
    int32_t pid;
    int32_t ppid;
    uint64_t first_ns; /* lower bound of the start of the first one; CLOCK_MONOTONIC */
    uint64_t last_ns;  /* when the last of them ended */
    uint64_t facts;    /* MW_SEEN_* (collector/journal/seen.h): why it left no journal */
    uint64_t pid_ns;   /* inode of the PID namespace of `pid` and `ppid`; 0 unknown */
};

/* Of the process with the largest peak. */
struct mw_exit_text {
    char comm[16];
    char exe[200];
    char command[256];
    char mpi[64]; /* base name of the MPI library mapped at its end; "" if none */
};

/* A lane: processes of an entry, no two of which ran at the same time; together they never had more than `peak`. The sum
 * over all lanes is an upper bound for all these processes at any time. */
struct mw_exit_lane {
    uint64_t begin_ns, end_ns, peak;
};

struct mw_exit_index {
    char magic[8] MW_MAGIC;
    uint64_t lane_count;
    uint64_t beyond; /* sum of peaks of processes without a lane */
    struct mw_exit_lane lanes[MW_EXIT_LANES];
    struct mw_exit_entry entries[MW_EXIT_SLOTS];
};

#define MW_EXIT_FILE_BYTES (sizeof(struct mw_exit_index) + MW_EXIT_SLOTS * sizeof(struct mw_exit_text))

#endif
