/* SPDX-License-Identifier: MIT */
#include "launcher/run/options.h"

#include "collector/base/clock.h"
#include "collector/base/settings.h"
#include "launcher/options/parse.h"

#include <string.h>

enum key {
    KEY_EXACT = MW_PARSE_KEYS,
    KEY_NO_RESET,
    KEY_NO_SYSCALLS,
    KEY_OVERHEAD,
    KEY_SITE_DEPTH,
    KEY_PHASES_BY,
    KEY_RUN_DIR,
    KEY_KEEP,
    KEY_NO_SAVE,
    KEY_NO_AGENT,
    KEY_NO_SUBREAPER,
    KEY_NO_WAIT_LIBRARY,
    KEY_NO_HEAP,
    KEY_HEAP_INTERVAL,
    KEY_QUIET,
    KEY_SILENT,
    KEY_LIVE,
    KEY_NO_LIVE,
    KEY_KILL_OVER,
    KEY_REPEAT,
    KEY_POST
};

static const struct argp_option table[] = {
    {"interval", 'i', "MS", 0, "Sample the process tree every MS milliseconds (" MW_SETTINGS_RANGE(MW_INTERVAL) ")",
     MW_PARSE_MEASURE},
    {"exact", KEY_EXACT, NULL, 0, "Measure memory at every MPI call, at any cost", MW_PARSE_MEASURE},
    {"overhead", KEY_OVERHEAD, "PERCENT", 0, "Limit of measurement overhead (default 1)", MW_PARSE_MEASURE},
    {"no-reset", KEY_NO_RESET, NULL, 0,
     "Never reset the kernel's high-water mark: other tools can still read it, but peaks are those of the whole run",
     MW_PARSE_MEASURE},
    {"no-syscalls", KEY_NO_SYSCALLS, NULL, 0,
     "Make no system calls in a rank after MPI_Init, nor at the end of other processes: for programs that "
     "enter a sandbox without memwatch noticing; memory is then only sampled",
     MW_PARSE_MEASURE},
    {"site-depth", KEY_SITE_DEPTH, "N", 0,
     "Distinguish call sites by N stack frames of the program (" MW_SETTINGS_RANGE(MW_SITE_DEPTH) ")", MW_PARSE_MEASURE},
    {"phases-by", KEY_PHASES_BY, "WHICH", 0,
     "Begin and end phases at all MPI calls, a run of messages being one phase (all, the default), or at collectives only "
     "(collectives)",
     MW_PARSE_MEASURE},
    {"no-heap", KEY_NO_HEAP, NULL, 0, "Do not record which lines of the program allocate its memory", MW_PARSE_MEASURE},
    {"heap-interval", KEY_HEAP_INTERVAL, "SIZE", 0,
     "Mean size between two samples of blocks smaller than 128 KiB (4K to 4M; default 64K); larger blocks are all recorded",
     MW_PARSE_MEASURE},
    {"quiet", KEY_QUIET, NULL, 0, "Do not print the report on stderr", MW_PARSE_OUTPUT},
    {"live", KEY_LIVE, NULL, 0,
     "Show a status line on the terminal from the start (default: after two seconds, unless --quiet or in CI)",
     MW_PARSE_OUTPUT},
    {"no-live", KEY_NO_LIVE, NULL, 0, "Never show the status line", MW_PARSE_OUTPUT},
    {"repeat", KEY_REPEAT, "N", 0,
     "Run COMMAND N times, and report smallest, median and largest; file names get .1 to .N before their suffix",
     MW_PARSE_OUTPUT},
    {"post-run-cmd", KEY_POST, "CMD", 0,
     "Run CMD with sh after the report, with the record's path as $1 and in MEMWATCH_RECORD", MW_PARSE_OUTPUT},
    {"silent", KEY_SILENT, NULL, 0, "Discard the command's output", MW_PARSE_OUTPUT},
    {"run-dir", KEY_RUN_DIR, "DIR", 0, "Create the run directory in DIR (default /dev/shm, $TMPDIR or /tmp)", MW_PARSE_HOSTS},
    {"keep", KEY_KEEP, NULL, 0, "Keep the run directory and print its path", MW_PARSE_HOSTS},
    {"no-save", KEY_NO_SAVE, NULL, 0, "Do not keep the record for memwatch report --last", MW_PARSE_OUTPUT},
    {"kill-over", KEY_KILL_OVER, NULL, 0, "End the command as soon as a sample exceeds a limit", MW_PARSE_LIMITS},
    {"no-agent", KEY_NO_AGENT, NULL, 0, "Do not listen for agents: from other hosts, record only what MPI gathers",
     MW_PARSE_HOSTS},
    {"no-subreaper", KEY_NO_SUBREAPER, NULL, 0,
     "Leave orphans of the job to init, for daemons that wait for their parent to be process 1", MW_PARSE_HOSTS},
    {"no-wait-library", KEY_NO_WAIT_LIBRARY, NULL, 0,
     "Do not load libmemwatch-wait.so: before Linux 6.15, exit statuses of ranks are often unknown then", MW_PARSE_HOSTS},
    MW_PARSE_HELP,
    MW_PARSE_HEADING("Measuring:", MW_PARSE_MEASURE),
    MW_PARSE_HEADING("Run directory and hosts:", MW_PARSE_HOSTS),
    {0}};

static const char doc[] =
    "Runs COMMAND and reports the memory of its processes and MPI ranks after its end.\n"
    "\n"
    "  memwatch run -- mpirun -n 8 ./app --size 100000\n"
    "  memwatch report --last --html page.html         (the last run as a page)\n"
    "  memwatch run --report memory.txt -- srun -n 64 ./app\n"
    "  memwatch run -o run.json -- mpirun -n 8 ./app   (for memwatch report)\n"
    "  memwatch run -i 10 -- make -j8\n"
    "  memwatch run --max-rank-rss 2G --leak-check -- mpirun -n 8 ./app\n"
    "\v"
    "Options precede COMMAND. The exit status is the command's; 128+N if signal N killed it; 125 if memwatch "
    "failed before the start, 126 if COMMAND cannot be executed, 127 if it was not found. If the command "
    "succeeds: 10 or 11 if a limit was exceeded, 13 for a leak, 125 if these could not be checked.";

static error_t begin(struct mw_run_options *options, struct argp_state *state)
{
    state->child_inputs[0] = &options->forms;
    state->child_inputs[1] = &options->display;
    state->child_inputs[2] = &options->checks;
    return mw_parse_common(ARGP_KEY_INIT, state, NULL);
}

static error_t check(const struct mw_run_options *options)
{
    const struct mw_gates *gates = &options->checks.gates;

    if (!options->command)
        mw_parse_fail("run needs a COMMAND: memwatch run -- mpirun -n 4 ./app");
    if (options->repeat > 1 && mw_forms_stdout(options->forms.paths))
        mw_parse_fail("--repeat cannot write reports to stdout: give a FILE name");
    if (options->kill_over && !gates->total && !gates->rank && !gates->process)
        mw_parse_fail("--kill-over needs a limit: --max-total-rss, --max-rank-rss or --max-per-proc-rss SIZE");
    mw_forms_check_columns(&options->forms, options->display.timeline_ranks);
    if (options->measure.no_heap && options->measure.heap_interval)
        mw_parse_fail("--heap-interval has no effect with --no-heap: give one of them");
    if (options->measure.exact && options->has_overhead)
        mw_parse_fail("--overhead has no effect with --exact, which measures at any cost: give one of them");
    return 0;
}

static long parse_heap_interval(const char *text)
{
    uint64_t bytes = mw_parse_size(text, "--heap-interval");

    if (bytes < MW_HEAP_INTERVAL_MIN || bytes > MW_HEAP_INTERVAL_MAX)
        mw_parse_fail("--heap-interval must be from 4K to 4M, not '%s'", text);
    return (long)bytes;
}

/* Whether only collectives are boundaries of phases. */
static bool parse_phases_by(const char *text)
{
    if (strcmp(text, "all") && strcmp(text, "collectives"))
        mw_parse_fail("--phases-by must be all or collectives, not '%s'", text);
    return text[0] == 'c';
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct mw_run_options *options = state->input;
    struct mw_preload_settings *measure = &options->measure;

    switch (key) {
    case ARGP_KEY_INIT: return begin(options, state);
    case 'i': measure->interval_ns = mw_parse_int(argument, MW_INTERVAL_MIN, MW_INTERVAL_MAX, "-i") * MW_NS_PER_MS; return 0;
    case KEY_EXACT: measure->exact = true; return 0;
    case KEY_NO_RESET: measure->no_reset = true; return 0;
    case KEY_NO_SYSCALLS: measure->no_syscalls = true; return 0;
    case KEY_NO_WAIT_LIBRARY: measure->no_wait_library = true; return 0;
    case KEY_NO_HEAP: measure->no_heap = true; return 0;
    case KEY_HEAP_INTERVAL: measure->heap_interval = parse_heap_interval(argument); return 0;
    case KEY_OVERHEAD:
        measure->budget_ppm = mw_parse_percent(argument, "--overhead");
        options->has_overhead = true;
        return 0;
    case KEY_SITE_DEPTH:
        measure->site_depth = (int)mw_parse_int(argument, MW_SITE_DEPTH_MIN, MW_SITE_DEPTH_MAX, "--site-depth");
        return 0;
    case KEY_PHASES_BY: measure->collective_phases = parse_phases_by(argument); return 0;
    case KEY_RUN_DIR: options->base_dir = argument; return 0;
    case KEY_KEEP: options->keep = true; return 0;
    case KEY_NO_SAVE: options->no_save = true; return 0;
    case KEY_NO_AGENT: options->no_agent = true; return 0;
    case KEY_NO_SUBREAPER: options->no_subreaper = true; return 0;
    case KEY_REPEAT: options->repeat = (int)mw_parse_int(argument, 1, 10000, "--repeat"); return 0;
    case KEY_POST: options->post = argument; return 0;
    case KEY_KILL_OVER: options->kill_over = true; return 0;
    case KEY_QUIET: options->quiet = true; return 0;
    case KEY_LIVE: options->live = MW_LIVE_START; return 0;
    case KEY_NO_LIVE: options->live = MW_LIVE_NEVER; return 0;
    case KEY_SILENT: options->silent = true; return 0;
    case ARGP_KEY_ARG: /* the command and its arguments */
        options->command = &state->argv[state->next - 1];
        state->next = state->argc;
        return 0;
    case ARGP_KEY_END: return check(options);
    default: return mw_parse_common(key, state, "memwatch run");
    }
}

const struct argp *mw_run_options_argp(void)
{
    static struct argp_child children[] = {{0}, {.argp = &mw_display_argp}, {.argp = &mw_checks_argp}, {0}};
    static const struct argp argp = {
        .options = table, .parser = parse, .args_doc = "[--] COMMAND...", .doc = doc, .children = children};

    children[0].argp = mw_forms_argp();
    return &argp;
}

void mw_run_options_parse(struct mw_run_options *options, int argc, char **argv)
{
    *options = (struct mw_run_options){.measure = {.interval_ns = MW_INTERVAL_DEFAULT * MW_NS_PER_MS, .budget_ppm = 10000}};
    mw_parse(mw_run_options_argp(), argc, argv, options);
}

void mw_run_options_join(const struct mw_run_options *options, char *line, size_t size)
{
    char *const *words = options->command;
    size_t length = 0;

    line[0] = '\0';
    for (size_t i = 0; words[i] && length < size; i++)
        length += (size_t)snprintf(line + length, size - length, "%s%s", i ? " " : "", words[i]);
}

void mw_run_options_fini(struct mw_run_options *options)
{
    mw_display_fini(&options->display);
}
