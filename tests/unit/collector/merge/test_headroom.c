/* SPDX-License-Identifier: MIT */
/* The limit with the least memory left, for synthetic jobs: the model and the report. */
#include "collector/journal/journal.h"
#include "collector/merge/merge.h"
#include "collector/report/report.h"
#include "collector/report/text/text.h"
#include "tests/unit/synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RANKS 3
#define GROUP "/sys/fs/cgroup/job_9"

struct job {
    struct synthetic_dir dir;
    struct mw_journal journals[RANKS];
    struct mw_view view;
    struct mw_model *model;
    char *text;
    size_t size;
};

static void begin(struct job *job)
{
    *job = (struct job){.text = NULL};
    synthetic_make(&job->dir);
    for (int rank = 0; rank < RANKS; rank++) {
        synthetic_journal(&job->journals[rank], rank, RANKS);
        synthetic_site(&job->journals[rank], "MPI_Init", 0, 10);
        synthetic_finish(&job->journals[rank], 900, (40u + (unsigned)rank) * MIB);
    }
    synthetic_view(&job->view, RANKS);
}

static struct mw_view_charge *add_charge(struct job *job, enum mw_limit_kind kind, uint64_t limit, uint64_t used)
{
    struct mw_view_charge *charge = &job->view.charges[job->view.charge_count++];

    *charge = (struct mw_view_charge){
        .kind = kind,
        .flags = MW_VIEW_CHARGE_SEEN,
        .bytes = limit,
        .used = used,
        .least = {.bytes = limit, .used = used, .anon = used / 2, .shmem = used / 2, .ns = SYNTHETIC_BEGIN + 500 * MS}};
    if (kind != MW_LIMIT_SLURM)
        strcpy(charge->directory, GROUP);
    return charge;
}

static const struct mw_model_headroom *find(struct job *job)
{
    FILE *out;

    for (int rank = 0; rank < RANKS; rank++)
        synthetic_write(&job->journals[rank], &job->dir);
    synthetic_write_view(&job->view, &job->dir);
    job->model = mw_merge_run(job->dir.fd, NULL, NULL);
    out = open_memstream(&job->text, &job->size);
    assert_int_equal(mw_report_text_write(out, job->model, &(struct mw_report_style){.width = 400}), 0);
    fclose(out);
    return &job->model->headroom;
}

static void expect_text(const struct job *job, const char *text)
{
    if (!strstr(job->text, text))
        fail_msg("not in the report: %s\n%s", text, job->text);
}

static void finish(struct job *job)
{
    for (int rank = 0; rank < RANKS; rank++)
        synthetic_free(&job->journals[rank]);
    mw_model_destroy(job->model);
    mw_view_free(&job->view);
    synthetic_remove(&job->dir);
    free(job->text);
}

static void the_node(void **state)
{
    const struct mw_model_headroom *headroom;
    struct job job;

    (void)state;
    begin(&job);
    headroom = find(&job);
    assert_int_equal(headroom->kind, MW_LIMIT_NODE);
    assert_int_equal(headroom->left.bytes, 12288 * MIB);
    assert_int_equal(headroom->left.kind, MW_MODEL_AT_MOST);
    expect_text(&job, "  Headroom    at most 12.0 GiB left of 16.0 GiB, the memory of the node\n");
    finish(&job);
}

/* If the usage is unknown, the report says nothing about the rest. */
static void unknown_stays_unknown(void **state)
{
    struct job job;

    (void)state;
    begin(&job);
    job.view.charges[0].flags = 0;
    add_charge(&job, MW_LIMIT_CGROUP, 200 * MIB, 1)->flags = 0;
    assert_int_equal(find(&job)->kind, MW_LIMIT_NONE);
    assert_null(strstr(job.text, "Headroom"));
    finish(&job);
}

/* The limit with the least memory left, not the smallest one. */
static void a_group_above(void **state)
{
    const struct mw_model_headroom *headroom;
    struct mw_view_charge *charge;
    struct job job;

    (void)state;
    begin(&job);
    add_charge(&job, MW_LIMIT_CGROUP, 400 * MIB, 100 * MIB);
    charge = add_charge(&job, MW_LIMIT_CGROUP, 900 * MIB, 850 * MIB);
    strcpy(charge->directory, "/sys/fs/cgroup");
    charge->upper = 880 * MIB;
    headroom = find(&job);
    assert_int_equal(headroom->left.bytes, 50 * MIB);
    assert_int_equal(headroom->charge, 2);
    assert_int_equal(job.model->hosts[0].limit.bytes, 900 * MIB);
    assert_int_equal(job.model->hosts[0].limit.used.bytes, 850 * MIB);
    expect_text(&job, "at most 50.0 MiB left of 900.0 MiB, the limit of control group /sys/fs/cgroup\n");
    expect_text(&job, "425.0 MiB files in tmpfs and shared memory");
    expect_text(&job, "at least 20.0 MiB was always left");
    finish(&job);
}

/* It slows processes down but kills none: reported in addition to the limit, never instead of it. */
static void memory_high(void **state)
{
    struct mw_view_charge *high;
    struct job job;

    (void)state;
    begin(&job);
    high = add_charge(&job, MW_LIMIT_HIGH, 300 * MIB, 290 * MIB);
    assert_int_equal(find(&job)->kind, MW_LIMIT_NODE);
    expect_text(&job, "at most 10.0 MiB left of 300.0 MiB, memory.high of control group " GROUP);
    mw_model_destroy(job.model);
    free(job.text);
    high->hits = 12;
    find(&job);
    expect_text(&job, "memory.high (300.0 MiB) of control group " GROUP " was exceeded 12 times");
    finish(&job);
}

static void ran_out_version_2(void **state)
{
    const struct mw_model_headroom *headroom;
    struct job job;

    (void)state;
    begin(&job);
    add_charge(&job, MW_LIMIT_CGROUP, 160 * MIB, 40 * MIB)->hits = 1;
    headroom = find(&job);
    assert_int_equal(headroom->left.bytes, 0);
    assert_int_equal(headroom->left.kind, MW_MODEL_EXACT);
    assert_true(job.model->hosts[0].charges[1].ran_out);
    expect_text(&job, "nothing left of 160.0 MiB, the limit of control group " GROUP);
    finish(&job);
}

/* Version 1 also counts reached limits where page cache could be dropped: a kill in a group below is required. */
static void ran_out_version_1(void **state)
{
    struct mw_view_charge *above;
    struct job job;

    (void)state;
    begin(&job);
    *job.view.cgroups = (struct mw_view_cgroup){.limit = 160 * MIB,
                                                .flags = MW_VIEW_CGROUP_COUNTS,
                                                .name = "/job_9/step",
                                                .directory = GROUP "/step",
                                                .limit_directory = GROUP};
    job.view.cgroup_count = 1;
    above = add_charge(&job, MW_LIMIT_CGROUP, 500 * MIB, 170 * MIB);
    strcpy(above->directory, "/sys/fs/cgroup");
    add_charge(&job, MW_LIMIT_CGROUP, 160 * MIB, 150 * MIB)->flags |= MW_VIEW_CHARGE_V1;
    above->flags |= MW_VIEW_CHARGE_V1;
    above->hits = job.view.charges[2].hits = 44;
    assert_int_equal(find(&job)->left.bytes, 10 * MIB);
    mw_model_destroy(job.model);
    free(job.text);
    job.view.cgroups[0].kills = 1;
    assert_int_equal(find(&job)->left.bytes, 0);
    assert_false(job.model->hosts[0].charges[1].ran_out); /* one kill, and this group had more left */
    assert_true(job.model->hosts[0].charges[2].ran_out);
    assert_string_equal(job.model->hosts[0].cgroups[0].limit_path, GROUP);
    finish(&job);
}

static void address_space_of_a_rank(void **state)
{
    const struct mw_model_headroom *headroom;
    struct job job;

    (void)state;
    begin(&job);
    job.journals[2].state->address_limit = 1000 * MIB;
    job.journals[2].state->address_peak = 990 * MIB;
    job.journals[1].state->address_limit = 1000 * MIB;
    job.journals[1].state->address_peak = 300 * MIB;
    headroom = find(&job);
    assert_int_equal(headroom->kind, MW_LIMIT_ADDRESS);
    assert_int_equal(headroom->rank, 2);
    assert_int_equal(headroom->charge, MW_MODEL_NONE);
    assert_int_equal(headroom->left.bytes, 10 * MIB);
    assert_int_equal(headroom->left.kind, MW_MODEL_EXACT);
    expect_text(&job, "  Headroom    10.0 MiB left of 1000.0 MiB, ulimit -v (address space) of rank 2\n");
    expect_text(&job, "VmPeak, exact");
    finish(&job);
}

/* Samples after the rank's last measurement count; the kernel has no mark for data. */
static void data_of_a_rank_as_sampled(void **state)
{
    const struct mw_model_headroom *headroom;
    struct job job;

    (void)state;
    begin(&job);
    job.journals[0].state->stage = MW_STAGE_RUNNING;
    job.journals[0].state->data_limit = 700 * MIB;
    job.journals[0].state->data_max = 300 * MIB;
    job.view.processes[2].data_limit = 700 * MIB;
    job.view.processes[2].data_max = 688 * MIB;
    headroom = find(&job);
    assert_int_equal(headroom->kind, MW_LIMIT_DATA);
    assert_int_equal(headroom->rank, 0);
    assert_int_equal(headroom->left.bytes, 12 * MIB);
    assert_int_equal(headroom->left.kind, MW_MODEL_AT_MOST);
    expect_text(&job, "at most 12.0 MiB left of 700.0 MiB, ulimit -d (data segment) of rank 0\n");
    finish(&job);
}

/* Also for a process that is not a rank. */
static void address_space_of_a_process(void **state)
{
    const struct mw_model_headroom *headroom;
    struct job job;

    (void)state;
    begin(&job);
    job.view.processes[0].address_limit = 500 * MIB;
    job.view.processes[0].address_peak = 450 * MIB;
    headroom = find(&job);
    assert_int_equal(headroom->rank, MW_MODEL_NONE);
    assert_int_equal(headroom->process, 0);
    expect_text(&job, "at most 50.0 MiB left of 500.0 MiB, ulimit -v (address space) of process 4000 (orterun)\n");
    finish(&job);
}

/* With a control group, Slurm's value is the limit of that group; without one it limits a sum of RSS. */
static void slurm(void **state)
{
    struct job job;

    (void)state;
    begin(&job);
    add_charge(&job, MW_LIMIT_SLURM, 600 * MIB, 580 * MIB);
    assert_int_equal(find(&job)->kind, MW_LIMIT_SLURM);
    expect_text(&job, "at most 20.0 MiB left of 600.0 MiB, what Slurm granted on the node");
    mw_model_destroy(job.model);
    free(job.text);
    add_charge(&job, MW_LIMIT_CGROUP, 600 * MIB, 100 * MIB);
    assert_int_equal(find(&job)->kind, MW_LIMIT_CGROUP);
    finish(&job);
}

/* The kernel only reports free memory: how much of the rest is page cache is unknown. */
static void only_free_is_known(void **state)
{
    struct job job;

    (void)state;
    begin(&job);
    job.view.charges[0].flags |= MW_VIEW_CHARGE_CACHE;
    assert_int_equal(find(&job)->left.kind, MW_MODEL_AT_LEAST);
    expect_text(&job, "about 12.0 GiB left of 16.0 GiB, the memory of the node");
    finish(&job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_node),
        cmocka_unit_test(unknown_stays_unknown),
        cmocka_unit_test(a_group_above),
        cmocka_unit_test(memory_high),
        cmocka_unit_test(ran_out_version_2),
        cmocka_unit_test(ran_out_version_1),
        cmocka_unit_test(address_space_of_a_rank),
        cmocka_unit_test(data_of_a_rank_as_sampled),
        cmocka_unit_test(address_space_of_a_process),
        cmocka_unit_test(slurm),
        cmocka_unit_test(only_free_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
