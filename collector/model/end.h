/* SPDX-License-Identifier: MIT */
/* How ranks ended, who waited for them, and what is missing. Part of collector/model/model.h, which says what indices, times
 * and strings are. */
#ifndef MW_COLLECTOR_MODEL_END_H
#define MW_COLLECTOR_MODEL_END_H

#include "collector/model/number.h"

#include <stdbool.h>

enum mw_model_note_kind {
    MW_MODEL_NOTE_LOST,  /* something is missing or was damaged */
    MW_MODEL_NOTE_REMARK /* information */
};

/* Why a process that may have been intended as a rank left no record. */
enum mw_model_why {
    MW_MODEL_WHY_UNKNOWN,
    MW_MODEL_WHY_STATIC,     /* statically linked */
    MW_MODEL_WHY_FOREIGN,    /* for another word size or machine */
    MW_MODEL_WHY_SECURE,     /* set-user-ID, or with capabilities */
    MW_MODEL_WHY_USER,       /* another user's process */
    MW_MODEL_WHY_OVERRIDDEN, /* LD_PRELOAD was overwritten */
    MW_MODEL_WHY_LOST,       /* LD_PRELOAD is not in its environment */
    MW_MODEL_WHY_NO_FILE,    /* the library is not visible to it */
    MW_MODEL_WHY_NO_DIR,     /* the run directory is not visible to it */
    MW_MODEL_WHY_REFUSED,    /* its loader did not load the library */
    MW_MODEL_WHY_NEW_ABI,    /* memwatch was not built for its MPI */
    MW_MODEL_WHY_FAILED,     /* it called MPI_Init, but could not be recorded */
    MW_MODEL_WHY_DLOPEN,     /* it looked up the functions of an MPI library by dlsym(), or called none */
    MW_MODEL_WHY_NO_INIT,    /* it has an MPI library, but called none of its functions */
    MW_MODEL_WHY_NO_MPI      /* it has no MPI library */
};

/* Processes of one program for which one reason was found. */
struct mw_model_unrecorded {
    enum mw_model_why why;
    uint64_t count;   /* of processes */
    const char *text; /* the reason and the evidence */
};

/* Maximum number of notes that are kept. */
#define MW_MODEL_NOTES_MAX 1000

struct mw_model_note {
    enum mw_model_note_kind kind;
    const char *text;
};

/* Cause of a rank's death. */
enum mw_model_cause {
    MW_MODEL_CAUSE_UNKNOWN,
    MW_MODEL_CAUSE_SIGNAL, /* `number` is the signal */
    MW_MODEL_CAUSE_OOM,    /* SIGKILL, just after the OOM kill counter of its control group had risen */
    MW_MODEL_CAUSE_ABORT,  /* MPI_Abort; `number` is its code */
    MW_MODEL_CAUSE_EXIT,   /* exit() without MPI_Finalize; `number` is the status, -1 if unknown */
    MW_MODEL_CAUSE_STATUS, /* after MPI_Finalize, with a status that is not 0 */
    MW_MODEL_CAUSE_HOST    /* its host was lost: it may still be running */
};

/* The irregular end of a rank, or of a process that was launched as one but never called MPI_Init. */
struct mw_model_death {
    uint32_t rank;       /* rank index, or none */
    uint32_t process;    /* in processes: its samples, or none */
    int32_t launch_rank; /* before MPI_Init has returned: rank by its launcher's variables; or -1 */
    enum mw_model_cause cause;
    int32_t number;
    uint32_t cgroup;           /* in its host's groups: the one with the OOM kill, or none */
    uint64_t ns;               /* when its end was noticed, or it was last known to run */
    bool exact;                /* noticed at once, from the kernel; else it died at some time after `ns` */
    uint64_t after_ns;         /* it was still running then */
    uint64_t order_ns;         /* comparable between ends on one host: the smaller one was first; 0 if unknown */
    bool finalized;            /* it had left MPI_Finalize */
    bool waiting;              /* it was inside an MPI call */
    bool perhaps_oom;          /* SIGKILL, possibly by the OOM killer, which killed a process at that time */
    bool inferred;             /* its end was not observed: the cause is derived from the command's exit status */
    bool dumped;               /* it wrote a core file: the fatal signal may have been long before its end */
    const char *text;          /* "killed by SIGSEGV (Segmentation fault)" */
    struct mw_model_bytes rss; /* when it was last seen */
    uint64_t rss_ns;           /* when that was */
};

/* Ranks that were inside the same call when the first rank died. */
struct mw_model_waiting {
    const char *label; /* of the call site */
    const char *ranks; /* "0, 2-7" */
    uint32_t count;
    bool first_too;    /* the first to die was in it as well */
    uint64_t since_ns; /* when the first of them entered it */
};

#endif
