/* SPDX-License-Identifier: MIT */
#include "launcher/report/runs_options.h"

#include "launcher/options/parse.h"

enum key { KEY_CLEAN = MW_PARSE_KEYS, KEY_FORCE, KEY_RUN_DIR, KEY_ALL, KEY_COLOR };

static const struct argp_option table[] = {
    {"clean", KEY_CLEAN, NULL, 0, "Remove all of finished jobs, including kept and unreported ones; or only DIRECTORY", 1},
    {"force", KEY_FORCE, NULL, 0, "With --clean DIRECTORY: remove it even if it is unknown whether its job has ended", 1},
    {"run-dir", KEY_RUN_DIR, "DIR", 0, "Also look in DIR", 1},
    {"all", KEY_ALL, NULL, 0, "List all saved runs (default: the newest 15)", 5},
    MW_DISPLAY_COLOR(KEY_COLOR, 5),
    MW_PARSE_HELP,
    {0}};

static const char doc[] =
    "Lists the run directories of this user on this host: those of running jobs, and those left behind if memwatch was "
    "killed or run with --keep; then the saved runs, newest first. Removes directories of finished jobs whose report was "
    "read.\n"
    "\n"
    "  memwatch runs\n"
    "  memwatch report 2 --all                                  (the second of the saved runs)\n"
    "  memwatch report /dev/shm/memwatch-1000-5f0c6a1be2d94c37   (one of them)\n"
    "  memwatch runs --clean\n"
    "  memwatch runs --clean --force /scratch/memwatch-1000-5f0c6a1be2d94c37\n"
    "\v"
    "Whether a job has ended is unknown if its directory was created on another host, before a reboot of this one, or in "
    "a container with a separate PID namespace: use --clean --force DIRECTORY to remove it.";

static error_t check(const struct mw_runs_options *options)
{
    if (options->directories && !options->clean)
        mw_parse_fail(
            "unexpected argument '%s': use memwatch report DIRECTORY to see one run, or --clean DIRECTORY to remove it",
            options->directories[0]);
    if (options->force && !options->directories)
        mw_parse_fail("--force needs --clean and a DIRECTORY");
    return 0;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct mw_runs_options *options = state->input;

    switch (key) {
    case KEY_CLEAN: options->clean = true; return 0;
    case KEY_FORCE: options->force = true; return 0;
    case KEY_RUN_DIR: options->base_dir = argument; return 0;
    case KEY_ALL: options->display.all = true; return 0;
    case KEY_COLOR: mw_display_set_color(&options->display, argument); return 0;
    case ARGP_KEY_ARGS: options->directories = state->argv + state->next; return 0;
    case ARGP_KEY_END: return check(options);
    default: return mw_parse_common(key, state, "memwatch runs");
    }
}

const struct argp *mw_runs_options_argp(void)
{
    static const struct argp argp = {
        .options = table, .parser = parse, .args_doc = "[--clean [--force] DIRECTORY...]", .doc = doc};

    return &argp;
}

void mw_runs_options_parse(struct mw_runs_options *options, int argc, char **argv)
{
    *options = (struct mw_runs_options){0};
    mw_parse(mw_runs_options_argp(), argc, argv, options);
}
