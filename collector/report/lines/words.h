/* SPDX-License-Identifier: MIT */
/* The names of numbers, ranks, calls and phases in a report. */
#ifndef MW_COLLECTOR_REPORT_LINES_WORDS_H
#define MW_COLLECTOR_REPORT_LINES_WORDS_H

#include "collector/base/units.h"
#include "collector/model/model.h"
#include "collector/model/rises.h"
#include "collector/model/waterfall.h"

/* The smallest rise inside a call that is shown as a spike: smaller ones are noise of MPI's buffers. */
#define MW_REPORT_SPIKE (1u << 20)

/* "= 64.0 MiB", or "?" if unknown. */
struct mw_units mw_report_bytes(struct mw_model_bytes bytes);
/* "3", or "2.3" (world.rank) if there are several worlds; "-" for none. */
struct mw_units mw_report_rank(const struct mw_model *model, uint32_t rank);
/* Time since the start of the job. */
struct mw_units mw_report_when(const struct mw_model *model, uint64_t ns);
/* Whether names of files and functions are shortened, for a table of limited width. */
enum mw_report_length { MW_REPORT_SHORT, MW_REPORT_COMPLETE };

/* A name of a call: "fft.c:120 Alltoall". */
void mw_report_call(char *text, size_t size, const char *call, const struct mw_model_place *place,
                    enum mw_report_length length);
/* Where a rank had its peak: "solve: fft.c:120 Alltoall". */
void mw_report_peak_place(char *text, size_t size, const struct mw_model_rank *rank, enum mw_report_length length);
/* The same with complete names: "solve: MPI_Alltoall fft.c:120". Returns whether it is in a known phase or call; else the text is
 * "before MPI_Init (sampled)", or "" if there is no peak. */
bool mw_report_peak_place_complete(char *text, size_t size, const struct mw_model_rank *rank);
/* A phase; "MPI_Alltoall fft.c:120 → MPI_Allreduce fft.c:131" is shortened to "fft.c:120 Alltoall → :131 Allreduce". */
void mw_report_phase(char *text, size_t size, const struct mw_model_merged_phase *phase, enum mw_report_length length);
/* The same for one rank: a phase by its index in rank->phases. */
void mw_report_rank_phase(char *text, size_t size, const struct mw_model_rank *rank, uint32_t index,
                          enum mw_report_length length);
/* Where memory rose: "solve: MPI_Alltoall fft.c:120", "fft.c:120 Alltoall → :131 Allreduce", or the user's phase without a call. */
void mw_report_rise_place(char *text, size_t size, const struct mw_rise *rise, enum mw_report_length length);
/* Whether calls were only counted in a phase. Then its time is by the kernel's tick: random for one visit, accurate in the
 * sum. */
bool mw_report_by_tick(const struct mw_model_merged_phase *phase);
/* The name of a step. */
void mw_report_waterfall_step(char *text, size_t size, const struct mw_model_rank *rank, const struct mw_waterfall *waterfall,
                              const struct mw_waterfall_step *step, enum mw_report_length length);

#endif
