/* SPDX-License-Identifier: MIT */
#include "tests/unit/launcher/top/top_job.h"

#include "collector/base/text.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/in_range.h"

void top_job_sample(struct top_job *job, int rank, uint64_t rss)
{
    struct mw_view_process *process = &job->view.processes[rank + 2];

    process->end = MW_VIEW_LIVES;
    process->last_ns = job->view.last_ns;
    process->rss_last = rss;
    process->rss_max = rss > process->rss_max ? rss : process->rss_max;
    process->recent[0] = (struct mw_view_rss){job->view.last_ns - 1000 * MS, rss - (uint64_t)rank * MIB};
    process->recent[1] = (struct mw_view_rss){job->view.last_ns, rss};
    process->recent_next = 2;
}

void top_job_begin(struct top_job *job)
{
    *job = (struct top_job){.view = {.host = ""}};
    synthetic_make(&job->dir);
    for (int rank = 0; rank < TOP_JOB_RANKS; rank++) {
        struct mw_journal *journal = &job->journals[rank];
        synthetic_journal(journal, rank, TOP_JOB_RANKS);
        synthetic_site(journal, "MPI_Init", 0, 10);
        synthetic_site(journal, "MPI_Allreduce", TOP_JOB_RANKS, 20);
        synthetic_phase(journal, MW_PHASE_USER, "solve", 0, 100, 500, 50 * MIB);
        synthetic_phase(journal, MW_PHASE_BETWEEN, "", 1, 100, 500, 50 * MIB);
        journal->state->last_site = 1;
        journal->state->since_ns = TOP_JOB_NOW - 2000 * MS;
        synthetic_write(journal, &job->dir);
    }
    synthetic_view(&job->view, TOP_JOB_RANKS);
    job->view.end_ns = job->view.command_end_ns = 0;
    job->view.last_ns = TOP_JOB_NOW;
    job->view.charges[0].used = 8192 * MIB;
    job->view.processes[0].end = MW_VIEW_LIVES; /* mpirun: 10 MiB */
    job->view.processes[0].last_ns = TOP_JOB_NOW;
    for (int rank = 0; rank < TOP_JOB_RANKS; rank++) {
        job->view.processes[rank + 2].rss_max = 0;
        top_job_sample(job, rank, (uint64_t)(rank + 1) * 10 * MIB);
    }
    synthetic_write_view(&job->view, &job->dir);
}

void top_job_open(struct top_job *job)
{
    struct mw_err err;

    assert_int_equal(mw_top_data_open(&job->data, job->dir.path, TOP_JOB_NOW, &err), 0);
}

void top_job_look(struct top_job *job)
{
    for (int rank = 0; rank < TOP_JOB_RANKS; rank++)
        synthetic_write(&job->journals[rank], &job->dir);
    synthetic_write_view(&job->view, &job->dir);
    mw_top_data_look(&job->data, TOP_JOB_NOW);
}

void top_job_finish(struct top_job *job)
{
    mw_top_data_close(&job->data);
    for (int rank = 0; rank < TOP_JOB_RANKS; rank++)
        synthetic_free(&job->journals[rank]);
    mw_view_free(&job->view);
    synthetic_remove(&job->dir);
}

const struct mw_top_member *top_job_member(const struct top_job *job, int rank)
{
    for (size_t i = 0; i < job->data.member_count; i++)
        if (job->data.members[i].rank == rank)
            return &job->data.members[i];
    fail_msg("rank %d is not there", rank);
    return NULL;
}

char *top_job_draw(const struct top_job *job, struct mw_top_choice *choice, int width, int height, bool ascii)
{
    struct mw_top_picture picture;
    char *text = calloc(1, 1 << 20);

    mw_top_picture_make(&picture, &job->data, choice, width, height, ascii);
    if (height)
        assert_int_equal(picture.count, height);
    for (size_t i = 0; i < picture.count; i++) {
        assert_uint_in_range(mw_text_width(picture.lines[i].text), 0, width);
        strcat(strcat(text, picture.lines[i].text), "\n");
    }
    mw_top_picture_free(&picture);
    return text;
}

void top_job_expect(const struct top_job *job, struct mw_top_choice *choice, const char *what)
{
    char *text = top_job_draw(job, choice, 100, 0, false);

    if (!strstr(text, what))
        fail_msg("no '%s' in\n%s", what, text);
    free(text);
}
