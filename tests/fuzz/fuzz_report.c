/* SPDX-License-Identifier: MIT */
/* From gathered records to the text report: nothing but clean UTF-8 comes out, whatever went in. */
#include "collector/base/text.h"
#include "collector/merge/merge.h"
#include "collector/report/text/text.h"
#include "collector/symbols/symbolizer.h"
#include "tests/fuzz/fuzz.h"

static void expect_clean(char *text, size_t length)
{
    char *copy = malloc(length + 1);

    for (size_t i = 0; i < length; i++)
        if (text[i] == '\n')
            text[i] = ' ';
    memcpy(copy, text, length + 1);
    mw_text_clean(copy);
    fuzz_expect(strlen(text) == length && !strcmp(copy, text));
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct mw_report_style style = {.all = size & 1};
    struct mw_model *model;
    struct mw_err err = {""};
    char path[32], *text = NULL;
    size_t length = 0;
    int fd = fuzz_file(data, size, path);
    FILE *out;

    mw_symbolizer_use(MW_SYMBOLIZER_NONE); /* (a process for each run would take most of the time) */
    model = mw_merge_gathered(path, &err);
    close(fd);
    if (!model) {
        fuzz_expect(err.text[0] != '\0');
        return 0;
    }
    out = open_memstream(&text, &length);
    fuzz_expect(mw_report_text_write(out, model, &style) == 0);
    fclose(out);
    expect_clean(text, length);
    free(text);
    mw_model_destroy(model);
    return 0;
}
