/* SPDX-License-Identifier: MIT */
/* Reads a record that mw_report_json_write() wrote, or anybody changed since: nothing in it is trusted. */
#ifndef MW_COLLECTOR_RECORD_JSON_H
#define MW_COLLECTOR_RECORD_JSON_H

#include "collector/base/err.h"
#include "collector/model/model.h"

/* No larger file is read: a record of 10,000 ranks has 29 MB. */
#define MW_RECORD_JSON_MAX (4ULL << 30)

/* Is it a regular file that begins as a JSON object does? */
bool mw_record_json_is(const char *path);

/* The model as it was written; free with mw_model_destroy(). NULL with a line in err. Fields that are missing are as if
 * nothing was known; ones that nobody knows are passed over. */
struct mw_model *mw_record_json_read(const char *path, struct mw_err *err);

#endif
