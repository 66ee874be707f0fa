/* SPDX-License-Identifier: MIT */
/* What ranks recorded: one by one, and merged over all ranks. Part of collector/model/model.h, which says what indices, times
 * and strings are. */
#ifndef MW_COLLECTOR_MODEL_RANK_H
#define MW_COLLECTOR_MODEL_RANK_H

#include "collector/journal/record.h"
#include "collector/model/heap.h"
#include "collector/model/number.h"

#include <stdbool.h>

/* A place in the program. */
struct mw_model_place {
    uint32_t line;                      /* 0 unknown */
    uint64_t offset;                    /* return address in the module */
    const char *label;                  /* "fft.c:120"; without a line "mesh::Field::sum+0x1f"; without a name "app+0x1f20" */
    const char *function;               /* "" unknown */
    const char *file;                   /* base name; "" unknown */
    const char *path;                   /* full path; "" unknown */
    const char *module;                 /* "" none */
    const struct mw_model_place *outer; /* the place whose function this one was inlined into; NULL if none */
};

/* One call site of one rank (struct mw_site). */
struct mw_model_site {
    const char *call;
    const char *label; /* "MPI_Allreduce fft.c:120" */
    uint32_t comm_size;
    uint32_t depth; /* frames, innermost first, inlined ones too */
    const struct mw_model_place **frames;
    const struct mw_model_place *place; /* the place shown in reports: the innermost frame, or, if that is in a communication
                                           layer, the first one outside of it ("a.c:1 (via b.c:2)"). NULL if none */
    uint32_t merged;                    /* index in model->sites */
    uint64_t calls, measured, sent, received, time_ns, first_ns, last_ns;
    int64_t growth; /* growth that stayed, of measured calls */
    uint64_t spike; /* exact: peak inside a call minus RSS at its entry */
    uint64_t spike_entry_rss, spike_ns, spike_visit;
    uint64_t coarse_spike;         /* an upper bound, from an interval with other calls in it */
    enum mw_object_kind object;    /* what it creates, and how many of these; MW_OBJECT_NONE: nothing */
    uint64_t created, freed, most; /* `freed`: anywhere; `most`: live at one time */
};

/* The MPI objects of one kind that a rank created. */
struct mw_model_objects {
    enum mw_object_kind kind;
    uint64_t created, freed, most; /* `most`: live at one time */
};

/* One phase of one rank (struct mw_phase). */
struct mw_model_phase {
    enum mw_phase_kind kind;
    uint32_t parent;    /* in rank->phases; a user phase before this one */
    uint32_t from_site; /* in rank->sites */
    uint32_t to_site;
    const char *name; /* user phases: the name; others: their name in reports */
    const char *path; /* the same after its parents, "a/b" */
    uint32_t merged;  /* index in model->phases */
    uint64_t visits, measured, time_ns, first_ns, last_ns, entry_rss, exit_rss;
    struct mw_model_bytes peak; /* AT_MOST if it may be the mark of another interval */
    uint64_t peak_exact;        /* highest value that is certainly of this phase */
    uint64_t peak_ns, peak_visit;
    int64_t growth, growth_mpi;
    uint32_t visit_count;
    struct mw_visit kept[MW_RECORD_VISITS]; /* ends of some of its visits, spread evenly over all */
};

struct mw_model_spike {
    uint32_t site;  /* in rank->sites */
    uint32_t phase; /* user phase in rank->phases, or none */
    uint32_t depth;
    const struct mw_model_place **frames;
    uint64_t visit, entry_rss, peak_rss, exit_rss, entry_ns, exit_ns;
};

/* RSS that grew inside a rank's measured MPI calls: memory of MPI and of the program. collector/model/in_mpi.h describes how
 * far the two can be separated. */
struct mw_model_in_mpi {
    uint64_t init;     /* grew in MPI_Init */
    uint64_t later;    /* grew in later calls without MPI_Finalize: sum over call sites with net growth */
    uint64_t fell;     /* fell in them: sum over call sites with a net fall */
    uint64_t finalize; /* fell in MPI_Finalize */
    uint64_t received; /* bytes that the later calls received: upper bound of receive buffers in `later`, except for page
                          rounding */
};

struct mw_model_rank {
    uint32_t world;   /* in model->worlds */
    uint32_t host;    /* in model->hosts */
    uint32_t process; /* in model->processes: its samples, or none */
    int32_t rank;     /* -1: MPI_Init has not returned */
    int32_t size, pid, ppid;
    uint64_t start_ticks;
    enum mw_world_reach reach; /* of the id of its world; only while merging, as the next one */
    uint32_t pid_ns;           /* the PID namespace of `pid` and `ppid`; 0 unknown; as the next ones */
    uint32_t own_ns;           /* pid of the rank in its record and exit records */
    int32_t own_pid;           /* its pid there */
    bool spawned;              /* by MPI_Comm_spawn */
    bool gathered;             /* from the gather at MPI_Finalize: nothing later is known */
    enum mw_mpi_kind abi;
    const char *library, *exe, *command;
    int32_t numa_node;   /* -1 unknown */
    const char *binding; /* "cores 0-3", "unbound", "" unknown */
    const char *nodes;   /* NUMA nodes of the binding, "0-1"; "" unknown */

    uint64_t created_ns; /* the journal's creation, in MPI_Init */
    uint64_t begin_ns;   /* earliest known time of the process */
    uint64_t known_ns;   /* last time in the journal */
    enum mw_stage stage;
    bool exited;        /* exit handlers ran */
    uint64_t exited_ns; /* when that began; 0 if they did not run */
    int32_t abort_code;
    uint64_t abort_ns;           /* when MPI_Abort was first called; 0 unknown, or it was not */
    uint32_t in_site, last_site; /* in sites */
    uint32_t phase;              /* current innermost, in phases */
    uint64_t since_ns;

    struct mw_model_bytes peak;
    uint64_t peak_ns;
    uint32_t peak_phase, peak_site;
    uint64_t rss, rss_ns;         /* at the last measured boundary */
    uint64_t held_rss;            /* last known value before the first death; 0 if no rank died, or unknown */
    uint64_t end_rss, end_rss_ns; /* last known value; sampled for a rank that was killed (collector/model/rank_rss.h) */
    uint64_t init_rss;
    int64_t grown_mpi, grown_program;
    enum mw_threads threads; /* other threads during its MPI calls */
    struct mw_model_in_mpi in_mpi;
    struct mw_model_bytes held_mpi;       /* what MPI had allocated at the peak: collector/model/in_mpi.h */
    uint64_t held_mpi_error;              /* one standard deviation */
    uint64_t huge_bytes, swap_bytes;      /* not part of RSS */
    struct mw_model_ulimit address, data; /* by the rank or by samples, whichever is larger */
    uint64_t unmeasured_ns;               /* since then it measured nothing; 0 if it always measured */
    enum mw_unmeasured unmeasured;        /* why */
    uint64_t mpi_ns;                      /* time inside wrapped calls */
    uint64_t error_bytes;                 /* peaks may be this much higher, by design of the kernel's counters */
    uint64_t checks, checked_bytes; /* how often the counters were compared with a count of the pages; the largest difference */
    uint64_t measure_ns, setup_ns, shim_bytes;
    uint64_t calls, measured, coarse_calls;
    uint64_t lost_sites, lost_phases, lost_modules, lost_requests, lost_objects, lost_nested;
    uint64_t unrecorded; /* calls passed on without a record */
    uint32_t cost_flags; /* MW_COST_* */
    struct mw_model_heap heap;

    bool has_details; /* has all sites, phases, spikes and ticks. Else, in a large job, only those sites and phases that the
                   fields above point at, and enclosing phases; these sites have no frames. */
    struct mw_model_site *sites;
    struct mw_model_phase *phases;
    struct mw_model_objects objects[MW_OBJECT_KINDS]; /* those that it created, by kind */
    uint32_t object_count;
    struct mw_model_spike *spikes; /* largest first */
    struct mw_tick *ticks;         /* slices of tick_ns from created_ns */
    uint32_t site_count, phase_count, spike_count, tick_count;
    uint64_t tick_ns;
    const struct mw_model_place **frames; /* storage of the frames of sites and spikes */
};

/* Where memory rose in one call site or phase, in the rank where it rose most: by what came and went or what stayed, whichever is
 * more. Made by collector/model/rises.h. */
struct mw_model_rise {
    uint32_t rank;     /* rank index; or none: nothing rose */
    const char *phase; /* path of the user's phase around it; "" none */
    /* What came and went in one call, or in one visit of the phase: the most; 0: nothing. An estimate if the phase was visited
     * several times, since not all ends of its visits are known. */
    struct mw_model_bytes passed;
    int64_t stayed;    /* RSS at the end minus RSS at the beginning, over all measured calls or visits */
    uint64_t peak_rss; /* highest RSS there */
    uint64_t at_ns;    /* when it was highest or, if nothing came and went, when it began first */
    uint64_t times;    /* calls, or visits */
};

/* One call site over all ranks: same call, communicator size and label of the place. */
struct mw_model_merged_site {
    const char *call;
    const char *label;
    uint32_t comm_size;
    const struct mw_model_place *place;
    uint32_t ranks;
    uint64_t calls, measured, sent, received;
    uint64_t first_ns;
    struct mw_model_spread time;
    struct mw_model_spread_change growth;
    uint64_t spike;        /* largest rise of one call, exact; 0 if none */
    uint32_t spike_rank;   /* rank index */
    uint32_t spike_site;   /* in that rank's sites */
    uint32_t spike_record; /* in that rank's spikes: the stack; or none */
    uint64_t spike_ns, spike_visit, spike_entry_rss;
    uint32_t spike_ranks;  /* ranks whose largest rise is at least half of it */
    uint64_t coarse_spike; /* largest rise of an interval with calls of this site in it: an upper bound; 0 if none */
    uint32_t coarse_rank;
    enum mw_object_kind object; /* what it creates; the next ones are 0 if it creates nothing */
    uint64_t created, freed;    /* over all ranks */
    uint64_t left_max;          /* created and not freed, the most in one rank */
    uint32_t left_rank;         /* which one; or none */
    uint32_t growing_ranks;     /* in so many ranks it left more and more: collector/model/objects.h */
    struct mw_model_rise rise;
};

/* Whether a phase is named by two calls: between them, or a run of messages from the one to the other. */
static inline bool mw_model_is_of_calls(enum mw_phase_kind kind)
{
    return kind == MW_PHASE_BETWEEN || kind == MW_PHASE_EXCHANGE;
}

/* One phase over all ranks. Parents precede their children; siblings are in order of time. */
struct mw_model_merged_phase {
    enum mw_phase_kind kind;
    uint32_t parent; /* in model->phases */
    uint32_t depth;  /* parents above it */
    const char *name, *path;
    const char *from_call, *to_call; /* the calls around it, of an exchange its first and last; NULL: none */
    const struct mw_model_place *from_place, *to_place;
    uint32_t ranks;
    uint64_t visits, visits_max; /* over all ranks; of one rank */
    uint64_t measured;           /* number of visits over all ranks with both ends measured */
    uint64_t first_ns, last_ns;
    struct mw_model_spread time, entry_rss, exit_rss, peak;
    enum mw_model_kind peak_kind; /* of the maximum */
    struct mw_model_spread_change growth;
    int64_t growth_mpi;
    struct mw_model_rise rise; /* only of a phase of calls */
};

#endif
