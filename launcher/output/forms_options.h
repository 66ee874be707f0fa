/* SPDX-License-Identifier: MIT */
/* Where each form of a report goes: an option for every row of mw_form_kinds, the same for `run` and `report`. */
#ifndef MW_LAUNCHER_OUTPUT_FORMS_OPTIONS_H
#define MW_LAUNCHER_OUTPUT_FORMS_OPTIONS_H

#include "launcher/output/forms.h"

#include <argp.h>
#include <stdbool.h>

struct mw_forms_options {
    mw_form_paths paths;
    bool force; /* overwrite files that exist */
};

/* As a child; the input is a struct mw_forms_options. */
const struct argp *mw_forms_argp(void);

/* The row of --force, by a key of its own. */
#define MW_FORMS_FORCE(key, group) {"force", key, NULL, 0, "Overwrite files that exist", group}

#endif
