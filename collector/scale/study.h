/* SPDX-License-Identifier: MIT */
/* Runs of one program on different numbers of ranks n, and with different values of one parameter s: measurements, their
 * dependence on n and s, and predictions for other values. All values are bytes; the study owns everything. */
#ifndef MW_COLLECTOR_SCALE_STUDY_H
#define MW_COLLECTOR_SCALE_STUDY_H

#include "collector/model/model.h"
#include "collector/scale/fit.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One successful run. */
struct mw_study_run {
    char *name;              /* of its record */
    double n, s;             /* s is 1 without a parameter */
    uint64_t rank;           /* peak of the fullest rank, */
    uint64_t rank_mpi;       /* and what MPI_Init made that rank grow by; 0 unknown */
    uint64_t rank_0, others; /* peaks of rank 0, and of the fullest of all others; 0 if none */
    uint64_t mpi;            /* what MPI_Init made a rank grow by, where that is most; 0 unknown */
    uint64_t job;            /* upper bound of all processes together; 0 unknown */
    uint64_t error;          /* peaks of ranks may be this much higher */
    bool exact;              /* all peaks of ranks are the kernel's own marks */
    bool has_lines;          /* the lines that held memory at the peaks are known */
};

enum mw_study_group {
    MW_STUDY_RANK,      /* peaks of ranks by their role */
    MW_STUDY_MPI,       /* growth in MPI_Init */
    MW_STUDY_PHASE,     /* peaks of a phase, in the rank where it is highest */
    MW_STUDY_SITE,      /* peaks inside a call */
    MW_STUDY_RISE,      /* rise of memory inside a call: information, not a level */
    MW_STUDY_LINE,      /* what a line that allocated held at the peak of a rank, in the rank where that is most; */
    MW_STUDY_LINE_MEAN, /* mean over all ranks, each at its own peak */
    MW_STUDY_GROUPS
};

/* A line that allocated: of the program, or a library of MPI. */
struct mw_study_line {
    char *label;           /* "fft.c:87", "libucp" */
    char *function, *file; /* "" unknown */
    uint32_t number;       /* 0 unknown */
    bool is_mpi;
};

/* One quantity that was measured in several runs. */
struct mw_study_series {
    enum mw_study_group group;
    char *name;                            /* "fullest rank", "fft", "MPI_Alltoallv transpose.c:61" */
    double *bytes;                         /* by run; NAN if that run does not have it */
    double *mpi;                           /* of it what MPI_Init took, by run */
    double *errors;                        /* by run; lines: standard deviation, 0 if exact; else NULL */
    struct mw_study_line *line;            /* NULL unless it is one */
    size_t count;                          /* number of runs that have it */
    bool detail;                           /* a phase between two calls, if the program has user phases */
    bool is_split;                         /* the program's share and MPI_Init's have separate models */
    struct mw_fit fit;                     /* of the program's share, or of the sum */
    struct mw_fit mpi_fit;                 /* if is_split */
    const struct mw_study_series *follows; /* an earlier series with the same memory in each run, whose model this one uses */
    size_t followers;                      /* number of series that follow this one */
};

struct mw_study {
    char *command;                  /* with {n} and {NAME} if known; else of the first run */
    char *param;                    /* the name of s; NULL if no parameter was varied */
    struct mw_study_run *runs;      /* by s, then n */
    struct mw_study_series *series; /* by group, then in the program's order */
    size_t run_count, series_count;
    struct mw_map *line_keys;       /* names of lines, until mw_study_judge() */
    size_t small_lines;             /* number of lines without a series, since they stay small */
    const struct mw_lapack *lapack; /* NULL without models */
    char why[200];                  /* why there are no models; "" if there are */
};

struct mw_study *mw_study_create(void);
void mw_study_destroy(struct mw_study *study);

/* Adds a run. Keeps no reference to the model. Returns -1 with a line in err if the run cannot be used. */
int mw_study_add_run(struct mw_study *study, const struct mw_model *model, const char *name, double s, struct mw_err *err);

/* Sorts the runs and makes the models. Call once, after the last run. */
void mw_study_judge(struct mw_study *study);

/* The series with this name; NULL if there is none. */
const struct mw_study_series *mw_study_find(const struct mw_study *study, enum mw_study_group group, const char *name);

/* A new series, without values for the runs so far. Makes room for the last run: in each new series, and for each new run. */
struct mw_study_series *mw_study_add_series(struct mw_study *study, enum mw_study_group group, const char *name);
void mw_study_make_room(struct mw_study *study, struct mw_study_series *series);

/* Frees what it owns. */
void mw_study_drop_series(struct mw_study_series *series);

/* Marks the series that follow others (study_fold.c): one row per cause. */
void mw_study_fold(struct mw_study *study);

/* ---- lines: study_lines.c ---- */

/* Adds the lines of the last run. */
void mw_study_lines_take(struct mw_study *study, const struct mw_model *model);

/* Removes the lines that are small in each run; before the models. */
void mw_study_lines_choose(struct mw_study *study);

/* Refuses a model of a line that is not in the largest runs; after the models. */
void mw_study_lines_check(struct mw_study *study, struct mw_study_series *series);

static inline bool mw_study_is_line(const struct mw_study_series *series)
{
    return series->group == MW_STUDY_LINE || series->group == MW_STUDY_LINE_MEAN;
}

/* The expected noise of a line. */
struct mw_fit_noise mw_study_lines_noise(const struct mw_study_series *series);

/* Number of runs with lines, but without an entry of this one: it held less there than the smallest lines that a record
 * keeps. */
size_t mw_study_lines_missing(const struct mw_study *study, const struct mw_study_series *series);

/* A line at the place of a prediction. */
struct mw_study_line_at {
    const struct mw_study_series *series; /* MW_STUDY_LINE */
    enum mw_fit_reach reach;
    struct mw_fit_band band; /* if MW_FIT_REACHED */
    double size;             /* band.bytes, or what the largest run with an entry has */
    bool is_large;           /* a significant part of the fullest rank, there or in a run */
};

/* All of them, the largest first. Without a prediction (`asked` is false), reach is MW_FIT_NO_MODEL. Sets *count. The caller
 * frees it. */
struct mw_study_line_at *mw_study_lines_at(const struct mw_study *study, bool asked, double n, double s, size_t *count);

/* ---- all series ---- */

/* Whether it is shown by default: roles of ranks, and phases and calls that are a significant part of the fullest rank
 * somewhere. */
bool mw_study_is_notable(const struct mw_study *study, const struct mw_study_series *series);

/* Whether there is a prediction of it for this place, or why not. (study_reach.c) */
enum mw_fit_reach mw_study_reach(const struct mw_study *study, const struct mw_study_series *series, double n, double s);

/* The same without computing the band, which is slower. */
bool mw_study_reaches(const struct mw_study_series *series, double n, double s);

/* The reason why there is none, as text. Returns text. */
const char *mw_study_why_not(char *text, size_t size, const struct mw_study *study, const struct mw_study_series *series,
                             enum mw_fit_reach reach, double n, double s);

/* Only if mw_study_reaches(). */
struct mw_fit_band mw_study_predict(const struct mw_study *study, const struct mw_study_series *series, double n, double s);

/* Deviation of each run from the prediction of the others, as a share of it; only for a GOOD fit. */
double mw_study_off(const struct mw_study_series *series);

/* As text: the formula (without MPI_Init's share, which is added if is_split), or why there is none. Returns text. */
const char *mw_study_formula(char *text, size_t size, const struct mw_study *study, const struct mw_study_series *series);

/* ---- how the runs relate ---- */

enum mw_study_scaling {
    MW_STUDY_NONE,   /* no two comparable runs */
    MW_STUDY_STRONG, /* the same problem on more ranks */
    MW_STUDY_WEAK    /* the same problem size per rank */
};

/* Median over the runs of one place. */
struct mw_study_place {
    double n, s;
    size_t runs;
    double rank, rank_0, others, mpi, job; /* medians; NAN unknown */
    double spread;                         /* of `rank`: largest minus smallest */
    bool exact;
    double program; /* rank without what MPI_Init took */
};

/* The places, sorted by s and n. Returns their number; `places` has space for run_count. */
size_t mw_study_places(const struct mw_study *study, struct mw_study_place *places);

/* The runs with the same s (STRONG) or s/n (WEAK) as the first of `places`: from the smallest to the largest n, how the
 * program's memory for each rank changed. */
struct mw_study_trend {
    enum mw_study_scaling scaling;
    double s; /* of strong ones; of weak ones s/n */
    double n_from, n_to;
    double from, to; /* program's share of the fullest rank, bytes */
    double divided;  /* strong: the part of `from` that is divided among the ranks, 0 to 1 */
};

/* Returns their number; `trends` has space for 2 * run_count. */
size_t mw_study_trends(const struct mw_study *study, struct mw_study_trend *trends);

#endif
