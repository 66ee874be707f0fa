/* SPDX-License-Identifier: MIT */
#include "launcher/cli/commands.h"

#include "launcher/cli/completion.h"
#include "launcher/cli/shim.h"
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
    {"report", mw_report_main, "write reports from a record or a run directory", mw_report_options_argp},
    {"compare", mw_compare_main, "show which memory grew between runs before and after a change", mw_compare_options_argp},
    {"scale", mw_scale_main, "show how memory depends on the number of ranks, and predict it for more ranks",
     mw_scale_options_argp},
    {"runs", mw_runs_main, "list running and leftover run directories, and remove those already reported",
     mw_runs_options_argp},
    {"top", mw_top_main, "show the memory of a running job, rank by rank, in the terminal", mw_top_options_argp},
    {"doctor", mw_doctor_main, "check whether this machine can make a complete run, and how to fix what is missing", NULL},
    {"shim", mw_shim_main, "print the path of the library for runs without the launcher", mw_shim_argp},
    {"completion", complete, "print a completion script for bash, zsh or fish", NULL},
    {"agent", mw_agent_main, NULL, NULL}, /* internal: started by ranks */
    {NULL, NULL, NULL, NULL},
};
