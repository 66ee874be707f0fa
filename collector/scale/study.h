/* SPDX-License-Identifier: MIT */
/* Runs of one program on different numbers of ranks n, and with different values of one parameter s: what they measured,
 * how it depends on n and s, and what follows for other ones. All bytes; everything belongs to the study. */
#ifndef MW_COLLECTOR_SCALE_STUDY_H
#define MW_COLLECTOR_SCALE_STUDY_H

#include "collector/model/model.h"
#include "collector/scale/fit.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One run that went well. */
struct mw_study_run {
    char *name;       /* of its record */
    double n, s;      /* s is 1 without a parameter */
    uint64_t rank;    /* peak of the fullest rank, */
    uint64_t rank_mpi; /* and what MPI_Init made that rank grow by; 0 unknown */
    uint64_t rank_0, others; /* peaks of rank 0, and of the fullest of all others; 0: there is none */
    uint64_t mpi;     /* MPI's own share: what MPI_Init made a rank grow by, where that is most; 0 unknown */
    uint64_t job;     /* at most, all processes together; 0 unknown */
    uint64_t error;   /* peaks of ranks may be this much higher */
    bool exact;       /* all peaks of ranks are the kernel's own marks */
};

enum mw_study_group {
    MW_STUDY_RANK,  /* peaks of ranks by their role */
    MW_STUDY_MPI,   /* MPI's own share */
    MW_STUDY_PHASE, /* peaks of a phase, in the rank where it is highest */
    MW_STUDY_SITE,  /* peaks inside a call */
    MW_STUDY_RISE,  /* how far memory rises inside a call: no level of its own, for the reader */
    MW_STUDY_GROUPS
};

/* One thing that was measured in several runs. */
struct mw_study_series {
    enum mw_study_group group;
    char *name;        /* "fullest rank", "fft", "MPI_Alltoallv transpose.c:61" */
    double *bytes;     /* by run; NAN: that run did not have it */
    double *mpi;       /* MPI's own share of it, by run */
    size_t count;      /* of runs that have it */
    bool detail;       /* a stretch between two calls, where the program names its phases */
    bool is_split;     /* modelled as the program's share and MPI's own, one by one */
    struct mw_fit fit; /* of the program's share, or of all */
    struct mw_fit mpi_fit; /* where is_split */
    const struct mw_study_series *follows; /* an earlier phase, or role, ... that had the same memory in each run, and whose model this one has; NULL none */
    size_t followers;  /* series that follow this one */
};

struct mw_study {
    char *command;     /* with {n} and {NAME} where that is known; otherwise of the first run */
    char *param;       /* the name of s; NULL: no parameter was varied */
    struct mw_study_run *runs; /* by s, then n */
    struct mw_study_series *series; /* by group; the order of the program's own within */
    size_t run_count, series_count;
    const struct mw_lapack *lapack; /* NULL: no models */
    char why[200];     /* there are no models; "" there are */
};

struct mw_study *mw_study_create(void);
void mw_study_destroy(struct mw_study *study);

/* Takes one run; nothing of the model is kept. Returns -1 with a line in err when it is of no use here. */
int mw_study_add_run(struct mw_study *study, const struct mw_model *model, const char *name, double s, struct mw_err *err);

/* Once, after the last run: puts them in order and makes the models. */
void mw_study_judge(struct mw_study *study);

/* The one with this name; NULL when there is none. */
const struct mw_study_series *mw_study_find(const struct mw_study *study, enum mw_study_group group, const char *name);

/* Marks the series that follow others (study_fold.c): one cause, one row. */
void mw_study_fold(struct mw_study *study);

/* Could it matter? Roles of ranks, and those phases and calls that are no small part of the fullest rank somewhere. */
bool mw_study_is_notable(const struct mw_study *study, const struct mw_study_series *series);

/* Is there a prediction of it for this place, and why not? (study_reach.c) */
enum mw_fit_reach mw_study_reach(const struct mw_study *study, const struct mw_study_series *series, double n, double s);

/* The same without a look at the band, which takes longer. */
bool mw_study_reaches(const struct mw_study_series *series, double n, double s);

/* Why there is none, in words. Returns text. */
const char *mw_study_why_not(char *text, size_t size, const struct mw_study *study, const struct mw_study_series *series,
                             enum mw_fit_reach reach, double n, double s);

/* Only where mw_study_reaches(). */
struct mw_fit_band mw_study_predict(const struct mw_study *study, const struct mw_study_series *series, double n, double s);

/* How far each run is from what the others predict, as a share of it; only of a GOOD one. */
double mw_study_off(const struct mw_study_series *series);

/* In words: the formula (without MPI's own share, which comes on top where is_split), or why there is none. Returns text. */
const char *mw_study_formula(char *text, size_t size, const struct mw_study *study, const struct mw_study_series *series);

/* ---- how the runs relate ---- */

enum mw_study_scaling {
    MW_STUDY_NONE,   /* no two runs that tell */
    MW_STUDY_STRONG, /* the same problem on more ranks */
    MW_STUDY_WEAK    /* as much of the problem for each rank */
};

/* Median over the runs of one place. */
struct mw_study_place {
    double n, s;
    size_t runs;
    double rank, rank_0, others, mpi, job; /* medians; NAN unknown */
    double spread; /* of `rank`: largest minus smallest */
    bool exact;
    double program; /* rank without MPI's own */
};

/* The places, by s and n. Returns how many; `places` has room for run_count. */
size_t mw_study_places(const struct mw_study *study, struct mw_study_place *places);

/* The runs with the same s (STRONG) or s/n (WEAK) as the first of `places`: from the smallest to the largest n, how the
 * program's memory for each rank changed. */
struct mw_study_trend {
    enum mw_study_scaling scaling;
    double s;             /* of strong ones; of weak ones s/n */
    double n_from, n_to;
    double from, to;      /* program's share of the fullest rank, bytes */
    double divided;       /* strong: which part of `from` divides among the ranks, 0 to 1 */
};

/* Returns how many; `trends` has room for 2 * run_count. */
size_t mw_study_trends(const struct mw_study *study, struct mw_study_trend *trends);

#endif
