/* SPDX-License-Identifier: MIT */
/* From gathered records to verdicts: limits, leaks and comparisons of any input. Their text is clean UTF-8. */
#include "collector/base/text.h"
#include "collector/compare/compare.h"
#include "collector/findings/gates.h"
#include "collector/merge/merge.h"
#include "collector/report/compare.h"
#include "collector/report/repeat.h"
#include "collector/symbols/symbolizer.h"
#include "tests/fuzz/fuzz.h"

static void judge(const struct mw_model *model)
{
    const struct mw_gates gates = {.total = 1, .rank = 1 << 20, .process = 1 << 30, .leaks = true};
    struct mw_findings findings = {0};

    mw_gates_judge(&gates, model, &findings);
    for (size_t i = 0; i < findings.count; i++) {
        char copy[sizeof(findings.items[i].text)];
        strcpy(copy, findings.items[i].text);
        mw_text_clean(copy);
        fuzz_expect(!strcmp(copy, findings.items[i].text));
    }
    fuzz_expect(findings.count >= 4);
    mw_findings_fini(&findings);
}

/* The run against itself: nothing has grown. */
static void compare(const struct mw_model *model, enum mw_compare_by by)
{
    static mw_report_compare_write *const writers[] = {mw_report_compare_text_write, mw_report_compare_markdown_write,
                                                       mw_report_compare_json_write};
    const struct mw_report_style style = {.all = true};
    struct mw_compare *compare = mw_compare_create(by, 0.05);
    const struct mw_compare *axes[MW_REPORT_REPEAT_AXES] = {compare, compare};
    FILE *out = fopen("/dev/null", "w");

    mw_compare_add_run(compare, MW_COMPARE_BASE, model);
    mw_compare_add_run(compare, MW_COMPARE_CANDIDATE, model);
    mw_compare_judge(compare);
    for (size_t i = 0; i < sizeof(writers) / sizeof(writers[0]); i++)
        fuzz_expect(writers[i](out, compare, &style) == 0);
    fuzz_expect(mw_report_repeat_write(out, axes, &style) == 0);
    fuzz_expect(mw_compare_count(compare, MW_COMPARE_GREW) == 0);
    mw_compare_destroy(compare);
    fclose(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mw_model *model;
    struct mw_err err = {""};
    char path[32];
    int fd = fuzz_file(data, size, path);

    mw_symbolizer_use(MW_SYMBOLIZER_NONE); /* (a process for each run would take most of the time) */
    model = mw_merge_gathered(path, &err);
    close(fd);
    if (!model)
        return 0;
    judge(model);
    compare(model, (enum mw_compare_by)(size % 3)); /* (all of them would take most of the time) */
    mw_model_destroy(model);
    return 0;
}
