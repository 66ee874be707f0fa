/* SPDX-License-Identifier: MIT */
/* What is known of MPI's own memory, and growth inside MPI calls that may be of MPI or of the program. */
#include "collector/model/in_mpi.h"
#include "collector/report/text/parts.h"

#include <stdarg.h>
#include <string.h>

#define OWN "MPI's own memory"

void mw_report_mpi_own(char *text, size_t size, const struct mw_model *model)
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

/* Parts of a sentence, with semicolons between them. */
struct sentence {
    char text[900];
};

__attribute__((format(printf, 2, 3))) static void say(struct sentence *sentence, const char *format, ...)
{
    size_t length = strlen(sentence->text);
    va_list args;

    if (length)
        length += (size_t)snprintf(sentence->text + length, sizeof(sentence->text) - length, "; ");
    va_start(args, format);
    vsnprintf(sentence->text + length, sizeof(sentence->text) - length, format, args);
    va_end(args);
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

static void write_later(struct sentence *sentence, const struct mw_in_mpi_job *job)
{
    const struct mw_model_in_mpi *sum = &job->sum;
    char changes[96], received[96] = "";

    if (!sum->later && !sum->fell)
        return;
    describe_changes(changes, sizeof(changes), sum);
    if (sum->later && sum->received)
        snprintf(received, sizeof(received), ", such as receive buffers (≤ %s were received)",
                 mw_units_bytes(sum->received).text);
    say(sentence, "later calls%s made RSS %s: MPI's memory, or the program's that was %s there%s",
        job->unmeasured ? ", as far as measured," : "", changes,
        !sum->fell ? "first touched" : sum->later ? "first touched or freed" : "freed", received);
}

static void write_threads(struct sentence *sentence, const struct mw_in_mpi_job *job, size_t ranks)
{
    if (job->init_threads)
        say(sentence, "other threads ran during %s in %u of %zu ranks: growth there may be theirs",
            job->names.begin, job->init_threads, ranks);
    if (job->later_threads)
        say(sentence, "other threads ran during later calls in %u of %zu ranks: growth in these may be theirs",
            job->later_threads, ranks);
}

void mw_report_text_in_mpi(const struct mw_report *report)
{
    struct mw_in_mpi_job job = mw_in_mpi_sum(report->model);
    struct sentence sentence = {""};

    if (!report->model->site_count)
        return;
    write_later(&sentence, &job);
    if (job.sum.finalize)
        say(&sentence, "%s released %s", job.names.end, mw_units_bytes(job.sum.finalize).text);
    write_threads(&sentence, &job, report->model->rank_count);
    say(&sentence, "point-to-point and one-sided calls are not measured");
    mw_report_paragraph(report, "    ", MW_TEXT_DIM, "%s", sentence.text);
}
