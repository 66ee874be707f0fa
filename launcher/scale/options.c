/* SPDX-License-Identifier: MIT */
#include "launcher/scale/options.h"

#include "collector/symbols/symbolizer.h"
#include "launcher/options/parse.h"
#include "launcher/output/forms_options.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum key {
    KEY_PARAM = MW_PARSE_KEYS,
    KEY_REPEAT,
    KEY_DIR,
    KEY_FROM,
    KEY_EXACT,
    KEY_PREDICT,
    KEY_RANKS_PER_NODE,
    KEY_NODE_MEM,
    KEY_ALL,
    KEY_COLOR,
    KEY_FORCE,
    KEY_DEBUGINFOD,
    KEY_FORM /* first of one key for each form */
};

static const struct argp_option options_table[] = {
    {"ranks", 'n', "LIST", 0, "Numbers of ranks to run with: 2,4,8", 1},
    {"param", KEY_PARAM, "NAME=LIST", 0,
     "Values of a program parameter: size=65536,262144; size=65536*n scales with the number of ranks", 1},
    {"repeat", KEY_REPEAT, "N", 0, "Run each combination N times: more runs give a narrower band", 1},
    {"exact", KEY_EXACT, NULL, 0, "Measure memory at every MPI call, like memwatch run --exact", 1},
    {"dir", KEY_DIR, "DIR", 0, "Save the study's records in DIR (default " MW_SCALE_DIR "); existing ones are not run again",
     2},
    {"from", KEY_FROM, "DIR", 0, "Run nothing: use the records in DIR, which may be from another machine", 2},
    {"predict", KEY_PREDICT, "PLACE", 0, "Predict the memory for this number of ranks and parameter value: n=512,size=1e8", 3},
    {"ranks-per-node", KEY_RANKS_PER_NODE, "N", 0, "Ranks per node for the prediction (default: cores of this machine)", 3},
    {"node-mem", KEY_NODE_MEM, "SIZE", 0, "Memory per node for the prediction (default: this machine's)", 3},
    {"all", KEY_ALL, NULL, 0, "Show every phase and call site, not only the important ones", 5},
    MW_DISPLAY_COLOR(KEY_COLOR, 5),
    MW_DISPLAY_DEBUGINFOD(KEY_DEBUGINFOD, 5),
    MW_FORMS_FORCE(KEY_FORCE, 5),
    MW_PARSE_HELP,
    {0}};

static const char doc[] =
    "Runs COMMAND with several numbers of ranks, and shows how the memory of its ranks, phases and call sites scales: "
    "with models that are validated against the runs, and their predictions, with error bounds, for more ranks. In COMMAND, {n} "
    "is replaced by the number of ranks, and {NAME} by the value of a parameter.\n"
    "\n"
    "  memwatch scale -n 2,4,8 -- mpirun -n {n} ./app\n"
    "  memwatch scale -n 2,4,8 --param s=1e5,2e5,4e5 -- mpirun -n {n} ./app {s}\n"
    "  memwatch scale --from memwatch-scale --predict n=512,s=1e8 --node-mem 256G\n"
    "  memwatch scale --from records -- --size {s}   (read s from the command lines)\n"
    "\v"
    "A study's records are kept in its directory: the same command resumes an interrupted study, longer lists extend it. "
    "The exit status is 0; 1 if a run failed, or something could not be read or written; 125 for a wrong option.";

/* "65536", "1e6", "64K" (powers of 1024), optionally followed by "*n". */
static struct mw_scale_value value_of(const char *text, const char *name)
{
    static const char units[] = "KMGTP";
    struct mw_scale_value value = {0};
    char *end;

    value.number = strtod(text, &end);
    if (end != text && *end && strchr(units, *end)) {
        value.number *= pow(1024, (double)(strchr(units, *end) - units + 1));
        end++;
    }
    if (!strcmp(end, "*n")) {
        value.per_rank = true;
        end += 2;
    }
    if (end == text || *end || !(value.number > 0) || !isfinite(value.number))
        mw_parse_fail("%s takes numbers above 0, separated by commas, not '%s'", name, text);
    return value;
}

static bool has_value(const struct mw_scale_param *param, struct mw_scale_value value)
{
    for (size_t i = 0; i < param->count; i++)
        if (param->values[i].number == value.number && param->values[i].per_rank == value.per_rank)
            return true;
    return false;
}

/* Removes duplicate values. */
static void read_list(struct mw_scale_param *param, const char *list)
{
    char *copy = strdup(list), *rest = copy, *text;

    while (copy && (text = strsep(&rest, ","))) {
        struct mw_scale_value value = value_of(text, param->name);
        if (has_value(param, value))
            continue;
        if (param->count == MW_SCALE_VALUES)
            mw_parse_fail("%s takes at most %d values", param->name, MW_SCALE_VALUES);
        param->values[param->count++] = value;
    }
    free(copy);
}

static void set_ranks(struct mw_scale_options *options, const char *list)
{
    options->n.count = 0;
    read_list(&options->n, list);
    for (size_t i = 0; i < options->n.count; i++)
        if (options->n.values[i].per_rank || options->n.values[i].number != floor(options->n.values[i].number))
            mw_parse_fail("-n takes integers separated by commas, not '%s'", list);
}

static bool is_name(const char *text, size_t length)
{
    return length > 0 && strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") >= length;
}

static void add_param(struct mw_scale_options *options, const char *text)
{
    struct mw_scale_param *param = &options->params[options->param_count];
    const char *equals = strchr(text, '=');
    size_t length = equals ? (size_t)(equals - text) : 0;

    if (!equals || !is_name(text, length) || length >= sizeof(param->name))
        mw_parse_fail("--param takes NAME=VALUE,VALUE,..., not '%s'", text);
    if ((length == 1 && *text == 'n') || (length == 3 && !strncmp(text, "run", 3)))
        mw_parse_fail("--param cannot be named '%.*s': the name is reserved", (int)length, text);
    if (options->param_count == MW_SCALE_PARAMS)
        mw_parse_fail("--param can be given at most %d times", MW_SCALE_PARAMS);
    memcpy(param->name, text, length);
    read_list(param, equals + 1);
    options->param_count++;
}

/* "n=512,size=1e8" */
static void set_place(struct mw_scale_options *options, const char *list)
{
    char *copy = strdup(list), *rest = copy, *text;

    options->predicts = true;
    while (copy && (text = strsep(&rest, ","))) {
        char *equals = strchr(text, '=');
        struct mw_scale_value value;
        if (!equals || !is_name(text, (size_t)(equals - text)))
            mw_parse_fail("--predict takes n=N or n=N,NAME=VALUE, not '%s'", list);
        *equals = '\0';
        value = value_of(equals + 1, "--predict");
        if (value.per_rank)
            mw_parse_fail("--predict takes plain numbers, not '%s'", list);
        if (!strcmp(text, "n")) {
            options->at_n = value.number;
        } else {
            snprintf(options->at_name, sizeof(options->at_name), "%s", text);
            options->at_s = value.number;
        }
    }
    free(copy);
    if (options->at_n < 1 || options->at_n != floor(options->at_n))
        mw_parse_fail("--predict needs an integer number of ranks: n=512");
}

static void check(struct mw_scale_options *options)
{
    if (options->from && options->n.count)
        mw_parse_fail("-n and --from cannot be used together: -n makes runs, --from only reads records");
    if (!options->from && !options->n.count)
        mw_parse_fail("scale needs -n: memwatch scale -n 2,4,8 -- mpirun -n {n} ./app");
    if (!options->from && !options->command)
        mw_parse_fail("scale needs a COMMAND: memwatch scale -n 2,4,8 -- mpirun -n {n} ./app");
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct mw_scale_options *options = state->input;

    switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = options; return mw_parse_common(key, state, NULL);
    case 'n': set_ranks(options, argument); return 0;
    case KEY_PARAM: add_param(options, argument); return 0;
    case KEY_REPEAT: options->repeat = (int)mw_parse_int(argument, 1, 1000, "--repeat"); return 0;
    case KEY_EXACT: options->exact = true; return 0;
    case KEY_DIR: options->dir = argument; return 0;
    case KEY_FROM: options->from = argument; return 0;
    case KEY_PREDICT: set_place(options, argument); return 0;
    case KEY_RANKS_PER_NODE: options->ranks_per_node = mw_parse_int(argument, 1, 100000, "--ranks-per-node"); return 0;
    case KEY_NODE_MEM: options->node_bytes = mw_parse_size(argument, "--node-mem"); return 0;
    case KEY_ALL: options->display.all = true; return 0;
    case KEY_COLOR: mw_display_set_color(&options->display, argument); return 0;
    case KEY_DEBUGINFOD:
        options->debuginfod = true;
        mw_symbolizer_use(MW_SYMBOLIZER_DEBUGINFOD);
        return 0;
    case KEY_FORCE: options->force = true; return 0;
    case ARGP_KEY_ARG:
        options->command = &state->argv[state->next - 1];
        state->next = state->argc;
        return 0;
    case ARGP_KEY_END: check(options); return 0;
    default: return mw_parse_common(key, state, "memwatch scale");
    }
}

static error_t parse_form(int key, char *argument, struct argp_state *state)
{
    struct mw_scale_options *options = state->input;

    if (key < KEY_FORM || key >= KEY_FORM + MW_SCALE_FORMS)
        return ARGP_ERR_UNKNOWN;
    options->forms[key - KEY_FORM] = argument ? argument : "-";
    return 0;
}

static struct argp_option form_options[MW_SCALE_FORMS + 1]; /* filled from mw_scale_form_kinds */
static const struct argp form_argp = {.options = form_options, .parser = parse_form};
static const struct argp_child children[] = {{.argp = &form_argp}, {0}};
static const struct argp argp = {
    .options = options_table, .parser = parse_option, .args_doc = "[--] COMMAND...", .doc = doc, .children = children};

const struct argp *mw_scale_options_argp(void)
{
    for (int i = 0; i < MW_SCALE_FORMS; i++) {
        const struct mw_scale_form_kind *kind = &mw_scale_form_kinds[i];
        form_options[i] = (struct argp_option){
            kind->option, KEY_FORM + i, "FILE", kind->stdout_default ? OPTION_ARG_OPTIONAL : 0, kind->help, 4};
    }
    return &argp;
}

void mw_scale_options_parse(struct mw_scale_options *options, int argc, char **argv)
{
    *options = (struct mw_scale_options){.repeat = 1, .n = {.name = "-n"}};
    mw_parse(mw_scale_options_argp(), argc, argv, options);
}
