/* SPDX-License-Identifier: MIT */
#include "tests/unit/collector/jobs/made_jobs.h"

#include "collector/merge/merge.h"
#include "tests/unit/synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct mw_view_process seen(const struct made_process *from)
{
    struct mw_view_process to = {.pid = from->pid,
                                 .ppid = from->ppid,
                                 .image = from->image,
                                 .start_ticks = 90000u + (unsigned)from->pid,
                                 .samples = 5,
                                 .end = from->status < 0 ? MW_VIEW_ENDED : MW_VIEW_STATUS,
                                 .wait_status = from->status < 0 ? 0 : from->status,
                                 .first_ns = SYNTHETIC_BEGIN + from->first * MS,
                                 .last_ns = SYNTHETIC_BEGIN + from->last * MS,
                                 .end_ns = SYNTHETIC_BEGIN + from->last * MS,
                                 .rss_last = from->mib * MIB,
                                 .rss_max = from->mib * MIB,
                                 .rss_max_ns = SYNTHETIC_BEGIN + from->first * MS,
                                 .rss_max_until_ns = SYNTHETIC_BEGIN + from->first * MS};

    strcpy(to.exe, from->exe);
    strcpy(to.command, from->command);
    return to;
}

static void leave_journal(const struct synthetic_dir *dir, const struct made_rank *from)
{
    struct mw_journal journal;

    synthetic_journal(&journal, from->rank, from->size);
    journal.ident->world_id = from->world;
    journal.ident->pid = from->pid;
    journal.ident->ppid = from->ppid;
    journal.ident->start_ticks = 90000u + (unsigned)from->pid;
    journal.ident->mono_ns = SYNTHETIC_BEGIN + from->created * MS;
    journal.ident->spawned = from->spawned;
    synthetic_phase(&journal, MW_PHASE_USER, "solve", 0, from->created, from->end, from->mib * MIB);
    synthetic_site(&journal, "MPI_Allreduce", 2, from->world & 0xff);
    synthetic_finish(&journal, from->end, from->mib * MIB);
    synthetic_write(&journal, dir);
    synthetic_free(&journal);
}

struct mw_model *made_run(const struct made_process *processes, size_t process_count, const struct made_rank *ranks,
                          size_t rank_count)
{
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_model *model;

    synthetic_make(&dir);
    synthetic_view(&view, 0);
    free(view.processes);
    view.processes = calloc(process_count + 1, sizeof(*view.processes));
    view.process_count = process_count;
    view.pid = processes[0].pid;
    view.interval_ns = view.gap_max_ns = MS; /* processes may have existed slightly longer than they were seen */
    view.samples = 1000;
    strcpy(view.command, processes[0].command);
    for (size_t i = 0; i < process_count; i++)
        view.processes[i] = seen(&processes[i]);
    for (size_t i = 0; i < rank_count; i++)
        leave_journal(&dir, &ranks[i]);
    synthetic_write_view(&view, &dir);
    mw_view_free(&view);
    model = mw_merge_run(dir.fd, NULL, NULL);
    assert_non_null(model);
    synthetic_remove(&dir);
    return model;
}

const struct made_process made_two[MADE_TWO] = {SHELL,
                                                MPIRUN(200, 100, 10, 400, 0),
                                                APP(201, 200, 50, 390, 30),
                                                APP(202, 200, 50, 390, 30),
                                                MPIRUN(300, 100, 410, 800, 3 << 8),
                                                APP(301, 300, 450, 790, 70),
                                                APP(302, 300, 450, 790, 40),
                                                {303, 302, 0, "/bin/helper", "helper", 500, 600, 5, 0}};
const struct made_rank made_two_ranks[MADE_TWO_RANKS] = {{0x11, 0, 2, 201, 200, 60, 380, 30, 0},
                                                         {0x11, 1, 2, 202, 200, 60, 380, 30, 0},
                                                         {0x22, 0, 2, 301, 300, 460, 780, 70, 0},
                                                         {0x22, 1, 2, 302, 300, 460, 780, 40, 0}};

struct mw_model *made_two_jobs(void)
{
    return MADE_RUN(made_two, made_two_ranks);
}
