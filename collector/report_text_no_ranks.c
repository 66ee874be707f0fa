/* SPDX-License-Identifier: MIT */
/* A job without ranks: why that is, as far as it is known. */
#include "collector/report_text_parts.h"

#include <string.h>

/* Whether the MPI launcher failed and nobody saw a process of a rank: then it has said why itself. */
static bool launcher_failed(const struct mw_model *model)
{
    bool is_launcher = false;

    for (size_t i = 0; i < model->process_count; i++)
        if (model->processes[i].role != MW_MODEL_LAUNCHER)
            return false;
        else if (model->processes[i].pid == model->job.pid)
            is_launcher = true;
    return is_launcher && model->job.sampled && !model->job.runs && model->job.command_end_ns && model->job.exit_status;
}

void mw_report_text_no_ranks(const struct mw_report *report)
{
    static const char *const reasons[] = {
        "the program makes no MPI call, or ended before MPI_Init",
        "it is linked statically, and nothing can be preloaded into it",
        "it uses an MPI that memwatch does not know (Open MPI and MPICH and what is binary compatible with them)",
        ("LD_PRELOAD got lost on the way: a container, sudo or a set-uid program, a batch system or a wrapper that "
         "starts the ranks with an environment of its own"),
        "it enters a seccomp sandbox before MPI_Init, where memwatch makes no system calls",
        "the ranks run on hosts that cannot see the run directory",
    };
    const struct mw_model *model = report->model;

    if (model->rank_count)
        return;
    fputc('\n', report->out);
    if (launcher_failed(model)) {
        mw_report_paragraph(report, "  ", MW_TEXT_WARN,
                            "%.*s exited with %d before it started a rank; its own message is above.",
                            (int)strcspn(model->job.command, " "), model->job.command, model->job.exit_status);
        return;
    }
    mw_report_paragraph(report, "  ", MW_TEXT_WARN, "No rank reported.%s Why that may be:",
                        model->job.sampled ? " Below is what sampling saw of the processes from outside." : "");
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
        mw_report_paragraph(report, "    · ", MW_TEXT_PLAIN, "%s", reasons[i]);
}
