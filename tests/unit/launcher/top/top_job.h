/* SPDX-License-Identifier: MIT */
/* A job that runs, for tests of memwatch top: its run directory, and what top reads and draws of it. */
#ifndef MW_TESTS_TOP_JOB_H
#define MW_TESTS_TOP_JOB_H

#include "launcher/top/data.h"
#include "launcher/top/picture.h"
#include "tests/unit/synthetic.h"

#include <stdbool.h>
#include <stdint.h>

#define TOP_JOB_RANKS 4
#define TOP_JOB_NOW (SYNTHETIC_BEGIN + 3000 * MS)

struct top_job {
    struct synthetic_dir dir;
    struct mw_journal journals[TOP_JOB_RANKS];
    struct mw_view view;
    struct mw_top_data data;
};

/* Makes the run directory. */
void top_job_begin(struct top_job *job);

/* The rank's newest sample, to be written: process `rank` + 2 of the view. At first 10 MiB, 20 MiB, ... that grow by 1 MiB a
 * second for each. */
void top_job_sample(struct top_job *job, int rank, uint64_t rss);

/* Reads the directory for the first time. */
void top_job_open(struct top_job *job);

/* Writes the changes, and reads them. */
void top_job_look(struct top_job *job);

void top_job_finish(struct top_job *job);

const struct mw_top_member *top_job_member(const struct top_job *job, int rank);

/* The screen as one text, which the caller frees. */
char *top_job_draw(const struct top_job *job, struct mw_top_choice *choice, int width, int height, bool ascii);

/* Fails unless the screen contains `what`. */
void top_job_expect(const struct top_job *job, struct mw_top_choice *choice, const char *what);

#endif
