/* SPDX-License-Identifier: MIT */
/* From a record to the reports: an error message or a valid model, whatever the JSON contains. */
#include "collector/page/data.h"
#include "collector/record/json.h"
#include "collector/report/json.h"
#include "collector/report/text/text.h"
#include "tests/fuzz/fuzz.h"

#include <jansson.h>
#include <string.h>

static void tell(mw_report_write *write, const struct mw_model *model, bool all)
{
    const struct mw_report_style style = {.all = all};
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);

    fuzz_expect(write(out, model, &style) == 0);
    fclose(out);
    free(text);
}

/* The data of the page's script: JSON that cannot end its element. */
static void tell_page(const struct mw_model *model, bool all)
{
    const struct mw_report_style style = {.all = all};
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    json_t *value;

    mw_page_data_write(out, model, &style);
    fclose(out);
    fuzz_expect(!strchr(text, '<'));
    value = json_loads(text, 0, NULL);
    fuzz_expect(value != NULL);
    json_decref(value);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mw_model *model;
    struct mw_err err = {""};
    char path[32];
    int fd = fuzz_file(data, size, path);

    model = mw_record_json_read(path, &err);
    close(fd);
    if (!model) {
        fuzz_expect(err.text[0] != '\0');
        return 0;
    }
    tell(mw_report_text_write, model, size & 1);
    tell(mw_report_json_write, model, false);
    tell_page(model, size & 2);
    mw_model_destroy(model);
    return 0;
}
