/* SPDX-License-Identifier: MIT */
/* What the sections of the terminal report share. Not for other files. */
#ifndef MW_COLLECTOR_REPORT_TEXT_PARTS_H
#define MW_COLLECTOR_REPORT_TEXT_PARTS_H

#include "collector/base/text_table.h"
#include "collector/base/units.h"
#include "collector/report/lines/words.h"
#include "collector/report/report.h"

/* With more ranks than this only the extremes and quantiles are listed. */
#define MW_REPORT_TEXT_RANKS 16
#define MW_REPORT_TEXT_TOP 5
#define MW_REPORT_TEXT_BOTTOM 2
/* Rows of the tables of phases, call sites and processes. */
#define MW_REPORT_TEXT_ROWS 20
/* Rows of any table with --all, and named phases without: a report of 100,000 ranks is still to be read by somebody. */
#define MW_REPORT_TEXT_ALL 4096
#define MW_REPORT_TEXT_NAMED 256

struct mw_report {
    FILE *out;
    const struct mw_model *model;
    const struct mw_report_style *style;
    int width;
    bool color;
};

/* With --all as many rows as any table may have, otherwise `rows`. */
size_t mw_report_rows(const struct mw_report *report, size_t rows);
/* Tells of what a table leaves out: "12 more call sites: --all lists them"; of `count` 0 nothing. */
void mw_report_left_out(const struct mw_report *report, size_t count, const char *one, const char *many);
/* A heading, with what there is to say at a glance. */
void mw_report_heading(const struct mw_report *report, const char *title, const char *remark);
/* A paragraph, broken at spaces: `first` before its first line, as many spaces before the others. */
void mw_report_paragraph(const struct mw_report *report, const char *first, enum mw_text_style style,
                         const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The sections, in the order of the report. Each writes nothing when it has nothing to say. */
void mw_report_text_job(const struct mw_report *report);
void mw_report_text_deaths(const struct mw_report *report);
void mw_report_text_peak(const struct mw_report *report);
void mw_report_text_hosts(const struct mw_report *report);
void mw_report_text_no_ranks(const struct mw_report *report);
void mw_report_text_ranks(const struct mw_report *report);
void mw_report_text_waterfall(const struct mw_report *report);
void mw_report_text_phases(const struct mw_report *report);
void mw_report_text_in_mpi(const struct mw_report *report);
void mw_report_text_sites(const struct mw_report *report);
void mw_report_text_processes(const struct mw_report *report);
void mw_report_text_notes(const struct mw_report *report);

/* All of them but the first, of one job. */
void mw_report_text_sections(const struct mw_report *report);
/* The same of a run with several jobs: of the run, then of each job. */
void mw_report_text_jobs(const struct mw_report *report);

#endif
