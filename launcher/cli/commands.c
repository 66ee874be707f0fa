/* SPDX-License-Identifier: MIT */
#include "launcher/cli/commands.h"

#include "launcher/cli/completion.h"
#include "launcher/doctor/doctor.h"
#include "launcher/hosts/agent_main.h"
#include "launcher/report/compare.h"
#include "launcher/report/compare_options.h"
#include "launcher/report/report.h"
#include "launcher/report/report_options.h"
#include "launcher/report/runs.h"
#include "launcher/report/runs_options.h"
#include "launcher/run/options.h"
#include "launcher/run/run.h"
#include "launcher/scale/options.h"
#include "launcher/scale/scale.h"
#include "launcher/top/options.h"
#include "launcher/top/top.h"

#include <stddef.h>

static int complete(int argc, char **argv)
{
    return mw_completion_print(mw_commands, argc, argv);
}

const struct mw_command mw_commands[] = {
    {"run", mw_run_main, "run a command and report the memory of all its processes and MPI ranks", mw_run_options_argp},
    {"report", mw_report_main, "make reports of a record or a run directory", mw_report_options_argp},
    {"compare", mw_compare_main, "show what grew between runs before and after a change", mw_compare_options_argp},
    {"scale", mw_scale_main, "show how memory depends on the number of ranks, and predict what more of them need",
     mw_scale_options_argp},
    {"runs", mw_runs_main, "list runs that are under way or were left behind, and remove what was reported",
     mw_runs_options_argp},
    {"top", mw_top_main, "show the memory of a running job, rank by rank, on the whole terminal", mw_top_options_argp},
    {"doctor", mw_doctor_main, "check this machine: would a run be complete, and if not, what to do", NULL},
    {"completion", complete, "print what makes bash, zsh or fish complete memwatch's options", NULL},
    {"agent", mw_agent_main, NULL, NULL}, /* ranks start it, nobody else */
    {NULL, NULL, NULL, NULL},
};
