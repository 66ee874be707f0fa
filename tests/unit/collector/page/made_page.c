/* SPDX-License-Identifier: MIT */
#include "tests/unit/collector/page/made_page.h"

#include "collector/page/data.h"
#include "tests/unit/synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static int write_page(FILE *out, const struct mw_model *model, const struct mw_report_style *style)
{
    mw_page_data_write(out, model, style);
    return 0;
}

json_t *made_page_data(const struct mw_model *model)
{
    const struct mw_report_style style = {.width = 0};
    char *text = synthetic_render(write_page, model, &style);
    json_t *data = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

    assert_non_null(data);
    free(text);
    return data;
}

size_t made_page_rows(const json_t *data, const char *table)
{
    return json_array_size(json_object_get(json_object_get(data, table), "rows"));
}
