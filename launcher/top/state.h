/* SPDX-License-Identifier: MIT */
/* What `memwatch top` knows of a job. Bytes; times are CLOCK_MONOTONIC of the launcher's host; strings are clean
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
    int32_t rank;          /* -1: MPI_Init has not returned */
    int32_t pid;
    uint32_t world, host;  /* in data->worlds, data->hosts */
    uint64_t start_ticks;
    enum mw_top_end end;
    char how[64];          /* it ended: "killed by SIGKILL"; "" while it lives */
    uint64_t ended_ns;     /* when its end was noticed; 0 unknown */
    uint64_t rss, rss_ns;  /* newest reading: a sample, or that at an MPI call */
    uint64_t peak;
    bool unmeasured;       /* it has entered a sandbox, say: what it had since then was only sampled */
    bool peak_exact;       /* it has ended and left its own; otherwise `peak` is at least that */
    int64_t growth;        /* of the last seconds, bytes per second */
    bool growth_known;
    enum mw_stage stage;
    bool in_call;          /* it is inside of `call`; otherwise it has left it */
    char call[40];         /* of processes: the program. "" none */
    char phase[64];        /* innermost named one; "" none */
    uint64_t since_ns;     /* when the call was entered or left; 0 unknown */
    /* for top_data itself */
    char *journal;         /* file name */
    uint32_t site, phase_index; /* plus one, that call and phase are of */
    uint32_t process;      /* in its host's view, or MW_TOP_NONE */
    struct mw_view_rss recent[MW_VIEW_RECENT]; /* oldest first */
    uint32_t recent_count;
    bool done;
};

struct mw_top_host {
    char name[64];
    bool is_sampled, is_launcher, is_here;
    uint32_t ranks;         /* that live */
    uint32_t others;        /* processes that live and are no ranks */
    uint64_t now, others_rss; /* sum of RSS in the last sample; without a sampler that of its ranks */
    uint64_t highest;       /* largest such sum, at least */
    uint64_t free, limit;   /* what is left of the tighter limit, and that; 0 unknown (free: by `kind`) */
    enum mw_limit_kind kind;
    int32_t free_pid;       /* of the process, for a limit of one process; else 0 */
    uint64_t seen_ns;       /* of the last sample */
    /* for top_data itself */
    uint64_t node_bytes;
    int fd;                 /* of its view; -1 none */
    struct mw_view view;
};

struct mw_top_world {
    uint64_t id, begin_ns; /* of its first rank's journal, on that one's host */
    uint32_t number;       /* from 1, by time */
    bool spawned;          /* by another world, of the same job */
    uint32_t job;          /* from 1, by time */
    uint32_t live;         /* ranks */
};

struct mw_top_data {
    char command[1024];
    bool over;              /* nothing will change any more */
    bool orphaned;          /* memwatch was killed: samples are old */
    char ended[96];         /* how; "" while it runs, or unknown */
    uint64_t begin_ns, now; /* now: of the last look, or when it ended */
    uint64_t rss, highest;  /* of the job: sums of RSS; highest at least */
    int64_t growth;         /* of all members, bytes per second */
    struct mw_top_member *members;
    struct mw_top_host *hosts;
    struct mw_top_world *worlds;
    size_t member_count, host_count, world_count;
    uint32_t job_count;     /* MPI jobs that the command has started; 0: no rank yet */
    uint32_t ranks;         /* members that are ranks */
    uint32_t unread;        /* files that could not be read in the last look */
    struct mw_err trouble;  /* why the first of them */
    /* for top_data itself */
    int dirfd;
    struct mw_alive alive;
    struct mw_map *journals;
};

#endif
