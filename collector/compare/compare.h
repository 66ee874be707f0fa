/* SPDX-License-Identifier: MIT */
/* Compares runs before and after a change: what grew, where, and by how much, beyond noise.
 *
 * Each side has one or several runs. Of each measure (the peak of a phase, say) a side's value is the median of its runs,
 * and its spread the largest minus the smallest. A change counts if it is larger than each of these: the threshold, as a
 * share of the base; the spread of either side; the error of the readings. Sampled numbers are reported, but count only if
 * there is no better one.
 *
 * Lines that allocated (group "line") explain: how much the fullest rank of each, and the mean of ranks, held there at its
 * peak. They never count, since memory that moves from one line to another is no growth. Of estimates a change must be larger
 * than three times its standard deviation.
 */
#ifndef MW_COLLECTOR_COMPARE_COMPARE_H
#define MW_COLLECTOR_COMPARE_COMPARE_H

#include "collector/base/err.h"
#include "collector/findings/findings.h"
#include "collector/model/model.h"

#include <stdbool.h>

enum mw_compare_by { MW_COMPARE_BY_PHASE, MW_COMPARE_BY_RANK, MW_COMPARE_BY_SITE };
enum mw_compare_side { MW_COMPARE_BASE, MW_COMPARE_CANDIDATE, MW_COMPARE_SIDES };

enum mw_compare_verdict {
    MW_COMPARE_SAME,    /* no significant change */
    MW_COMPARE_GREW,    /* a regression */
    MW_COMPARE_FOLLOWS, /* higher only because another row of its kind grew: not a separate regression */
    MW_COMPARE_SHRANK,
    MW_COMPARE_NOISE,   /* beyond the threshold, but not beyond the spread or the reading error */
    MW_COMPARE_SAMPLED, /* beyond the threshold, but sampling may have missed it on the other side */
    MW_COMPARE_NEW,     /* only in the candidate */
    MW_COMPARE_GONE     /* only in the base */
};

/* Aliases of a place whose label has changed; the most reliable first. */
enum mw_compare_alias {
    MW_COMPARE_BY_ADDRESS,  /* object and offset: the label has more or less detail than before */
    MW_COMPARE_BY_FILE,     /* file and function: line numbers have changed */
    MW_COMPARE_BY_FUNCTION, /* function: the file is unknown on one side */
    MW_COMPARE_ALIASES
};

/* One measure on one side. */
struct mw_compare_values {
    int64_t *values; /* of the runs that have it, in ascending order after mw_compare_judge() */
    size_t count;
    int64_t median, spread;
    enum mw_model_kind kind; /* the least certain of them */
    uint64_t error;          /* largest error of the readings */
    char *where;             /* in the run with the largest value: "rank 3, in ..."; NULL unknown */
    int64_t where_value;
};

struct mw_compare_row {
    const char *group;                 /* "job", "phase", "rank", "site", "line" */
    char *name;                        /* "fft", "rank 3", "MPI_Allreduce fft.c:120" */
    const char *what;                  /* "peak", "rise inside a call": the measure */
    char *aliases[MW_COMPARE_ALIASES]; /* of its place, or of the places around a phase; NULL if none */
    char *function;                    /* there; NULL unknown */
    bool has_file;                     /* a source file is known there */
    bool informs;                      /* it never counts, because another row is more precise */
    bool explains;                     /* a line: it never counts; errors are standard deviations of estimates */
    char *file;                        /* in the candidate; NULL unknown */
    uint32_t line;
    struct mw_compare_values sides[MW_COMPARE_SIDES];
    struct mw_compare_values entries[MW_COMPARE_SIDES]; /* phases: RSS at their start */
    size_t order;                                       /* phases: order of time in the first run that had it */
    size_t followers;                                   /* rows that follow this one */
    int64_t change;                                     /* of the medians, if both sides have one */
    enum mw_compare_verdict verdict;
};

struct mw_compare {
    enum mw_compare_by by;
    double threshold;                 /* 0.05 */
    char *commands[MW_COMPARE_SIDES]; /* of the first run of each */
    size_t runs[MW_COMPARE_SIDES];
    size_t failed[MW_COMPARE_SIDES]; /* number of runs rejected by mw_compare_check() */
    size_t heaps[MW_COMPARE_SIDES];  /* number of runs whose lines are known */
    size_t ranks_min[MW_COMPARE_SIDES], ranks_max[MW_COMPARE_SIDES];
    struct mw_compare_row *rows; /* after mw_compare_judge(): the job's rows first, lines last, each by change, descending */
    size_t row_count;
    struct mw_map *keys;
};

struct mw_compare *mw_compare_create(enum mw_compare_by by, double threshold);
void mw_compare_destroy(struct mw_compare *compare);

/* Whether a run shows the memory that its program needs: it has ended with status 0, no rank died, and memwatch ran to the
 * end. Returns 0, or -1 with the reason in err. */
int mw_compare_check(const struct mw_model *model, struct mw_err *err);

/* Whether the sides are comparable: all runs have ranks, or none has. Returns 0, or -1 with the reason in err. */
int mw_compare_check_sides(const struct mw_compare *compare, struct mw_err *err);

/* Adds a run to a side. Keeps no reference to the model. */
void mw_compare_add_run(struct mw_compare *compare, enum mw_compare_side side, const struct mw_model *model);

/* Computes the verdicts. Call once, after the last run. */
void mw_compare_judge(struct mw_compare *compare);

/* Whether every run passed mw_compare_check() and the sides are comparable. Only then is "nothing grew" meaningful. */
bool mw_compare_is_sound(const struct mw_compare *compare);

/* The number of rows with this verdict, without lines; and of lines. */
size_t mw_compare_count(const struct mw_compare *compare, enum mw_compare_verdict verdict);
size_t mw_compare_count_lines(const struct mw_compare *compare, enum mw_compare_verdict verdict);

/* The error of a change: that of the readings; of a line, one standard deviation of the difference. */
uint64_t mw_compare_error(const struct mw_compare_row *row);

/* Adds a finding for each regression. If there is none: a MW_FINDING_PASSED, or a warning if failed runs were compared. */
void mw_compare_findings(const struct mw_compare *compare, struct mw_findings *findings);

/* ---- for compare.c, take.c, lines.c ---- */

/* The aliases of a place that is used by a call, or else ("held") allocates. */
void mw_compare_note_place(struct mw_compare_row *row, const char *what, const struct mw_model_place *place);

/* Finds rows of one side that are the same as one of the other side. */
void mw_compare_match(struct mw_compare *compare);

/* Completes lines: those that a run does not have held nothing there. Without lines on both sides there are none. */
void mw_compare_lines_complete(struct mw_compare *compare);

/* Adds the lines of a run. */
void mw_compare_lines_take(struct mw_compare *compare, enum mw_compare_side side, const struct mw_model *model);

/* Marks rows that grew only because others did. */
void mw_compare_fold(struct mw_compare *compare);

/* The row of a measure, created if needed. `group` and `what` are constants. */
struct mw_compare_row *mw_compare_row(struct mw_compare *compare, const char *group, const char *name, const char *what);

/* One run's value; `where` may be NULL. */
void mw_compare_add(struct mw_compare_values *values, int64_t value, enum mw_model_kind kind, uint64_t error,
                    const char *where);

#endif
