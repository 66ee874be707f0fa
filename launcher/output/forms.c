/* SPDX-License-Identifier: MIT */
#include "launcher/output/forms.h"

#include "collector/base/message.h"
#include "collector/page/html.h"
#include "collector/report/json.h"
#include "collector/report/metrics.h"
#include "collector/report/tables.h"
#include "collector/report/text/text.h"
#include "collector/report/trace.h"

#include <errno.h>
#include <string.h>

const struct mw_form_kind mw_form_kinds[MW_FORMS] = {
    [MW_FORM_TEXT] = {"report", 0, "Write the text report to FILE", mw_report_text_write, false},
    [MW_FORM_RECORD] = {"output", 'o', "Save the run's record to FILE (JSON), the input of memwatch report",
                        mw_report_json_write, false},
    [MW_FORM_JSON] = {"json", 0, "Write the record to stdout, or to FILE", mw_report_json_write, true},
    [MW_FORM_HTML] = {"html", 0, "Write a self-contained web page to FILE", mw_report_html_write, false},
    [MW_FORM_PROCESSES] = {"csv", 0, "Write a row for each process to FILE (comma-separated)", mw_report_processes_write,
                           false},
    [MW_FORM_TIMELINE] = {"timeline", 0, "Write the job's memory over time to FILE (comma-separated)", mw_report_timeline_write,
                          false},
    [MW_FORM_PHASES] = {"phases", 0, "Write a row for each phase to FILE (comma-separated)", mw_report_phases_write, false},
    [MW_FORM_SPIKES] = {"spikes", 0, "Write a row for each spike to FILE (comma-separated)", mw_report_spikes_write, false},
    [MW_FORM_TRACE] = {"trace", 0, "Write a trace to FILE, for Perfetto or chrome://tracing", mw_report_trace_write, false},
    [MW_FORM_METRICS] = {"metrics", 0, "Write OpenMetrics text to FILE, for a node exporter", mw_report_metrics_write, false},
};

static bool is_stdout(const char *path)
{
    return path && !strcmp(path, "-");
}

bool mw_forms_any(const mw_form_paths paths)
{
    for (int i = 0; i < MW_FORMS; i++)
        if (paths[i])
            return true;
    return false;
}

bool mw_forms_stdout(const mw_form_paths paths)
{
    for (int i = 0; i < MW_FORMS; i++)
        if (is_stdout(paths[i]))
            return true;
    return false;
}

int mw_forms_open(struct mw_forms *forms, const mw_form_paths paths, bool force, struct mw_err *err)
{
    int on_stdout = 0, failed = 0;

    memset(forms, 0, sizeof(*forms));
    forms->paths = paths;
    for (int i = 0; i < MW_FORMS && !failed; i++) {
        if (is_stdout(paths[i]))
            failed = on_stdout++ ? mw_err_set(err, "only one report can go to stdout: use --%s=FILE", mw_form_kinds[i].option)
                                 : 0;
        else if (paths[i])
            failed = mw_output_open(&forms->outputs[i], paths[i], force, err);
    }
    if (failed)
        mw_forms_abandon(forms);
    return failed;
}

/* Writes one form; returns 0, or 1 after printing an error. */
static int write_one(struct mw_forms *forms, int i, const struct mw_model *model, const struct mw_report_style *style)
{
    struct mw_output *output = &forms->outputs[i];
    FILE *out = is_stdout(forms->paths[i]) ? stdout : output->file;
    struct mw_err err;

    if (mw_form_kinds[i].write(out, model, style) < 0 || fflush(out)) {
        mw_message("memwatch: cannot write the report to %s: %s; free space or choose another --%s FILE\n",
                   out == stdout ? "stdout" : forms->paths[i], strerror(errno), mw_form_kinds[i].option);
        mw_output_abandon(output);
        return 1;
    }
    if (out == stdout || !mw_output_commit(output, &err))
        return 0;
    mw_message("memwatch: %s\n", err.text);
    return 1;
}

int mw_forms_write(struct mw_forms *forms, const struct mw_model *model, const struct mw_report_style *style)
{
    int failed = 0;

    for (int i = 0; i < MW_FORMS; i++)
        if (forms->paths[i])
            failed |= write_one(forms, i, model, style);
    return failed;
}

void mw_forms_release(struct mw_forms *forms)
{
    for (int i = 0; i < MW_FORMS; i++)
        mw_output_release(&forms->outputs[i]);
}

void mw_forms_abandon(struct mw_forms *forms)
{
    for (int i = 0; i < MW_FORMS; i++)
        mw_output_abandon(&forms->outputs[i]);
}
