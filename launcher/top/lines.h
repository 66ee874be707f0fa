/* SPDX-License-Identifier: MIT */
/* The parts of launcher/top/picture: lines, and who fills them. Columns are those of the terminal. */
#ifndef MW_LAUNCHER_TOP_LINES_H
#define MW_LAUNCHER_TOP_LINES_H

#include "collector/base/clock.h"
#include "collector/base/units.h"
#include "launcher/top/canvas.h"

#define MW_TOP_OLD_NS (5 * MW_NS_PER_SEC) /* what was read longer ago is dimmed */

/* An empty line at the picture's end; valid until the next one. */
struct mw_top_line *mw_top_lines_add(struct mw_top_picture *picture);

void mw_top_lines_put(struct mw_top_line *line, enum mw_top_style style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A cell of exactly `width` columns; negative: to the right. Cut where it is longer. */
void mw_top_lines_cell(struct mw_top_line *line, enum mw_top_style style, int width, const char *text);

/* The same behind a space; none of them when it has no width. */
void mw_top_lines_column(struct mw_top_line *line, enum mw_top_style style, int width, const char *text);

/* Makes all of a line ASCII. */
void mw_top_lines_ascii(struct mw_top_line *line);

/* A titled line of parts with dots between; what does not fit goes on in another line. Begin with picture and title. */
struct mw_top_lines_wrap {
    struct mw_top_picture *picture;
    struct mw_top_line *line;
    const char *title;
    bool begun;
};
void mw_top_lines_wrap(struct mw_top_lines_wrap *wrap, enum mw_top_style style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

struct mw_units mw_top_lines_clock(uint64_t ns);         /* "3 s", "2:05", "1:02:03": as narrow as it can be */
struct mw_units mw_top_lines_growth(int64_t growth);     /* "+1.0 MiB/s", "0" */

/* Of several jobs: how many, and which of them run. */
void mw_top_jobs_add(struct mw_top_picture *picture, const struct mw_top_data *data);

/* Is it a rank of a job that has ended, while others go on? It is listed behind those. */
bool mw_top_jobs_is_past(const struct mw_top_data *data, const struct mw_top_member *member);

/* "3", "2:3" where there are several jobs, or several worlds in one (both: "2.4:3"), "pid 71" before MPI_Init; of a process
 * its pid. */
struct mw_units mw_top_lines_label(const struct mw_top_data *data, const struct mw_top_member *member);

/* Which of `rows` go on the page, from choice->first, which is put into range. Returns behind the last one. */
size_t mw_top_lines_page(struct mw_top_picture *picture, struct mw_top_choice *choice, size_t rows, int height);

/* The job: a line with its command and how it stands; lines with its memory and ranks. */
void mw_top_job_title(struct mw_top_picture *picture, const struct mw_top_data *data);
void mw_top_job_add(struct mw_top_picture *picture, const struct mw_top_data *data);

/* The table of ranks (or processes). */
void mw_top_members_add(struct mw_top_picture *picture, const struct mw_top_data *data, struct mw_top_choice *choice,
                        int height);

#endif
