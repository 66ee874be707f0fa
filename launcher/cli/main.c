/* SPDX-License-Identifier: MIT */
/* The `memwatch` command: finds the subcommand. */
#include "config.h"

#include "collector/base/mem.h"
#include "collector/base/message.h"
#include "launcher/cli/commands.h"
#include "launcher/options/exit_status.h"
#include "launcher/options/near.h"
#include "launcher/process/program.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void help(FILE *out)
{
    fputs("memwatch: which rank of an MPI job, in which phase, at which line, needed how much memory\n"
          "\n"
          "  memwatch run -- mpirun -n 8 ./app          profile a job\n"
          "  memwatch mpirun -n 8 ./app                 the same, without options\n"
          "  memwatch run -i 10 -- ./prepare.sh data    any command, sampled every 10 ms\n"
          "  memwatch top                               watch a running job, rank by rank\n"
          "  memwatch run --max-rank-rss 2G -- ./job.sh exit 11 if a rank used more: for CI\n"
          "  LD_PRELOAD=$(memwatch shim) mpirun ...     without a launcher: rank 0 reports at the end\n"
          "\n"
          "Commands ('memwatch COMMAND --help' shows more):\n",
          out);
    for (const struct mw_command *command = mw_commands; command->name; command++)
        if (command->summary)
            fprintf(out, "  %-10s  %s\n", command->name, command->summary);
}

static bool is_one_of(const char *word, const char *a, const char *b, const char *c)
{
    return !strcmp(word, a) || !strcmp(word, b) || !strcmp(word, c);
}

static const struct mw_command *find(const char *name)
{
    for (const struct mw_command *command = mw_commands; command->name; command++)
        if (!strcmp(name, command->name))
            return command;
    return NULL;
}

static int unknown(const char *word)
{
    struct mw_near near = {.word = word};

    for (const struct mw_command *command = mw_commands; command->name; command++)
        if (command->summary)
            mw_near_consider(&near, command->name);
    if (near.best)
        mw_message("memwatch: unknown command '%s': did you mean '%s'?\n", word, near.best);
    else
        mw_message("memwatch: unknown command '%s' (see memwatch --help)\n", word);
    return MW_EXIT_FAILURE;
}

/* `memwatch help run` is `memwatch run --help`. */
static int help_on(const char *name)
{
    char option[] = "--help", *words[] = {(char *)(uintptr_t)name, option, NULL};
    const struct mw_command *command = find(name);

    return command && command->summary ? command->main(2, words) : unknown(name);
}

/* `memwatch mpirun ...` is `memwatch run -- mpirun ...`. */
static int run(int argc, char **argv)
{
    char **words = mw_mem_alloc((size_t)argc + 2, sizeof(*words)), end[] = "--", name[] = "run";
    int status;

    words[0] = name;
    words[1] = end;
    memcpy(words + 2, argv + 1, (size_t)argc * sizeof(*words)); /* NULL, too */
    status = find("run")->main(argc + 1, words);
    free(words);
    return status;
}

int main(int argc, char **argv)
{
    const struct mw_command *command;
    char path[PATH_MAX];

    if (argc < 2) {
        help(stderr);
        return MW_EXIT_FAILURE;
    }
    if (is_one_of(argv[1], "--help", "-h", "help") && argc > 2)
        return help_on(argv[2]);
    if (is_one_of(argv[1], "--help", "-h", "help")) {
        help(stdout);
        return 0;
    }
    if (is_one_of(argv[1], "--version", "-V", "version")) {
        puts(PACKAGE_STRING);
        return 0;
    }
    command = find(argv[1]);
    if (command)
        return command->main(argc - 1, argv + 1);
    return argv[1][0] != '-' && mw_program_find(argv[1], path, sizeof(path)) ? run(argc, argv) : unknown(argv[1]);
}
