/* SPDX-License-Identifier: MIT */
/* From a record to every form that a run's report has, and to verdicts and comparisons. */
#include "collector/compare/compare.h"
#include "collector/findings/gates.h"
#include "collector/record/json.h"
#include "collector/report/compare.h"
#include "collector/verdict/verdict.h"
#include "launcher/output/forms.h"
#include "launcher/output/results.h"
#include "tests/fuzz/forms.h"

typedef void check(const char *text, size_t size);

static void check_form(const struct mw_model *model, mw_report_write *write, check *is, bool all)
{
    const struct mw_report_style style = {.all = all};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    fuzz_expect(write(out, model, &style) == 0);
    fclose(out);
    is(text, size);
    if (is != fuzz_is_page && is != fuzz_is_profile) /* (its scripts have other characters; it checks its strings) */
        fuzz_clean(text, size);
    free(text);
}

static void check_forms(const struct mw_model *model, bool all)
{
    static check *const checks[MW_FORMS] = {
        [MW_FORM_TEXT] = fuzz_is_text,       [MW_FORM_RECORD] = fuzz_is_json,   [MW_FORM_JSON] = fuzz_is_json,
        [MW_FORM_HTML] = fuzz_is_page,       [MW_FORM_PROCESSES] = fuzz_is_csv, [MW_FORM_TIMELINE] = fuzz_is_csv,
        [MW_FORM_PHASES] = fuzz_is_csv,      [MW_FORM_SPIKES] = fuzz_is_csv,    [MW_FORM_TRACE] = fuzz_is_json,
        [MW_FORM_METRICS] = fuzz_is_metrics, [MW_FORM_HEAP] = fuzz_is_csv,      [MW_FORM_PPROF] = fuzz_is_profile,
        [MW_FORM_FOLDED] = fuzz_is_folded};

    for (int i = 0; i < MW_FORMS; i++)
        if (i != MW_FORM_JSON) /* (the record again) */
            check_form(model, mw_form_kinds[i].write, checks[i], all);
}

/* The contents of a descriptor's file, which is then emptied. */
static char *take_file(FILE *file, size_t *size)
{
    char *text;

    fflush(file);
    *size = (size_t)ftell(file);
    text = calloc(1, *size + 1);
    rewind(file);
    fuzz_expect(fread(text, 1, *size, file) == *size);
    rewind(file);
    fuzz_expect(ftruncate(fileno(file), 0) == 0);
    return text;
}

static void check_results(const struct mw_model *model)
{
    static FILE *junit, *summary;
    const struct mw_gates gates = {.total = 1, .rank = 1, .process = 1, .leaks = true};
    struct mw_findings findings = {0};
    char *text;
    size_t size;

    if (!junit) {
        junit = fdopen(memfd_create("junit", MFD_CLOEXEC), "w+");
        summary = fdopen(memfd_create("summary", MFD_CLOEXEC), "w+");
        fuzz_expect(junit && summary);
    }
    mw_gates_judge(&gates, model, &findings);
    mw_results_write_junit(junit, &findings, model->job.command, model);
    text = take_file(junit, &size);
    fuzz_is_xml(text, size);
    fuzz_clean(text, size);
    free(text);
    mw_results_write_summary(summary, &findings, model->job.command, model);
    text = take_file(summary, &size);
    fuzz_clean(text, size);
    free(text);
    mw_findings_fini(&findings);
}

static void check_compare(const struct mw_model *model)
{
    static mw_report_compare_write *const writers[] = {mw_report_compare_text_write, mw_report_compare_markdown_write,
                                                       mw_report_compare_json_write};
    static check *const checks[] = {fuzz_is_text, fuzz_is_markdown, fuzz_is_json};
    const struct mw_report_style style = {.all = true};
    struct mw_compare *compare = mw_compare_create(MW_COMPARE_BY_SITE, 0.05);

    mw_compare_add_run(compare, MW_COMPARE_BASE, model);
    mw_compare_add_run(compare, MW_COMPARE_CANDIDATE, model);
    mw_compare_judge(compare);
    for (int i = 0; i < 3; i++) {
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        fuzz_expect(writers[i](out, compare, &style) == 0);
        fclose(out);
        checks[i](text, size);
        fuzz_clean(text, size);
        free(text);
    }
    mw_compare_destroy(compare);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mw_model *model;
    struct mw_err err = {""};
    char path[32];
    int fd = fuzz_file(data, size, path);

    model = mw_record_json_read(path, &err);
    close(fd);
    if (!model)
        return 0;
    mw_verdict_make(model);
    check_forms(model, size & 1);
    check_results(model);
    check_compare(model);
    mw_model_destroy(model);
    return 0;
}
