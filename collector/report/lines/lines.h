/* SPDX-License-Identifier: MIT */
/* The sentences of a report: lines of text without layout. The terminal report indents and breaks them, the web page makes
 * elements of them. */
#ifndef MW_COLLECTOR_REPORT_LINES_LINES_H
#define MW_COLLECTOR_REPORT_LINES_LINES_H

#include "collector/base/units.h"
#include "collector/model/model.h"

enum mw_line_kind {
    MW_LINE_PLAIN,
    MW_LINE_ALARM, /* something died, or a limit was reached */
    MW_LINE_WARN,
    MW_LINE_ASIDE, /* details, and what was left out */
    MW_LINE_KINDS
};

struct mw_line {
    int level; /* 0; 1: detail of the last line of level 0 */
    enum mw_line_kind kind;
    bool has_value;
    struct mw_model_bytes value; /* the number that the text describes */
    const char *label;           /* the subject of the text; "" none */
    char *text;                  /* clean (collector/base/text.h) */
};

struct mw_lines {
    const struct mw_model *model;
    struct mw_line *items;
    size_t count;
};

/* Adds a line of at most 1,099 bytes; longer text is cut. */
void mw_lines_add(struct mw_lines *lines, int level, enum mw_line_kind kind, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* These set the value or label of the line that was added last. `label` is not copied. */
void mw_lines_value(struct mw_lines *lines, struct mw_model_bytes value);
void mw_lines_label(struct mw_lines *lines, const char *label);
/* The lines are empty afterwards, with the same model. */
void mw_lines_free(struct mw_lines *lines);

/* Each adds its lines about the model, which may be none. */
void mw_lines_job(struct mw_lines *lines);      /* how it ended, ranks, library, samples */
void mw_lines_deaths(struct mw_lines *lines);   /* the post-mortem */
void mw_lines_peak(struct mw_lines *lines);     /* the job's peak in three numbers, headroom, memwatch's cost */
void mw_lines_headroom(struct mw_lines *lines); /* the part of these about the limit with the least left */
void mw_lines_no_ranks(struct mw_lines *lines); /* why a job has none */
/* Why nothing is known of the memory of any rank of a run; NULL if something is. */
const char *mw_lines_heap_missing(const struct mw_model *model);
void mw_lines_heap_why(struct mw_lines *lines, uint32_t rank);  /* why it is not known, or not completely, whose memory it is */
void mw_lines_heap_kept(struct mw_lines *lines, uint32_t rank); /* if malloc keeps much that is free: what returns it */
void mw_lines_heap_held(struct mw_lines *lines, uint32_t rank, const char *who); /* the line with the most when it ended */
void mw_lines_heap_alone(struct mw_lines *lines); /* lines where one rank holds much more than the others */
void mw_lines_objects(struct mw_lines *lines);    /* MPI objects that were created again and again, and not freed */
void mw_lines_in_mpi(struct mw_lines *lines);     /* growth inside MPI calls that may not be MPI's */

/* For a rank or process that died: adds a line if its ulimit was near. MW_MODEL_NONE: none. */
void mw_lines_ulimits(struct mw_lines *lines, uint32_t rank, uint32_t process);

/* "ended with status 0 after 1.20 s" */
void mw_lines_end(char *text, size_t size, const struct mw_model *model);
/* One line about MPI's memory. */
void mw_lines_mpi_own(char *text, size_t size, const struct mw_model *model);
/* The name of the limit: "the memory of the node", "ulimit -v (address space) of rank 3"; "" if none is known. */
void mw_lines_limit(char *text, size_t size, const struct mw_model *model);
/* What it had left, in a sentence: "the memory of the node, 23.5 GiB, had at most 22.9 GiB left"; "" if no limit is known. Other words
 * than those of the headroom, which scripts look for. */
void mw_lines_fits(char *text, size_t size, const struct mw_model *model);

#endif
