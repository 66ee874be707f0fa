/* SPDX-License-Identifier: MIT */
/* Shared parts of the sections of the terminal report. Internal. */
#ifndef MW_COLLECTOR_REPORT_TEXT_PARTS_H
#define MW_COLLECTOR_REPORT_TEXT_PARTS_H

#include "collector/base/text_table.h"
#include "collector/base/units.h"
#include "collector/model/waterfall.h"
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
/* The smallest rise inside a call that is shown as a spike: smaller ones are noise of MPI's buffers. */
#define MW_REPORT_TEXT_SPIKE (1u << 20)

struct mw_report {
    FILE *out;
    const struct mw_model *model;
    const struct mw_report_style *style;
    int width;
    bool color;
};

/* "= 64.0 MiB", or "?" when unknown. */
struct mw_units mw_report_bytes(struct mw_model_bytes bytes);
/* "3", or "2.3" (world.rank) if there are several worlds; "-" for none. */
struct mw_units mw_report_rank(const struct mw_model *model, uint32_t rank);
/* A short name of a call: "fft.c:120 Alltoall". */
void mw_report_call(char *text, size_t size, const char *call, const struct mw_model_place *place);
/* Where a rank had its peak: "solve: fft.c:120 Alltoall". */
void mw_report_peak_place(char *text, size_t size, const struct mw_model_rank *rank);
/* A phase; "MPI_Alltoall fft.c:120 → MPI_Allreduce fft.c:131" is shortened to "fft.c:120 Alltoall → :131 Allreduce". */
void mw_report_phase(char *text, size_t size, const struct mw_model_merged_phase *phase);
/* The same for one rank: a phase by its index in rank->phases. */
void mw_report_rank_phase(char *text, size_t size, const struct mw_model_rank *rank, uint32_t index);
/* Whether calls were only counted in a phase. Then its time is by the kernel's tick: random for one visit, accurate in the
 * sum. */
bool mw_report_by_tick(const struct mw_model_merged_phase *phase);
/* Time since the start of the job. */
struct mw_units mw_report_when(const struct mw_model *model, uint64_t ns);
/* The maximum number of rows of a table: `rows`, or more with --all. */
size_t mw_report_rows(const struct mw_report *report, size_t rows);
/* Writes what a table leaves out: "12 more call sites: --all lists them"; nothing if `count` is 0. */
void mw_report_left_out(const struct mw_report *report, size_t count, const char *one, const char *many);
/* A heading with a summary. */
void mw_report_heading(const struct mw_report *report, const char *title, const char *remark);
/* A paragraph, broken at spaces: `first` before the first line, the same width in spaces before the others. */
void mw_report_paragraph(const struct mw_report *report, const char *first, enum mw_text_style style,
                         const char *format, ...) __attribute__((format(printf, 4, 5)));

/* One line about MPI's own memory. */
void mw_report_mpi_own(char *text, size_t size, const struct mw_model *model);
/* text/headroom.c: the lines of the headroom; none if no limit is known. */
void mw_report_headroom(const struct mw_report *report);
/* For a rank or process that died: writes a line if its ulimit was near. */
void mw_report_headroom_ulimits(const struct mw_report *report, uint32_t rank, uint32_t process);
/* The name of the limit: "the memory of the node", "ulimit -v (address space) of rank 3"; "" if none is known. */
void mw_report_headroom_limit(char *text, size_t size, const struct mw_model *model);

/* The sections, in the order of the report. A section without content writes nothing. */
void mw_report_text_job(const struct mw_report *report);
void mw_report_text_deaths(const struct mw_report *report);
void mw_report_text_peak(const struct mw_report *report);
void mw_report_text_hosts(const struct mw_report *report);
void mw_report_text_no_ranks(const struct mw_report *report);
void mw_report_text_ranks(const struct mw_report *report);
void mw_report_text_waterfall(const struct mw_report *report);
/* The name of a step. */
void mw_report_waterfall_step(char *text, size_t size, const struct mw_model_rank *rank,
                              const struct mw_waterfall *waterfall, const struct mw_waterfall_step *step);
void mw_report_text_phases(const struct mw_report *report);
void mw_report_text_in_mpi(const struct mw_report *report);
void mw_report_text_sites(const struct mw_report *report);
void mw_report_text_processes(const struct mw_report *report);
void mw_report_text_notes(const struct mw_report *report);

/* All sections of one job except the first. */
void mw_report_text_sections(const struct mw_report *report);
/* The same for a run with several jobs: of the run, then of each job. */
void mw_report_text_jobs(const struct mw_report *report);
/* "ended with status 0 after 1.20 s" */
void mw_report_text_end(char *text, size_t size, const struct mw_model *model);

#endif
