/* SPDX-License-Identifier: MIT */
#include "launcher/commands.h"

#include <stddef.h>

const struct mw_command mw_commands[] = {
    {"run", mw_cmd_run, "run a command and report the memory of all its processes and MPI ranks"},
    {"report", mw_cmd_report, "report what lies in a record or a run directory"},
    {"compare", mw_cmd_compare, "tell what grew between runs before and after a change"},
    {"scale", mw_cmd_scale, "tell how memory depends on the number of ranks, and predict what more of them need"},
    {"runs", mw_cmd_runs, "list runs that are under way or were left behind, and remove what was reported"},
    {"top", mw_cmd_top, "show the memory of a running job, rank by rank, on the whole terminal"},
    {"doctor", mw_cmd_doctor, "check this machine: would a run be complete, and if not, what to do"},
    {"completion", mw_cmd_completion, "print what makes bash, zsh or fish complete memwatch's options"},
    {"agent", mw_cmd_agent, NULL}, /* ranks start it, nobody else */
    {NULL, NULL, NULL},
};
