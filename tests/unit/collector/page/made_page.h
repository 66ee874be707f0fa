/* SPDX-License-Identifier: MIT */
/* The data of a page, as its scripts get it. */
#ifndef MW_TESTS_UNIT_COLLECTOR_PAGE_MADE_PAGE_H
#define MW_TESTS_UNIT_COLLECTOR_PAGE_MADE_PAGE_H

#include "collector/model/model.h"

#include <jansson.h>

/* Parsed; the caller releases it. Fails the test if it is not JSON, or if an object has two members of one name. */
json_t *made_page_data(const struct mw_model *model);

/* The number of a table's rows. */
size_t made_page_rows(const json_t *data, const char *table);

#endif
