/* SPDX-License-Identifier: MIT */
/* Reads a record that was written by mw_report_json_write(). It may have been modified: nothing in it is trusted. */
#ifndef MW_COLLECTOR_RECORD_JSON_H
#define MW_COLLECTOR_RECORD_JSON_H

#include "collector/base/err.h"
#include "collector/model/model.h"

/* Larger files are rejected. A record of 10,000 ranks has 29 MB. */
#define MW_RECORD_JSON_MAX (4ULL << 30)

/* Whether it is a regular file that starts like a JSON object. */
bool mw_record_json_is(const char *path);

/* Returns the model; free with mw_model_destroy(). NULL with a line in err. Missing fields get the value for unknown;
 * unknown fields are skipped. */
struct mw_model *mw_record_json_read(const char *path, struct mw_err *err);

#endif
