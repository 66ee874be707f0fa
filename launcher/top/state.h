/* SPDX-License-Identifier: MIT */
/* The state of a job in `memwatch top`. Bytes; times are CLOCK_MONOTONIC of the launcher's host; strings are clean
 * (mw_text_clean). */
#ifndef MW_LAUNCHER_TOP_STATE_H
#define MW_LAUNCHER_TOP_STATE_H

#include "collector/base/err.h"
#include "collector/base/map.h"
#include "collector/journal/alive.h"
#include "collector/journal/record.h"
#include "collector/view/view.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MW_TOP_NONE UINT32_MAX

enum mw_top_end { MW_TOP_LIVES, MW_TOP_ENDED, MW_TOP_DIED };

/* A rank; in a job without any, a process. */
struct mw_top_member {
    bool is_rank;
    int32_t rank; /* -1: MPI_Init has not returned */
    int32_t pid;
    uint32_t world, host; /* indexes in data->worlds, data->hosts */
    uint64_t start_ticks;
    enum mw_top_end end;
    char how[64];         /* how it ended: "killed by SIGKILL"; "" while it is running */
    uint64_t ended_ns;    /* when its end was noticed; 0: unknown */
    uint64_t rss, rss_ns; /* latest reading: from a sample, or at an MPI call */
    uint64_t peak;
    bool unmeasured; /* sampled only since some time, for example since it entered a sandbox */
    bool peak_exact; /* `peak` is exact: it has ended and left its peak; if false, `peak` is a lower bound */
    int64_t growth;  /* over the last seconds, bytes per second */
    bool growth_known;
    enum mw_stage stage;
    bool in_call;      /* it is in `call`; if false, it has left it */
    char call[40];     /* of processes: the program. "": none */
    char phase[64];    /* innermost named phase; "": none */
    uint64_t since_ns; /* when the call was entered or left; 0: unknown */
    /* private to top_data */
    char *journal;                             /* file name */
    uint32_t site, phase_index;                /* plus one, of that call and phase */
    uint32_t process;                          /* index in its host's view, or MW_TOP_NONE */
    struct mw_view_rss recent[MW_VIEW_RECENT]; /* oldest first */
    uint32_t recent_count;
    bool done;
};

struct mw_top_host {
    char name[64];
    bool is_sampled, is_launcher, is_here;
    uint32_t ranks;           /* running ranks */
    uint32_t others;          /* running processes that are not ranks */
    uint64_t now, others_rss; /* sum of RSS in the last sample; without a sampler, of its ranks */
    uint64_t highest;         /* lower bound of the largest such sum */
    uint64_t free, limit;     /* what is left of the tighter limit, and that limit; 0: unknown (free: see `kind`) */
    enum mw_limit_kind kind;
    int32_t free_pid; /* the process, for a limit of one process; else 0 */
    uint64_t seen_ns; /* time of the last sample */
    /* private to top_data */
    uint64_t node_bytes;
    int fd; /* of its view; -1: none */
    struct mw_view view;
};

struct mw_top_world {
    uint64_t id, begin_ns; /* of its first rank's journal; clock of that rank's host */
    uint32_t number;       /* from 1, by time */
    bool spawned;          /* by another world of the same job */
    uint32_t job;          /* from 1, by time */
    uint32_t live;         /* running ranks */
};

struct mw_top_data {
    char command[1024];
    bool over;              /* final state */
    bool orphaned;          /* memwatch was killed: samples are out of date */
    char ended[96];         /* how it ended; "": running, or unknown */
    uint64_t begin_ns, now; /* now: time of the last update, or end of the job */
    uint64_t rss, highest;  /* of the job: sums of RSS; highest is a lower bound */
    int64_t growth;         /* of all members, bytes per second */
    struct mw_top_member *members;
    struct mw_top_host *hosts;
    struct mw_top_world *worlds;
    size_t member_count, host_count, world_count;
    uint32_t job_count;  /* MPI jobs started by the command; 0: no rank yet */
    uint32_t ranks;      /* members that are ranks */
    uint32_t unread;     /* files that could not be read in the last update */
    struct mw_err error; /* of the first of them */
    /* private to top_data */
    int dirfd;
    struct mw_alive alive;
    struct mw_map *journals;
};

#endif
