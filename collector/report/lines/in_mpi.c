/* SPDX-License-Identifier: MIT */
/* MPI's own memory, and growth inside MPI calls that may be of MPI or of the program. */
#include "collector/model/in_mpi.h"
#include "collector/report/lines/lines.h"
#include "collector/report/lines/words.h"

#include <stdio.h>
#include <string.h>

static void put_error(char *text, size_t size, uint64_t error)
{
    snprintf(text, size, "%s%s", error ? " ± " : "", error ? mw_units_bytes(error).text : "");
}

/* What it allocated by calls on its own stacks, so without memory of the program's threads. Shared memory, and code, may be
 * MPI's as well. */
void mw_lines_mpi_own(char *text, size_t size, const struct mw_model *model)
{
    struct mw_in_mpi_job job = mw_in_mpi_sum(model);
    bool has_threads = job.init_threads || job.later_threads;
    char some[64] = "", error[48];

    if (job.held.kind == MW_MODEL_UNKNOWN) {
        snprintf(text, size, "MPI's own memory is not known");
        return;
    }
    put_error(error, sizeof(error), job.held_error);
    if (job.known < model->rank_count)
        snprintf(some, sizeof(some), " in %u of %zu ranks", job.known, model->rank_count);
    snprintf(text, size, "MPI%s had allocated %s%s%s%s%s", has_threads ? ", not other threads," : "",
             mw_report_bytes(job.held).text, error, some, job.known > 1 ? ", each rank at its peak" : " at the rank's peak",
             has_threads ? "" : ", and held at least that");
}

/* Not only MPI's own memory: its libraries are mapped then, too. */
static void write_init(struct mw_lines *lines, const struct mw_in_mpi_job *job)
{
    if (job->sum.init)
        mw_lines_add(lines, 0, MW_LINE_ASIDE, "%s made RSS grow by %s: memory of MPI, code of its libraries, shared memory",
                     job->names.begin, mw_units_bytes(job->sum.init).text);
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

#define SHARED_LEAST (1u << 20)

/* Networks use it for messages within a host. */
static void write_shared(struct mw_lines *lines, const struct mw_in_mpi_job *job)
{
    if (job->known && job->shared >= SHARED_LEAST && job->shared >= lines->model->ranks[job->worst].held_mpi.bytes)
        mw_lines_add(lines, 0, MW_LINE_ASIDE,
                     "that does not include shared memory, up to %s in a rank, which belongs to MPI or the program",
                     mw_units_bytes(job->shared).text);
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
    write_shared(lines, &job);
    write_init(lines, &job);
    write_later(lines, &job);
    if (job.sum.finalize)
        mw_lines_add(lines, 0, MW_LINE_ASIDE, "%s released %s", job.names.end, mw_units_bytes(job.sum.finalize).text);
    write_threads(lines, &job, lines->model->rank_count);
}
