/* SPDX-License-Identifier: MIT */
/* The subcommands. Each takes its own argv (argv[0] is its name) and returns the exit status. */
#ifndef MW_LAUNCHER_COMMANDS_H
#define MW_LAUNCHER_COMMANDS_H

/* Exit statuses that are memwatch's own; every other one is the command's (env(1) and timeout(1) use the same). */
#define MW_EXIT_FAILURE 125
#define MW_EXIT_NOT_EXECUTABLE 126
#define MW_EXIT_NOT_FOUND 127

int mw_cmd_run(int argc, char **argv);
int mw_cmd_report(int argc, char **argv);
int mw_cmd_compare(int argc, char **argv);
int mw_cmd_scale(int argc, char **argv);
int mw_cmd_top(int argc, char **argv);
int mw_cmd_runs(int argc, char **argv);
int mw_cmd_agent(int argc, char **argv);
int mw_cmd_doctor(int argc, char **argv);
int mw_cmd_completion(int argc, char **argv);

struct mw_command {
    const char *name; /* NULL behind the last one */
    int (*run)(int argc, char **argv);
    const char *summary; /* NULL: not for users */
};

extern const struct mw_command mw_commands[];

#endif
