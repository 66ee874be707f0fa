/* SPDX-License-Identifier: MIT */
#include "launcher/options.h"

#include "collector/clock.h"
#include "collector/message.h"
#include "collector/size.h"
#include "collector/symbolizer.h"
#include "launcher/commands.h"
#include "launcher/scale_options.h"

#include <argp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum key {
    KEY_EXACT = 0x100,
    KEY_NO_RESET,
    KEY_NO_SYSCALLS,
    KEY_OVERHEAD,
    KEY_SITE_DEPTH,
    KEY_RUN_DIR,
    KEY_KEEP,
    KEY_NO_AGENT,
    KEY_NO_SUBREAPER,
    KEY_NO_WAIT_LIBRARY,
    KEY_FORCE,
    KEY_INCLUDE,
    KEY_EXCLUDE,
    KEY_GROUP_BY,
    KEY_ALL,
    KEY_COLOR,
    KEY_QUIET,
    KEY_SILENT,
    KEY_TIMELINE_RANKS,
    KEY_LIVE,
    KEY_NO_LIVE,
    KEY_CLEAN,
    KEY_KILL_OVER,
    KEY_REPEAT,
    KEY_POST,
    KEY_MAX_TOTAL,
    KEY_MAX_RANK,
    KEY_MAX_PROCESS,
    KEY_LEAK_CHECK,
    KEY_THRESHOLD,
    KEY_BY,
    KEY_ONCE,
    KEY_SORT,
    KEY_JSON,
    KEY_MARKDOWN,
    KEY_ALLOW_FAILED,
    KEY_JUNIT,
    KEY_GITHUB,
    KEY_DEBUGINFOD,
    KEY_HELP,
    KEY_FORM /* the first of as many as there are forms */
};

/* One table for help and parsing; what `report` takes as well stands in the second. */
static const struct argp_option run_options[] = {
    {"interval", 'i', "MS", 0, "Look at the process tree every MS milliseconds (1 to 60000; default 100)", 1},
    {"exact", KEY_EXACT, NULL, 0, "Measure memory at every MPI call, whatever it costs", 2},
    {"overhead", KEY_OVERHEAD, "PERCENT", 0, "Share of the run that measuring may take (default 1)", 2},
    {"no-reset", KEY_NO_RESET, NULL, 0,
     "Never reset the kernel's high-water mark: other tools read it undisturbed, peaks are those of the whole run", 2},
    {"no-syscalls", KEY_NO_SYSCALLS, NULL, 0,
     "Make no system calls in a rank once MPI_Init has returned, nor at the end of other processes: for programs that "
     "enter a sandbox where memwatch cannot see it; memory from then on is only sampled", 2},
    {"site-depth", KEY_SITE_DEPTH, "N", 0, "Tell call sites apart by N frames of the program (1 to 8; default 3)", 2},
    {"quiet", KEY_QUIET, NULL, 0, "No report on stderr", 3},
    {"live", KEY_LIVE, NULL, 0,
     "Show the memory in use on the terminal, from the start (by default after two seconds, unless --quiet or in CI)", 3},
    {"no-live", KEY_NO_LIVE, NULL, 0, "Never show that", 3},
    {"repeat", KEY_REPEAT, "N", 0, "Run COMMAND N times, and tell smallest, median and largest; files get .1 to .N", 3},
    {"post-run-cmd", KEY_POST, "CMD", 0,
     "Then run CMD by sh, with the path of the run's record as $1 and in MEMWATCH_RECORD", 3},
    {"silent", KEY_SILENT, NULL, 0, "Drop the command's own output", 3},
    {"run-dir", KEY_RUN_DIR, "DIR", 0, "Make the run directory in DIR (default /dev/shm, $TMPDIR or /tmp)", 4},
    {"keep", KEY_KEEP, NULL, 0, "Keep the run directory and say where it is", 4},
    {"kill-over", KEY_KILL_OVER, NULL, 0, "End the command as soon as a sample is over a limit, not only judge at the end", 6},
    {"no-agent", KEY_NO_AGENT, NULL, 0, "Listen for no agents: of other hosts only what MPI gathers is seen", 4},
    {"no-subreaper", KEY_NO_SUBREAPER, NULL, 0,
     "Leave orphans of the job to init, for daemons that wait until their parent is process 1", 4},
    {"no-wait-library", KEY_NO_WAIT_LIBRARY, NULL, 0,
     "Leave libmemwatch-wait.so out: before Linux 6.15 it is often not known then how a rank ended", 4},
    {0}};

static const struct argp_option display_options[] = {
    {"force", KEY_FORCE, NULL, 0, "Overwrite files that exist", 5},
    {"include", KEY_INCLUDE, "RE", 0, "List only processes whose command matches; totals stay those of all", 5},
    {"exclude", KEY_EXCLUDE, "RE", 0, "Of these, leave out the ones that match", 5},
    {"group-by", KEY_GROUP_BY, "command|exe|rank|host", 0, "List all processes so, instead of those that are no ranks by program", 5},
    {"all", KEY_ALL, NULL, 0,
     "Every rank, phase, call site and process (up to 4096 of each), not only the important ones", 5},
    {"color", KEY_COLOR, "auto|always|never", 0, "Colours (auto: on a terminal, unless NO_COLOR is set)", 5},
    {"debuginfod", KEY_DEBUGINFOD, NULL, 0, "Ask the servers in $DEBUGINFOD_URLS for debug information that this host lacks", 5},
    {"timeline-ranks", KEY_TIMELINE_RANKS, NULL, 0, "A column for each rank in --timeline", 5},
    {"help", KEY_HELP, NULL, 0, "Show this help", -1},
    {0}};

static const struct argp_option gate_options[] = {
    {"max-total-rss", KEY_MAX_TOTAL, "SIZE", 0, "Exit 10 when the job's processes together surely had more (512M, 8GiB)", 6},
    {"max-rank-rss", KEY_MAX_RANK, "SIZE", 0, "Exit 11 when a rank surely had more", 6},
    {"max-per-proc-rss", KEY_MAX_PROCESS, "SIZE", 0, "Exit 11 when any process, ranks included, surely had more", 6},
    {"leak-check", KEY_LEAK_CHECK, NULL, 0, "Exit 13 when a phase that repeats leaves more memory behind at every visit", 6},
    {"junit", KEY_JUNIT, "FILE", 0, "Write what these checks found to FILE, as JUnit XML", 7},
    {"github", KEY_GITHUB, NULL, 0, "Tell it as annotations on stderr and in $GITHUB_STEP_SUMMARY", 7},
    {0}};

static const struct argp_option compare_options[] = {
    {"threshold", KEY_THRESHOLD, "PERCENT", 0, "What changed by less does not count (default 5)", 1},
    {"by", KEY_BY, "phase|rank|site", 0, "What to compare beside the job itself (default phase)", 1},
    {"allow-failed", KEY_ALLOW_FAILED, NULL, 0, "Compare runs that failed or have not ended, too", 1},
    {"json", KEY_JSON, NULL, 0, "Print JSON instead of text", 2},
    {"markdown", KEY_MARKDOWN, NULL, 0, "Print Markdown, for a pull request", 2},
    {"all", KEY_ALL, NULL, 0, "What did not change as well", 2},
    {"color", KEY_COLOR, "auto|always|never", 0, "Colours (auto: on a terminal, unless NO_COLOR is set)", 2},
    {"debuginfod", KEY_DEBUGINFOD, NULL, 0, "Ask the servers in $DEBUGINFOD_URLS for debug information that this host lacks", 2},
    {"junit", KEY_JUNIT, "FILE", 0, "Write what grew to FILE, as JUnit XML", 3},
    {"github", KEY_GITHUB, NULL, 0, "Tell it as annotations on stderr and in $GITHUB_STEP_SUMMARY", 3},
    {"force", KEY_FORCE, NULL, 0, "Overwrite files that exist", 3},
    {"help", KEY_HELP, NULL, 0, "Show this help", -1},
    {0}};

static const struct argp_option runs_options[] = {
    {"clean", KEY_CLEAN, NULL, 0, "Remove all whose job is gone, also those that were kept or never reported; or only DIRECTORY", 1},
    {"force", KEY_FORCE, NULL, 0, "With --clean DIRECTORY: also where it is not known whether its job is gone", 1},
    {"run-dir", KEY_RUN_DIR, "DIR", 0, "Look in DIR, too", 1},
    {"color", KEY_COLOR, "auto|always|never", 0, "Colours (auto: on a terminal, unless NO_COLOR is set)", 5},
    {"help", KEY_HELP, NULL, 0, "Show this help", -1},
    {0}};

static const struct argp_option top_options[] = {
    {"delay", 'd', "SEC", 0, "Look every SEC seconds (0.1 to 3600; default 1)", 1},
    {"sort", KEY_SORT, "memory|rank|growth", 0, "In which order at first (default memory)", 1},
    {"once", KEY_ONCE, NULL, 0, "Print one picture as text, with all ranks, and end", 1},
    {"run-dir", KEY_RUN_DIR, "DIR", 0, "Look for jobs in DIR, too", 2},
    {"color", KEY_COLOR, "auto|always|never", 0, "Colours (auto: on a terminal, unless NO_COLOR is set)", 5},
    {"help", KEY_HELP, NULL, 0, "Show this help", -1},
    {0}};

static const char top_doc[] =
    "Shows a running job on the whole terminal: its memory now and at most, its ranks as bars, the phase or MPI call "
    "that each is in, and how fast it grows. RUN-DIR is a run directory (memwatch runs lists them); without it, the only "
    "job of yours that runs. It only reads: the job and its memwatch notice nothing, whenever it ends.\n"
    "\n"
    "  memwatch top\n"
    "  memwatch top -d 0.2 /dev/shm/memwatch-1000-5f0c6a1be2d94c37\n"
    "  memwatch top --once | head -n 20     (for scripts)\n"
    "\v"
    "Keys: m, r and g sort by memory, rank and growth; v shows the hosts; / filters; h helps; q leaves.";

static const char runs_doc[] =
    "Lists the run directories of this user on this host: of jobs that run, and what was left behind where memwatch was "
    "killed or told to --keep. Those whose job is gone and whose report was read are removed.\n"
    "\n"
    "  memwatch runs\n"
    "  memwatch report /dev/shm/memwatch-1000-5f0c6a1be2d94c37   (one of them)\n"
    "  memwatch runs --clean\n"
    "  memwatch runs --clean --force /scratch/memwatch-1000-5f0c6a1be2d94c37\n"
    "\v"
    "Whether a job is gone is not known of directories that were made on another host, before this one was restarted, or in "
    "a container with its own processes: they are removed only where --clean --force names them.";

static const char compare_doc[] =
    "Tells what grew between runs before and after a change, where and by how much. BASE and CANDIDATE are each what "
    "memwatch report takes, several of them with commas between, or a directory that holds them.\n"
    "\n"
    "  memwatch run -o before/1.json -- mpirun ./app     (and 2, 3)\n"
    "  memwatch run -o after/1.json -- mpirun ./changed\n"
    "  memwatch compare before after\n"
    "  memwatch compare --by site --markdown before after >comment.md\n"
    "\v"
    "A change counts when it is larger than the threshold, than the spread of each side's runs, and than the error of the "
    "readings. The exit status is 12 when something grew, 0 when nothing did, 1 when something could not be read or "
    "written, 125 for a wrong option and for a run that failed (a run that ended early needs less memory, which proves "
    "nothing; --allow-failed compares it all the same).";

static const char run_doc[] =
    "Runs COMMAND, and reports the memory of its processes and MPI ranks when it has ended.\n"
    "\n"
    "  memwatch run -- mpirun -n 8 ./app --size 100000\n"
    "  memwatch run --report memory.txt -- srun -n 64 ./app\n"
    "  memwatch run -o run.json -- mpirun -n 8 ./app   (the record, for memwatch report)\n"
    "  memwatch run -i 10 -- make -j8\n"
    "  memwatch run --max-rank-rss 2G --leak-check -- mpirun -n 8 ./app\n"
    "\v"
    "Options stand before COMMAND. The exit status is the command's; 128+N when signal N killed it; 125 when memwatch "
    "itself failed before the start, 126 when COMMAND cannot be executed, 127 when it was not found. Where the command "
    "succeeds: 10 or 11 when a limit was exceeded, 13 for a leak, 125 when they could not be judged.";

static const char report_doc[] =
    "Reports what lies in PATH: a record that run -o has saved, a run directory, left behind or in use, or what rank 0 "
    "gathered. The text report is printed unless another form is asked for.\n"
    "\n"
    "  memwatch report --all run.json\n"
    "  memwatch report /dev/shm/memwatch-1000-5f0c6a1be2d94c37\n";

/* One line, and the end. (Not argp's own: it would name the program as "memwatch run".) */
void mw_options_complain(const char *format, ...)
{
    char text[4000];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    mw_message("memwatch: %s\n", text);
    exit(MW_EXIT_FAILURE);
}

/* A whole number from low to high. */
static int whole(const char *text, int low, int high, const char *what)
{
    char *end;
    long value = strtol(text, &end, 10);

    if (*text < '0' || *text > '9' || *end || value < low || value > high)
        mw_options_complain("%s takes a whole number from %d to %d, not '%s'", what, low, high, text);
    return (int)value;
}

/* "0.5" or "0.5%", in millionths. */
static uint32_t percent(const char *text, const char *what)
{
    char *end;
    double value = strtod(text, &end);

    if (strspn(text, "0123456789.") != (size_t)(end - text) || end == text || (*end && strcmp(end, "%")) ||
        !(value >= 0 && value <= 100))
        mw_options_complain("%s takes a percentage from 0 to 100, not '%s'", what, text);
    return (uint32_t)(value * 1e4 + 0.5);
}

static void compile(regex_t *regex, bool *has, const char *text, const char *what)
{
    int error;
    char why[128];

    if (*has)
        regfree(regex);
    error = regcomp(regex, text, REG_EXTENDED | REG_NOSUB);
    if (error) {
        regerror(error, regex, why, sizeof(why));
        mw_options_complain("%s '%s': %s", what, text, why);
    }
    *has = true;
}

void mw_options_set_color(struct mw_options *options, const char *text)
{
    static const char *const words[] = {"auto", "always", "never"};

    for (int i = 0; i < 3; i++)
        if (!strcmp(text, words[i])) {
            options->color = i;
            return;
        }
    mw_options_complain("--color takes auto, always or never, not '%s'", text);
}

static void show_help(struct argp_state *state)
{
    state->name = (char *)(uintptr_t)((const struct mw_options *)state->input)->name;
    argp_state_help(state, stdout, ARGP_HELP_STD_HELP); /* exits */
}

static void set_group_by(struct mw_options *options, const char *text)
{
    static const char *const words[] = {
        [MW_REPORT_BY_COMMAND] = "command", [MW_REPORT_BY_EXE] = "exe", [MW_REPORT_BY_RANK] = "rank",
        [MW_REPORT_BY_HOST] = "host"};

    for (int i = MW_REPORT_BY_COMMAND; i <= MW_REPORT_BY_HOST; i++)
        if (!strcmp(text, words[i])) {
            options->by = (enum mw_report_by)i;
            return;
        }
    mw_options_complain("--group-by takes command, exe, rank or host, not '%s'", text);
}

static error_t parse_display(int key, char *argument, struct argp_state *state)
{
    struct mw_options *options = state->input;

    switch (key) {
    case KEY_FORCE: options->force = true; return 0;
    case KEY_INCLUDE:
        compile(&options->include, &options->has_include, argument, "--include");
        options->include_text = argument;
        return 0;
    case KEY_EXCLUDE:
        compile(&options->exclude, &options->has_exclude, argument, "--exclude");
        options->exclude_text = argument;
        return 0;
    case KEY_GROUP_BY: set_group_by(options, argument); return 0;
    case KEY_ALL: options->all = true; return 0;
    case KEY_DEBUGINFOD: mw_symbolizer_use(MW_SYMBOLIZER_DEBUGINFOD); return 0;
    case KEY_TIMELINE_RANKS: options->timeline_ranks = true; return 0;
    case KEY_COLOR: mw_options_set_color(options, argument); return 0;
    case KEY_HELP: show_help(state); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static void set_size(uint64_t *bytes, const char *text, const char *what)
{
    struct mw_err err;

    if (mw_size_parse(text, bytes, &err) < 0)
        mw_options_complain("%s: %s", what, err.text);
}

static error_t parse_gate(int key, char *argument, struct argp_state *state)
{
    struct mw_options *options = state->input;

    switch (key) {
    case KEY_MAX_TOTAL: set_size(&options->gates.total, argument, "--max-total-rss"); return 0;
    case KEY_MAX_RANK: set_size(&options->gates.rank, argument, "--max-rank-rss"); return 0;
    case KEY_MAX_PROCESS: set_size(&options->gates.process, argument, "--max-per-proc-rss"); return 0;
    case KEY_LEAK_CHECK: options->gates.leaks = true; return 0;
    case KEY_JUNIT: options->verdict.junit = argument; return 0;
    case KEY_GITHUB: options->verdict.github = true; return 0;
    case ARGP_KEY_END:
        if (options->kill_over && !options->gates.total && !options->gates.rank && !options->gates.process)
            mw_options_complain("--kill-over needs a limit: --max-total-rss, --max-rank-rss or --max-per-proc-rss SIZE");
        if ((options->verdict.junit || options->verdict.github) && !mw_gates_any(&options->gates))
            mw_options_complain("--junit and --github tell of limits and leaks: give --max-total-rss SIZE, or --leak-check");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static struct argp_option form_options[MW_FORMS + 1]; /* filled from mw_form_kinds */

/* What argp calls a form. */
static int form_key(int form)
{
    return mw_form_kinds[form].letter ? mw_form_kinds[form].letter : KEY_FORM + form;
}

static error_t parse_form(int key, char *argument, struct argp_state *state)
{
    struct mw_options *options = state->input;
    int form = 0;

    while (form < MW_FORMS && form_key(form) != key)
        form++;
    if (form == MW_FORMS)
        return ARGP_ERR_UNKNOWN;
    if (argument && !*argument)
        mw_options_complain("--%s takes the name of a FILE, or - for stdout", mw_form_kinds[form].option);
    options->forms[form] = argument ? argument : "-";
    return 0;
}

static void list_forms(void)
{
    for (int i = 0; i < MW_FORMS; i++) {
        const struct mw_form_kind *kind = &mw_form_kinds[i];
        form_options[i] = (struct argp_option){
            kind->option, form_key(i), "FILE", kind->stdout_default ? OPTION_ARG_OPTIONAL : 0, kind->help, 3};
    }
}

static const struct argp display_argp = {.options = display_options, .parser = parse_display};
static const struct argp form_argp = {.options = form_options, .parser = parse_form};
static const struct argp gate_argp = {.options = gate_options, .parser = parse_gate};
static const struct argp_child children[] = {{.argp = &form_argp}, {.argp = &display_argp}, {.argp = &gate_argp}, {0}};

static error_t parse_run(int key, char *argument, struct argp_state *state)
{
    struct mw_options *options = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = state->child_inputs[1] = state->child_inputs[2] = options;
        state->err_stream = NULL; /* getopt has said it in one line */
        return 0;
    case 'i':
        options->interval_ns = (uint64_t)whole(argument, 1, 60000, "-i") * MW_NS_PER_MS;
        return 0;
    case KEY_EXACT: options->exact = true; return 0;
    case KEY_NO_RESET: options->no_reset = true; return 0;
    case KEY_NO_SYSCALLS: options->no_syscalls = true; return 0;
    case KEY_OVERHEAD: options->budget_ppm = percent(argument, "--overhead"); return 0;
    case KEY_SITE_DEPTH: options->site_depth = whole(argument, 1, 8, "--site-depth"); return 0;
    case KEY_RUN_DIR: options->base_dir = argument; return 0;
    case KEY_KEEP: options->keep = true; return 0;
    case KEY_NO_AGENT: options->no_agent = true; return 0;
    case KEY_NO_SUBREAPER: options->no_subreaper = true; return 0;
    case KEY_NO_WAIT_LIBRARY: options->no_wait_library = true; return 0;
    case KEY_REPEAT: options->repeat = whole(argument, 1, 10000, "--repeat"); return 0;
    case KEY_POST: options->post = argument; return 0;
    case KEY_KILL_OVER: options->kill_over = true; return 0;
    case KEY_QUIET: options->quiet = true; return 0;
    case KEY_LIVE: options->live = MW_LIVE_START; return 0;
    case KEY_NO_LIVE: options->live = MW_LIVE_NEVER; return 0;
    case KEY_SILENT: options->silent = true; return 0;
    case ARGP_KEY_ARG: /* the command: all that follows is its own */
        options->command = &state->argv[state->next - 1];
        state->next = state->argc;
        return 0;
    case ARGP_KEY_END:
        if (!options->command)
            mw_options_complain("no command to run: memwatch run -- mpirun -n 4 ./app");
        if (options->repeat > 1 && mw_forms_stdout(options->forms))
            mw_options_complain("reports of --repeat go to files, not to stdout");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse_report(int key, char *argument, struct argp_state *state)
{
    struct mw_options *options = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = state->child_inputs[1] = state->child_inputs[2] = options;
        state->err_stream = NULL; /* getopt has said it in one line */
        return 0;
    case ARGP_KEY_ARG:
        if (options->path)
            mw_options_complain("one PATH at a time");
        options->path = argument;
        return 0;
    case ARGP_KEY_END:
        if (!options->path)
            mw_options_complain("no PATH: memwatch report RUN-DIRECTORY");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static void set_by(struct mw_options *options, const char *text)
{
    static const char *const words[] = {
        [MW_COMPARE_BY_PHASE] = "phase", [MW_COMPARE_BY_RANK] = "rank", [MW_COMPARE_BY_SITE] = "site"};

    for (int i = 0; i < 3; i++)
        if (!strcmp(text, words[i])) {
            options->compare.by = i;
            return;
        }
    mw_options_complain("--by takes phase, rank or site, not '%s'", text);
}

static void set_path(struct mw_options *options, const char *path)
{
    int which = !options->compare.paths[0] ? 0 : 1;

    if (options->compare.paths[which])
        mw_options_complain("compare takes BASE and CANDIDATE: several records of one side stand with commas between");
    options->compare.paths[which] = path;
}

static error_t parse_compare(int key, char *argument, struct argp_state *state)
{
    struct mw_options *options = state->input;

    switch (key) {
    case ARGP_KEY_INIT: state->err_stream = NULL; return 0; /* getopt has said it in one line */
    case KEY_THRESHOLD: options->compare.threshold = percent(argument, "--threshold") / 1e6; return 0;
    case KEY_DEBUGINFOD: mw_symbolizer_use(MW_SYMBOLIZER_DEBUGINFOD); return 0;
    case KEY_BY: set_by(options, argument); return 0;
    case KEY_JSON: options->compare.form = MW_COMPARE_JSON; return 0;
    case KEY_MARKDOWN: options->compare.form = MW_COMPARE_MARKDOWN; return 0;
    case KEY_ALLOW_FAILED: options->compare.allow_failed = true; return 0;
    case KEY_ALL: options->all = true; return 0;
    case KEY_COLOR: mw_options_set_color(options, argument); return 0;
    case KEY_JUNIT: options->verdict.junit = argument; return 0;
    case KEY_GITHUB: options->verdict.github = true; return 0;
    case KEY_FORCE: options->force = true; return 0;
    case KEY_HELP: show_help(state); return 0;
    case ARGP_KEY_ARG: set_path(options, argument); return 0;
    case ARGP_KEY_END:
        if (!options->compare.paths[1])
            mw_options_complain("compare takes two runs: memwatch compare BASE CANDIDATE");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static void check_runs(const struct mw_options *options)
{
    if (options->directories && !options->clean)
        mw_options_complain("runs takes no '%s': use memwatch report DIRECTORY to see one run, or --clean DIRECTORY to remove it",
                            options->directories[0]);
    if (options->force && !options->directories)
        mw_options_complain("--force needs --clean and the directories to remove");
}

static error_t parse_runs(int key, char *argument, struct argp_state *state)
{
    struct mw_options *options = state->input;

    switch (key) {
    case ARGP_KEY_INIT: state->err_stream = NULL; return 0; /* getopt has said it in one line */
    case KEY_CLEAN: options->clean = true; return 0;
    case KEY_FORCE: options->force = true; return 0;
    case KEY_RUN_DIR: options->base_dir = argument; return 0;
    case KEY_COLOR: mw_options_set_color(options, argument); return 0;
    case KEY_HELP: show_help(state); return 0;
    case ARGP_KEY_ARGS: options->directories = state->argv + state->next; return 0;
    case ARGP_KEY_END: check_runs(options); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static uint64_t seconds(const char *text, const char *what)
{
    char *end;
    double value = strtod(text, &end);

    if (end == text || *end || !(value >= 0.1 && value <= 3600))
        mw_options_complain("%s takes a number from 0.1 to 3600, not '%s'", what, text);
    return (uint64_t)(value * (double)MW_NS_PER_SEC);
}

static void set_order(struct mw_options *options, const char *text)
{
    static const char *const words[] = {
        [MW_TOP_BY_MEMORY] = "memory", [MW_TOP_BY_RANK] = "rank", [MW_TOP_BY_GROWTH] = "growth"};

    for (int i = 0; i < 3; i++)
        if (!strcmp(text, words[i])) {
            options->order = i;
            return;
        }
    mw_options_complain("--sort takes memory, rank or growth, not '%s'", text);
}

static error_t parse_top(int key, char *argument, struct argp_state *state)
{
    struct mw_options *options = state->input;

    switch (key) {
    case ARGP_KEY_INIT: state->err_stream = NULL; return 0; /* getopt has said it in one line */
    case 'd': options->delay_ns = seconds(argument, "-d"); return 0;
    case KEY_SORT: set_order(options, argument); return 0;
    case KEY_ONCE: options->once = true; return 0;
    case KEY_RUN_DIR: options->base_dir = argument; return 0;
    case KEY_COLOR: mw_options_set_color(options, argument); return 0;
    case KEY_HELP: show_help(state); return 0;
    case ARGP_KEY_ARG:
        if (options->path)
            mw_options_complain("one RUN-DIR at a time");
        options->path = argument;
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp run_argp = {
    .options = run_options, .parser = parse_run, .args_doc = "[--] COMMAND...", .doc = run_doc, .children = children};
static const struct argp report_argp = {
    .parser = parse_report, .args_doc = "PATH", .doc = report_doc, .children = children};
static const struct argp compare_argp = {
    .options = compare_options, .parser = parse_compare, .args_doc = "BASE CANDIDATE", .doc = compare_doc};
static const struct argp runs_argp = {
    .options = runs_options, .parser = parse_runs, .args_doc = "[--clean [--force] DIRECTORY...]", .doc = runs_doc};
static const struct argp top_argp = {
    .options = top_options, .parser = parse_top, .args_doc = "[RUN-DIR]", .doc = top_doc};

static const struct {
    const char *command;
    const struct argp *argp;
} argps[] = {{"run", &run_argp}, {"report", &report_argp}, {"compare", &compare_argp}, {"runs", &runs_argp}, {"top", &top_argp}};

const struct argp *mw_options_of(const char *command)
{
    list_forms();
    if (!strcmp(command, "scale"))
        return mw_scale_options_argp();
    for (size_t i = 0; i < sizeof(argps) / sizeof(argps[0]); i++)
        if (!strcmp(argps[i].command, command))
            return argps[i].argp;
    return NULL;
}

/* getopt says in one line on stderr what is wrong, with the word as it is: that line is caught and cleaned. */
void mw_options_parse_words(const struct argp *argp, int argc, char **argv, void *input)
{
    FILE *real = stderr, *caught;
    char *saved = argv[0], *text = NULL;
    size_t size = 0;
    error_t failed;

    caught = open_memstream(&text, &size);
    if (caught)
        stderr = caught; /* mw_message() does not use it */
    argv[0] = (char *)(uintptr_t)"memwatch"; /* what getopt says of an unknown option starts with it */
    failed = argp_parse(argp, argc, argv, ARGP_IN_ORDER | ARGP_NO_HELP, NULL, input);
    argv[0] = saved;
    stderr = real;
    if (caught)
        fclose(caught);
    if (failed) {
        if (text)
            text[strlen(text) - (size > 0)] = '\0';
        mw_message("%s\n", text ? text : "memwatch: wrong options");
        exit(MW_EXIT_FAILURE);
    }
    free(text);
}

static void parse(struct mw_options *options, int argc, char **argv, const char *name)
{
    const struct argp *argp = mw_options_of(name + strlen("memwatch "));

    *options = (struct mw_options){.name = name, .interval_ns = 100 * MW_NS_PER_MS, .budget_ppm = 10000,
                                   .delay_ns = MW_NS_PER_SEC,
                                   .compare = {.threshold = 0.05}};
    mw_options_parse_words(argp, argc, argv, options);
}

void mw_options_parse_run(struct mw_options *options, int argc, char **argv)
{
    parse(options, argc, argv, "memwatch run");
}

void mw_options_parse_report(struct mw_options *options, int argc, char **argv)
{
    parse(options, argc, argv, "memwatch report");
}

void mw_options_parse_compare(struct mw_options *options, int argc, char **argv)
{
    parse(options, argc, argv, "memwatch compare");
}

void mw_options_parse_runs(struct mw_options *options, int argc, char **argv)
{
    parse(options, argc, argv, "memwatch runs");
}

void mw_options_parse_top(struct mw_options *options, int argc, char **argv)
{
    parse(options, argc, argv, "memwatch top");
}

static bool wants_color(const struct mw_options *options, int fd)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");

    if (options->color != MW_COLOR_AUTO)
        return options->color == MW_COLOR_ALWAYS;
    return isatty(fd) && !(no_color && *no_color) && term && strcmp(term, "dumb");
}

struct mw_report_style mw_options_style(const struct mw_options *options, int fd)
{
    struct winsize size = {0};

    return (struct mw_report_style){
        .color = wants_color(options, fd),
        .width = !ioctl(fd, TIOCGWINSZ, &size) && size.ws_col >= 60 ? size.ws_col : 0,
        .all = options->all,
        .by = options->by,
        .timeline_ranks = options->timeline_ranks,
        .include = options->has_include ? &options->include : NULL,
        .exclude = options->has_exclude ? &options->exclude : NULL,
        .include_text = options->include_text,
        .exclude_text = options->exclude_text,
    };
}

void mw_options_fini(struct mw_options *options)
{
    if (options->has_include)
        regfree(&options->include);
    if (options->has_exclude)
        regfree(&options->exclude);
}
