/* SPDX-License-Identifier: MIT */
/* From a record to the reports: a clear word or a sound model, whatever the JSON says. */
#include "collector/record_json.h"
#include "collector/report_json.h"
#include "collector/report_text.h"
#include "tests/fuzz/fuzz.h"

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
    mw_model_destroy(model);
    return 0;
}
