/* SPDX-License-Identifier: MIT */
/* What is known of MPI's own memory, and growth inside MPI calls that may be of MPI or of the program. */
#include "collector/model/in_mpi.h"
#include "collector/report/lines/lines.h"
#include "collector/report/lines/words.h"

#include <stdio.h>
#include <string.h>

#define OWN "MPI's own memory"

void mw_lines_mpi_own(char *text, size_t size, const struct mw_model *model)
{
    struct mw_in_mpi_job job = mw_in_mpi_sum(model);
    char some[64] = "", most[96] = "", others[96] = "";

    if (job.held.kind == MW_MODEL_UNKNOWN) {
        if (job.init_threads)
            snprintf(others, sizeof(others), ": other threads ran during %s", job.names.begin);
        snprintf(text, size, OWN " is not known%s", others);
        return;
    }
    if (job.known < model->rank_count)
        snprintf(some, sizeof(some), " in %u of %zu ranks", job.known, model->rank_count);
    if (job.known > 1)
        snprintf(most, sizeof(most), " (%s in rank %s)", mw_report_bytes(model->ranks[job.worst].held_mpi).text,
                 mw_report_rank(model, job.worst).text);
    snprintf(text, size, OWN ": %s, which %s took%s%s", mw_report_bytes(job.held).text, job.names.begin, some, most);
}

/* "grow by 5.0 MiB and fall by 4.0 MiB in total" */
static void describe_changes(char *text, size_t size, const struct mw_model_in_mpi *sum)
{
    if (sum->later && sum->fell)
        snprintf(text, size, "grow by %s and fall by %s in total", mw_units_bytes(sum->later).text,
                 mw_units_bytes(sum->fell).text);
    else
        snprintf(text, size, "%s by %s", sum->later ? "grow" : "fall", mw_units_bytes(sum->later + sum->fell).text);
}

static void write_later(struct mw_lines *lines, const struct mw_in_mpi_job *job)
{
    const struct mw_model_in_mpi *sum = &job->sum;
    char changes[96], received[96] = "";

    if (!sum->later && !sum->fell)
        return;
    describe_changes(changes, sizeof(changes), sum);
    if (sum->later && sum->received)
        snprintf(received, sizeof(received), ", such as receive buffers (≤ %s were received)",
                 mw_units_bytes(sum->received).text);
    mw_lines_add(lines, 0, MW_LINE_ASIDE, "later calls%s made RSS %s: MPI's memory, or the program's that was %s there%s",
                 job->unmeasured ? ", as far as measured," : "", changes,
                 !sum->fell   ? "first touched"
                 : sum->later ? "first touched or freed"
                              : "freed",
                 received);
}

static void write_threads(struct mw_lines *lines, const struct mw_in_mpi_job *job, size_t ranks)
{
    if (job->init_threads)
        mw_lines_add(lines, 0, MW_LINE_ASIDE, "other threads ran during %s in %u of %zu ranks: growth there may be theirs",
                     job->names.begin, job->init_threads, ranks);
    if (job->later_threads)
        mw_lines_add(lines, 0, MW_LINE_ASIDE,
                     "other threads ran during later calls in %u of %zu ranks: growth in these may be theirs",
                     job->later_threads, ranks);
}

void mw_lines_in_mpi(struct mw_lines *lines)
{
    struct mw_in_mpi_job job = mw_in_mpi_sum(lines->model);

    if (!lines->model->site_count)
        return;
    write_later(lines, &job);
    if (job.sum.finalize)
        mw_lines_add(lines, 0, MW_LINE_ASIDE, "%s released %s", job.names.end, mw_units_bytes(job.sum.finalize).text);
    write_threads(lines, &job, lines->model->rank_count);
    mw_lines_add(lines, 0, MW_LINE_ASIDE, "point-to-point and one-sided calls are not measured");
}
