/* SPDX-License-Identifier: MIT */
#include "launcher/top/options.h"

#include "collector/base/clock.h"
#include "launcher/options/parse.h"

enum key { KEY_SORT = MW_PARSE_KEYS, KEY_ONCE, KEY_RUN_DIR, KEY_COLOR };

static const struct argp_option table[] = {
    {"delay", 'd', "SEC", 0, "Update every SEC seconds (0.1 to 3600; default 1)", 1},
    {"sort", KEY_SORT, "memory|rank|growth", 0, "Initial sort order (default memory)", 1},
    {"once", KEY_ONCE, NULL, 0, "Print the state once as text, with all ranks, and exit", 1},
    {"run-dir", KEY_RUN_DIR, "DIR", 0, "Also look for jobs in DIR", 2},
    MW_DISPLAY_COLOR(KEY_COLOR, 5),
    MW_PARSE_HELP,
    {0}};

static const char doc[] =
    "Shows a running job in the terminal: its current and peak memory, its ranks as bars, the phase or MPI call "
    "of each rank, and how fast its memory grows. JOB is a run directory (memwatch runs lists them), or the pid of "
    "the command, of one of its processes or of memwatch; default: your running job, or one of these. It only reads: it does not affect the job, and can be ended at any time.\n"
    "\n"
    "  memwatch top\n"
    "  memwatch top 4711                    (the job of that process)\n"
    "  memwatch top -d 0.2 /dev/shm/memwatch-1000-5f0c6a1be2d94c37\n"
    "  memwatch top --once | head -n 20     (for scripts)\n"
    "\v"
    "Keys: m, r and g sort by memory, rank and growth; v shows the hosts; / filters; h shows help; q quits.";

static enum mw_top_order order_of(const char *text)
{
    static const char *const words[] = {"memory", "rank", "growth"};
    static const enum mw_top_order orders[] = {MW_TOP_BY_MEMORY, MW_TOP_BY_RANK, MW_TOP_BY_GROWTH};

    return orders[mw_parse_word(text, words, 3, "--sort")];
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct mw_top_options *options = state->input;

    switch (key) {
    case 'd': options->delay_ns = mw_parse_seconds(argument, "-d"); return 0;
    case KEY_SORT: options->order = order_of(argument); return 0;
    case KEY_ONCE: options->once = true; return 0;
    case KEY_RUN_DIR: options->base_dir = argument; return 0;
    case KEY_COLOR: mw_display_set_color(&options->display, argument); return 0;
    case ARGP_KEY_ARG:
        if (options->path)
            mw_parse_fail("top takes one JOB");
        options->path = argument;
        return 0;
    default: return mw_parse_common(key, state, "memwatch top");
    }
}

const struct argp *mw_top_options_argp(void)
{
    static const struct argp argp = {.options = table, .parser = parse, .args_doc = "[JOB]", .doc = doc};

    return &argp;
}

void mw_top_options_parse(struct mw_top_options *options, int argc, char **argv)
{
    *options = (struct mw_top_options){.delay_ns = MW_NS_PER_SEC};
    mw_parse(mw_top_options_argp(), argc, argv, options);
}
