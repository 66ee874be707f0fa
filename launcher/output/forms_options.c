/* SPDX-License-Identifier: MIT */
#include "launcher/output/forms_options.h"

#include "launcher/options/parse.h"

enum key { KEY_FORCE = MW_PARSE_KEYS_FORMS, KEY_FORM /* first of one key for each form */ };

/* Fills in the argp option of a form. */
static int form_key(int form)
{
    return mw_form_kinds[form].letter ? mw_form_kinds[form].letter : KEY_FORM + form;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct mw_forms_options *options = state->input;
    int form = 0;

    if (key == KEY_FORCE) {
        options->force = true;
        return 0;
    }
    while (form < MW_FORMS && form_key(form) != key)
        form++;
    if (form == MW_FORMS)
        return ARGP_ERR_UNKNOWN;
    if (argument && !*argument)
        mw_parse_fail("--%s needs a FILE name, or - for stdout", mw_form_kinds[form].option);
    options->paths[form] = argument ? argument : "-";
    return 0;
}

const struct argp *mw_forms_argp(void)
{
    static struct argp_option table[MW_FORMS + 3] = {[MW_FORMS] = MW_FORMS_FORCE(KEY_FORCE, MW_PARSE_OUTPUT),
                                                     MW_PARSE_HEADING("Output:", MW_PARSE_OUTPUT)};
    static const struct argp argp = {.options = table, .parser = parse};

    for (int i = 0; i < MW_FORMS; i++) {
        const struct mw_form_kind *kind = &mw_form_kinds[i];
        table[i] = (struct argp_option){kind->option, form_key(i),    "FILE", kind->stdout_default ? OPTION_ARG_OPTIONAL : 0,
                                        kind->help,   MW_PARSE_OUTPUT};
    }
    return &argp;
}

void mw_forms_check_columns(const struct mw_forms_options *options, bool timeline_ranks)
{
    if (timeline_ranks && !options->paths[MW_FORM_TIMELINE])
        mw_parse_fail("--timeline-ranks adds columns to the file of --timeline: give --timeline=FILE as well");
}
