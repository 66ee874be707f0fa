/* SPDX-License-Identifier: MIT */
/* Shared parts of the sections of the terminal report. Internal. */
#ifndef MW_COLLECTOR_REPORT_TEXT_PARTS_H
#define MW_COLLECTOR_REPORT_TEXT_PARTS_H

#include "collector/base/text_table.h"
#include "collector/base/units.h"
#include "collector/report/lines/words.h"
#include "collector/report/report.h"

/* With more ranks only the extremes and quantiles are listed. */
#define MW_REPORT_TEXT_RANKS 16
#define MW_REPORT_TEXT_TOP 5
#define MW_REPORT_TEXT_BOTTOM 2
/* Rows of the tables of phases, call sites and processes. */
#define MW_REPORT_TEXT_ROWS 20
/* Maximum rows of any table with --all, and of user phases without it: a report of 100,000 ranks must stay readable. */
#define MW_REPORT_TEXT_ALL 4096
#define MW_REPORT_TEXT_NAMED 256

struct mw_report {
    FILE *out;
    const struct mw_model *model;
    const struct mw_report_style *style;
    int width;
    bool color;
};

/* The maximum number of rows of a table: `rows`, or more with --all. */
size_t mw_report_rows(const struct mw_report *report, size_t rows);
/* Writes what a table leaves out: "12 more call sites: --all lists them"; nothing if `count` is 0. */
void mw_report_left_out(const struct mw_report *report, size_t count, const char *one, const char *many);
/* "63 %", "< 1 %"; "" if there is nothing. */
struct mw_units mw_report_share(int64_t bytes, uint64_t all);
/* A cell with an error: "± 12 KiB"; empty if it is 0. */
void mw_report_add_error(struct mw_text_table *table, uint64_t error);
/* A heading with a summary. */
void mw_report_heading(const struct mw_report *report, const char *title, const char *remark);
/* A paragraph, broken at spaces: `first` before the first line, the same width in spaces before the others. */
void mw_report_paragraph(const struct mw_report *report, const char *first, enum mw_text_style style, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Adds "fft_step fft.c:210" to a stack; only ":210" if the file is that of the frame before. `width`: columns of the function's
 * name, which is then shortened; 0: any. */
void mw_report_append_frame(char *text, size_t size, const struct mw_model_place *place, const struct mw_model_place *before,
                            int width);

/* The sections, in the order of the report. A section without content writes nothing. */
void mw_report_text_job(const struct mw_report *report);
void mw_report_text_verdict(const struct mw_report *report);
void mw_report_text_deaths(const struct mw_report *report);
void mw_report_text_peak(const struct mw_report *report);
void mw_report_text_hosts(const struct mw_report *report);
void mw_report_text_no_ranks(const struct mw_report *report);
void mw_report_text_ranks(const struct mw_report *report);
void mw_report_text_waterfall(const struct mw_report *report);
void mw_report_text_heap(const struct mw_report *report);
void mw_report_text_rises(const struct mw_report *report);
void mw_report_text_phases(const struct mw_report *report);
void mw_report_text_phase_lines(const struct mw_report *report);
void mw_report_text_in_mpi(const struct mw_report *report);
void mw_report_text_sites(const struct mw_report *report);
void mw_report_text_objects(const struct mw_report *report);
void mw_report_text_processes(const struct mw_report *report);
void mw_report_text_notes(const struct mw_report *report);

/* Whether mw_report_text_heap() writes a table of what this rank held at its peak. */
bool mw_report_text_heap_has(const struct mw_report *report, uint32_t rank);

/* All sections of one job except the first. */
void mw_report_text_sections(const struct mw_report *report);
/* The same for a run with several jobs: of the run, then of each job. */
void mw_report_text_jobs(const struct mw_report *report);

#endif
