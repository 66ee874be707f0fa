/* SPDX-License-Identifier: MIT */
/* The `memwatch` command: finds the subcommand. */
#include "config.h"

#include "launcher/commands.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} commands[] = {
    {"run", mw_cmd_run, "run a command and report the memory of all its processes and MPI ranks"},
    {"report", mw_cmd_report, "report what lies in a record or a run directory"},
    {"compare", mw_cmd_compare, "tell what grew between runs before and after a change"},
    {"runs", mw_cmd_runs, "list runs that are under way or were left behind, and remove what was reported"},
    {"top", mw_cmd_top, "show on the whole terminal how a running job's memory stands, rank by rank"},
    {"doctor", mw_cmd_doctor, "check this machine: would a run be complete, and if not, what to do"},
    {"agent", mw_cmd_agent, NULL}, /* ranks start it, nobody else */
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void help(FILE *out)
{
    fputs("memwatch: which rank of an MPI job, in which phase, at which line, needed how much memory\n"
          "\n"
          "  memwatch run -- mpirun -n 8 ./app          profile a job\n"
          "  memwatch run -i 10 -- ./prepare.sh data    any command, sampled every 10 ms\n"
          "  memwatch top                               look at a running job, rank by rank\n"
          "  memwatch run --max-rank-rss 2G -- ./job.sh exit 11 when a rank had more: for CI\n"
          "  LD_PRELOAD=libmemwatch-pmpi.so mpirun ...  without a launcher: rank 0 reports at the end\n"
          "\n"
          "Commands ('memwatch COMMAND --help' tells more):\n",
          out);
    for (size_t i = 0; i < COMMANDS; i++)
        if (commands[i].summary)
            fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].summary);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        help(stderr);
        return MW_EXIT_FAILURE;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
        help(stdout);
        return 0;
    }
    if (!strcmp(argv[1], "--version")) {
        puts(PACKAGE_STRING);
        return 0;
    }
    for (size_t i = 0; i < COMMANDS; i++)
        if (!strcmp(argv[1], commands[i].name))
            return commands[i].run(argc - 1, argv + 1);
    fprintf(stderr, "memwatch: there is no command '%s': see memwatch --help\n", argv[1]);
    return MW_EXIT_FAILURE;
}
