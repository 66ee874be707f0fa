/* SPDX-License-Identifier: MIT */
/* Helpers for the parts of launcher/top/picture. Columns are those of the terminal. */
#ifndef MW_LAUNCHER_TOP_LINES_H
#define MW_LAUNCHER_TOP_LINES_H

#include "collector/base/clock.h"
#include "collector/base/units.h"
#include "launcher/top/canvas.h"

#define MW_TOP_OLD_NS (5 * MW_NS_PER_SEC) /* older data is dimmed */

/* Appends an empty line; valid until the next one. */
struct mw_top_line *mw_top_lines_add(struct mw_top_picture *picture);

void mw_top_lines_put(struct mw_top_line *line, enum mw_top_style style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A cell of exactly `width` columns; negative: right-aligned. Truncated if longer. */
void mw_top_lines_cell(struct mw_top_line *line, enum mw_top_style style, int width, const char *text);

/* The same after a space; no output if the width is 0. */
void mw_top_lines_column(struct mw_top_line *line, enum mw_top_style style, int width, const char *text);

/* Converts all of a line to ASCII. */
void mw_top_lines_ascii(struct mw_top_line *line);

/* A line of parts separated by dots, after a title; continued on another line if it does not fit. Start with picture
 * and title. */
struct mw_top_lines_wrap {
    struct mw_top_picture *picture;
    struct mw_top_line *line;
    const char *title;
    bool begun;
};
void mw_top_lines_wrap(struct mw_top_lines_wrap *wrap, enum mw_top_style style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

struct mw_units mw_top_lines_clock(uint64_t ns);     /* "3 s", "2:05", "1:02:03": the shortest form */
struct mw_units mw_top_lines_growth(int64_t growth); /* "+1.0 MiB/s", "0" */

/* With several jobs: their number, and which are running. */
void mw_top_jobs_add(struct mw_top_picture *picture, const struct mw_top_data *data);

/* Whether it is a rank of a job that has ended while others are running. It is listed after those. */
bool mw_top_jobs_is_past(const struct mw_top_data *data, const struct mw_top_member *member);

/* "3"; "2:3" with several jobs, or several worlds in one (both: "2.4:3"); "pid 71" before MPI_Init; the pid of a
 * process. */
struct mw_units mw_top_lines_label(const struct mw_top_data *data, const struct mw_top_member *member);

/* Which of `rows` are on the page, from choice->first, which is clamped. Returns the end. */
size_t mw_top_lines_page(struct mw_top_picture *picture, struct mw_top_choice *choice, size_t rows, int height);

/* The job: a line with its command and state; lines with its memory and ranks. */
void mw_top_job_title(struct mw_top_picture *picture, const struct mw_top_data *data);
void mw_top_job_add(struct mw_top_picture *picture, const struct mw_top_data *data);

/* The table of ranks (or processes). */
void mw_top_members_add(struct mw_top_picture *picture, const struct mw_top_data *data, struct mw_top_choice *choice,
                        int height);

#endif
