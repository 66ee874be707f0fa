/* SPDX-License-Identifier: MIT */
/* Output path of each form of a report: an option for every row of mw_form_kinds, shared by `run` and `report`. */
#ifndef MW_LAUNCHER_OUTPUT_FORMS_OPTIONS_H
#define MW_LAUNCHER_OUTPUT_FORMS_OPTIONS_H

#include "launcher/output/forms.h"

#include <argp.h>
#include <stdbool.h>

struct mw_forms_options {
    mw_form_paths paths;
    bool force; /* overwrite existing files */
};

/* As argp's child; the input is a struct mw_forms_options. */
const struct argp *mw_forms_argp(void);

/* Exits with a message (launcher/options/parse.h) if there are to be columns for ranks, and no --timeline to have them. */
void mw_forms_check_columns(const struct mw_forms_options *options, bool timeline_ranks);

/* The row of --force; each table has its key. */
#define MW_FORMS_FORCE(key, group)                               \
    {                                                            \
        "force", key, NULL, 0, "Overwrite existing files", group \
    }

#endif
