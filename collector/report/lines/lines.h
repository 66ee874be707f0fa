/* SPDX-License-Identifier: MIT */
/* What there is to say about a run in sentences: lines of text without any layout, which the terminal report indents and breaks
 * and the web page makes elements of. */
#ifndef MW_COLLECTOR_REPORT_LINES_LINES_H
#define MW_COLLECTOR_REPORT_LINES_LINES_H

#include "collector/base/units.h"
#include "collector/model/model.h"

enum mw_line_kind {
    MW_LINE_PLAIN,
    MW_LINE_ALARM, /* something died, or a limit was reached */
    MW_LINE_WARN,
    MW_LINE_ASIDE, /* detail, and what was left out */
    MW_LINE_KINDS
};

struct mw_line {
    int level; /* 0; 1: detail of the last line of level 0 */
    enum mw_line_kind kind;
    bool has_value;
    struct mw_model_bytes value; /* the number that the text is about */
    const char *label;           /* what the text is about; "" nothing */
    char *text;                  /* clean (collector/base/text.h) */
};

struct mw_lines {
    const struct mw_model *model;
    struct mw_line *items;
    size_t count;
};

/* Adds a line of at most 1,099 bytes; what is longer is cut. */
void mw_lines_add(struct mw_lines *lines, int level, enum mw_line_kind kind, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Of the line that was added last. `label` is not copied. */
void mw_lines_value(struct mw_lines *lines, struct mw_model_bytes value);
void mw_lines_label(struct mw_lines *lines, const char *label);
/* Leaves them empty, with the same model. */
void mw_lines_free(struct mw_lines *lines);

/* Each adds what it has to say about the model, which may be nothing. */
void mw_lines_job(struct mw_lines *lines);      /* how it ended, ranks, library, samples */
void mw_lines_deaths(struct mw_lines *lines);   /* the post-mortem */
void mw_lines_peak(struct mw_lines *lines);     /* the job's peak in three numbers, headroom, memwatch's cost */
void mw_lines_headroom(struct mw_lines *lines); /* the part of these about the limit of which the least was left */
void mw_lines_no_ranks(struct mw_lines *lines); /* why a job has none */
void mw_lines_in_mpi(struct mw_lines *lines);   /* what grew inside MPI calls without being known to be MPI's */

/* For the post-mortem: that a rank, or a process, was near its ulimit. MW_MODEL_NONE: none. */
void mw_lines_ulimits(struct mw_lines *lines, uint32_t rank, uint32_t process);

/* "ended with status 0 after 1.20 s" */
void mw_lines_end(char *text, size_t size, const struct mw_model *model);
/* What is known of MPI's own memory. */
void mw_lines_mpi_own(char *text, size_t size, const struct mw_model *model);
/* Whose limit the headroom is of: "the memory of the node", "ulimit -v (address space) of rank 3"; "" when none is known. */
void mw_lines_limit(char *text, size_t size, const struct mw_model *model);

#endif
