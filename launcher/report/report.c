/* SPDX-License-Identifier: MIT */
/* `memwatch report`: the reports of a record or a run directory. */
#include "launcher/report/report.h"

#include "collector/base/message.h"
#include "collector/findings/gates.h"
#include "collector/report/text/text.h"
#include "collector/verdict/verdict.h"
#include "launcher/output/results.h"
#include "launcher/report/report_options.h"
#include "launcher/rundir/runs.h"
#include "launcher/rundir/source.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Prints the text, unless another form was requested. */
static int write_reports(const struct mw_report_options *options, struct mw_forms *forms, const struct mw_model *model)
{
    struct mw_report_style style = mw_display_style(&options->display, mw_forms_any(options->forms.paths) ? -1 : STDOUT_FILENO);

    if (mw_forms_any(options->forms.paths))
        return mw_forms_write(forms, model, &style);
    if (mw_report_text_write(stdout, model, &style) == 0 && !fflush(stdout))
        return 0;
    mw_message("memwatch: cannot write the report: %s\n", strerror(errno));
    return 1;
}

/* Returns the exit status: 0, or that of an exceeded limit; 1 if the results could not be written. */
static int judge(const struct mw_report_options *options, const struct mw_model *model, struct mw_results *results)
{
    struct mw_findings findings = {0};
    int failed, status;

    mw_gates_judge(&options->checks.gates, model, &findings);
    failed = mw_results_report(results, &findings, model->job.command, model);
    status = mw_findings_status(&findings);
    mw_findings_fini(&findings);
    return failed ? 1 : status;
}

static int report(const struct mw_report_options *options, struct mw_forms *forms, struct mw_results *results)
{
    struct mw_err err;
    struct mw_model *model = options->last ? mw_source_read_saved(1, &err) : mw_source_read(options->path, &err);
    int status = 1;

    if (!model) {
        mw_message("memwatch: %s\n", err.text);
        return status;
    }
    mw_verdict_make(model);
    status = write_reports(options, forms, model);
    if (!status && options->path && !model->job.runs)
        mw_runs_mark_reported(options->path); /* `memwatch runs` may remove it now */
    if (!status && mw_gates_any(&options->checks.gates))
        status = judge(options, model, results);
    mw_model_destroy(model);
    return status;
}

int mw_report_main(int argc, char **argv)
{
    struct mw_report_options options;
    struct mw_forms forms = {0};
    struct mw_results results = {0};
    struct mw_err err;
    int status = 1;

    mw_report_options_parse(&options, argc, argv);
    if (mw_forms_open(&forms, options.forms.paths, options.forms.force, &err) < 0 ||
        mw_results_open(&results, &options.checks.results, options.forms.force, &err) < 0)
        mw_message("memwatch: %s\n", err.text);
    else
        status = report(&options, &forms, &results);
    mw_results_abandon(&results);
    mw_forms_abandon(&forms);
    mw_report_options_fini(&options);
    return status;
}
