/* SPDX-License-Identifier: MIT */
/* The `memwatch` command: finds the subcommand. */
#include "config.h"

#include "collector/base/message.h"
#include "launcher/cli/commands.h"
#include "launcher/options/exit_status.h"

#include <stdio.h>
#include <string.h>

static void help(FILE *out)
{
    fputs("memwatch: which rank of an MPI job, in which phase, at which line, needed how much memory\n"
          "\n"
          "  memwatch run -- mpirun -n 8 ./app          profile a job\n"
          "  memwatch run -i 10 -- ./prepare.sh data    any command, sampled every 10 ms\n"
          "  memwatch top                               watch a running job, rank by rank\n"
          "  memwatch run --max-rank-rss 2G -- ./job.sh exit 11 if a rank used more: for CI\n"
          "  LD_PRELOAD=libmemwatch-pmpi.so mpirun ...  without a launcher: rank 0 reports at the end\n"
          "\n"
          "Commands ('memwatch COMMAND --help' shows more):\n",
          out);
    for (const struct mw_command *command = mw_commands; command->name; command++)
        if (command->summary)
            fprintf(out, "  %-10s  %s\n", command->name, command->summary);
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
    for (const struct mw_command *command = mw_commands; command->name; command++)
        if (!strcmp(argv[1], command->name))
            return command->main(argc - 1, argv + 1);
    mw_message("memwatch: unknown command '%s' (see memwatch --help)\n", argv[1]);
    return MW_EXIT_FAILURE;
}
