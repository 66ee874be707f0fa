/* SPDX-License-Identifier: MIT */
#include "launcher/output/forms.h"

#include "collector/base/message.h"
#include "collector/page/html.h"
#include "collector/report/folded.h"
#include "collector/report/json.h"
#include "collector/report/lines/lines.h"
#include "collector/report/metrics.h"
#include "collector/report/pprof.h"
#include "collector/report/tables.h"
#include "collector/report/text/text.h"
#include "collector/report/trace.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

const struct mw_form_kind mw_form_kinds[MW_FORMS] = {
    [MW_FORM_TEXT] = {.option = "report", .help = "Write the text report to FILE", .write = mw_report_text_write},
    [MW_FORM_RECORD] = {.option = "output",
                        .letter = 'o',
                        .help = "Save the run's record to FILE (JSON), the input of memwatch report",
                        .write = mw_report_json_write},
    [MW_FORM_JSON] = {.option = "json",
                      .help = "Write the record to stdout, or to FILE",
                      .write = mw_report_json_write,
                      .stdout_default = true},
    [MW_FORM_HTML] = {.option = "html", .help = "Write a self-contained web page to FILE", .write = mw_report_html_write},
    [MW_FORM_PROCESSES] = {.option = "csv",
                           .help = "Write a row for each process to FILE (comma-separated)",
                           .write = mw_report_processes_write},
    [MW_FORM_TIMELINE] = {.option = "timeline",
                          .help = "Write the job's memory over time to FILE (comma-separated)",
                          .write = mw_report_timeline_write},
    [MW_FORM_PHASES] = {.option = "phases",
                        .help = "Write a row for each phase to FILE (comma-separated)",
                        .write = mw_report_phases_write},
    [MW_FORM_SPIKES] = {.option = "spikes",
                        .help = "Write a row for each spike to FILE (comma-separated)",
                        .write = mw_report_spikes_write},
    [MW_FORM_HEAP] = {.option = "heap",
                      .help = "Write a row for each line that held memory at a rank's peak to FILE (comma-separated)",
                      .write = mw_report_heap_write,
                      .heap = true},
    [MW_FORM_PPROF] = {.option = "pprof",
                       .help = "Write whose memory it was to FILE, a profile for pprof",
                       .write = mw_report_pprof_write,
                       .binary = true,
                       .heap = true},
    [MW_FORM_FOLDED] = {.option = "folded",
                        .help = "Write whose memory it was to FILE, collapsed stacks for flamegraph.pl",
                        .write = mw_report_folded_write,
                        .heap = true},
    [MW_FORM_TRACE] = {.option = "trace",
                       .help = "Write a trace to FILE, for Perfetto or chrome://tracing",
                       .write = mw_report_trace_write},
    [MW_FORM_METRICS] = {.option = "metrics",
                         .help = "Write OpenMetrics text to FILE, for a node exporter",
                         .write = mw_report_metrics_write},
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
        if (is_stdout(paths[i]) && mw_form_kinds[i].binary && isatty(STDOUT_FILENO))
            failed = mw_err_set(err, "--%s is not for a terminal: use --%s=FILE", mw_form_kinds[i].option,
                                mw_form_kinds[i].option);
        else if (is_stdout(paths[i]))
            failed = on_stdout++ ? mw_err_set(err, "only one report can go to stdout: use --%s=FILE", mw_form_kinds[i].option)
                                 : 0;
        else if (paths[i])
            failed = mw_output_open(&forms->outputs[i], paths[i], force, err);
    }
    if (failed)
        mw_forms_abandon(forms);
    return failed;
}

/* Says why a form is empty. */
static void explain(const struct mw_forms *forms, int i, const struct mw_model *model)
{
    const char *why = mw_form_kinds[i].heap ? mw_lines_heap_missing(model) : NULL;

    if (why)
        mw_message("memwatch: %s has no allocations: %s\n", is_stdout(forms->paths[i]) ? "stdout" : forms->paths[i], why);
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
    if (out != stdout && mw_output_commit(output, &err)) {
        mw_message("memwatch: %s\n", err.text);
        return 1;
    }
    explain(forms, i, model);
    return 0;
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
