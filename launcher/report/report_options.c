/* SPDX-License-Identifier: MIT */
#include "launcher/report/report_options.h"

#include "launcher/options/parse.h"

enum key { KEY_LAST = MW_PARSE_KEYS };

static const struct argp_option table[] = {
    {"last", KEY_LAST, NULL, 0, "Instead of PATH: the newest saved run", 1}, MW_PARSE_HELP, {0}};

static const char doc[] =
    "Writes reports from PATH: a record saved by run -o, the number of a saved run as memwatch runs shows it (1 is the "
    "newest), a run directory, leftover or in use, or a record that rank 0 gathered. Prints the text report unless another "
    "form is requested.\n"
    "\n"
    "  memwatch report --last --html page.html\n"
    "  memwatch report --all run.json\n"
    "  memwatch report /dev/shm/memwatch-1000-5f0c6a1be2d94c37\n";

static error_t begin(struct mw_report_options *options, struct argp_state *state)
{
    state->child_inputs[0] = &options->forms;
    state->child_inputs[1] = &options->display;
    state->child_inputs[2] = &options->checks;
    return mw_parse_common(ARGP_KEY_INIT, state, NULL);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct mw_report_options *options = state->input;

    switch (key) {
    case ARGP_KEY_INIT: return begin(options, state);
    case KEY_LAST: options->last = true; return 0;
    case ARGP_KEY_ARG:
        if (options->path)
            mw_parse_fail("report takes one PATH");
        options->path = argument;
        return 0;
    case ARGP_KEY_END:
        if (!options->path && !options->last)
            mw_parse_fail("report needs a PATH, or --last for the newest saved run");
        if (options->path && options->last)
            mw_parse_fail("report takes --last or a PATH, not both");
        mw_forms_check_columns(&options->forms, options->display.timeline_ranks);
        return 0;
    default: return mw_parse_common(key, state, "memwatch report");
    }
}

const struct argp *mw_report_options_argp(void)
{
    static struct argp_child children[] = {{0}, {.argp = &mw_display_argp}, {.argp = &mw_checks_argp}, {0}};
    static const struct argp argp = {.options = table, .parser = parse, .args_doc = "PATH", .doc = doc, .children = children};

    children[0].argp = mw_forms_argp();
    return &argp;
}

void mw_report_options_parse(struct mw_report_options *options, int argc, char **argv)
{
    *options = (struct mw_report_options){0};
    mw_parse(mw_report_options_argp(), argc, argv, options);
}

void mw_report_options_fini(struct mw_report_options *options)
{
    mw_display_fini(&options->display);
}
