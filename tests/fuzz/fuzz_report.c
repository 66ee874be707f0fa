/* SPDX-License-Identifier: MIT */
/* From gathered records to the text report and the saved record: text is clean UTF-8, and what is saved can be read, whatever
 * the input. */
#include "collector/base/text.h"
#include "collector/merge/merge.h"
#include "collector/record/json.h"
#include "collector/report/json.h"
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

static char *render(mw_report_write *write, const struct mw_model *model, bool all, size_t *length)
{
    const struct mw_report_style style = {.all = all};
    char *text = NULL;
    FILE *out = open_memstream(&text, length);

    fuzz_expect(write(out, model, &style) == 0);
    fclose(out);
    return text;
}

/* The writer never writes what the reader refuses. */
static void check_record(const struct mw_model *model)
{
    struct mw_err err = {""};
    size_t length = 0;
    char *record = render(mw_report_json_write, model, false, &length), path[32];
    int fd = fuzz_file((const uint8_t *)record, length, path);
    struct mw_model *copy = mw_record_json_read(path, &err);

    if (!copy)
        fprintf(stderr, "%s\n", err.text);
    fuzz_expect(copy != NULL);
    mw_model_destroy(copy);
    close(fd);
    free(record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mw_model *model;
    struct mw_err err = {""};
    char path[32], *text;
    size_t length = 0;
    int fd = fuzz_file(data, size, path);

    mw_symbolizer_use(MW_SYMBOLIZER_NONE); /* (a process for each run would take most of the time) */
    model = mw_merge_gathered(path, &err);
    close(fd);
    if (!model) {
        fuzz_expect(err.text[0] != '\0');
        return 0;
    }
    text = render(mw_report_text_write, model, size & 1, &length);
    expect_clean(text, length);
    free(text);
    check_record(model);
    mw_model_destroy(model);
    return 0;
}
