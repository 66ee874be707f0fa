/* SPDX-License-Identifier: MIT */
#include "launcher/run/report.h"

#include "collector/base/message.h"
#include "collector/base/text.h"
#include "collector/findings/gates.h"
#include "collector/merge/merge.h"
#include "collector/report/text/text.h"
#include "collector/verdict/verdict.h"
#include "launcher/options/exit_status.h"
#include "launcher/process/report_child.h"
#include "launcher/sample/limits.h"
#include "launcher/saved/saved.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool wants_text(const struct mw_job *job)
{
    return !job->options.quiet && !job->options.forms.paths[MW_FORM_TEXT]; /* or one line for it */
}

/* One of several instances, one in each rank, has only its own part of the job. */
static bool wants_save(const struct mw_job *job)
{
    return !job->options.no_save && job->inside.rank < 0;
}

/* ---- in the child ---- */

static int write_reports(struct mw_job *job, const struct mw_model *model)
{
    struct mw_report_style style = mw_display_style(&job->options.display, -1);
    int failed = mw_forms_write(&job->forms, model, &style);

    if (!wants_text(job))
        return failed;
    if (mw_inside_is_brief(&job->inside)) {
        mw_inside_write_brief(&job->inside, model);
        return failed;
    }
    style = mw_display_style(&job->options.display, STDERR_FILENO);
    if (mw_report_text_write(stderr, model, &style) == 0)
        return failed;
    mw_message("memwatch: cannot write the report to stderr: %s; use --report FILE\n", strerror(errno));
    return 1;
}

static int judge(struct mw_job *job, const struct mw_model *model)
{
    struct mw_findings findings = {0};
    int failed;

    if (!mw_gates_any(&job->options.checks.gates))
        return 0;
    mw_gates_judge(&job->options.checks.gates, model, &findings);
    failed = mw_results_report(&job->results, &findings, model->job.command, model);
    *job->judged = mw_findings_status(&findings);
    mw_findings_fini(&findings);
    return failed;
}

/* After all that was asked for: a home directory may take its time. */
static void save(const struct mw_job *job, const struct mw_model *model)
{
    struct mw_report_style style = mw_display_style(&job->options.display, STDERR_FILENO);

    if (wants_save(job) && mw_saved_add(model) && wants_text(job))
        mw_report_text_more_write(stderr, &style);
}

/* Runs in a child process. */
static int report(void *context)
{
    struct mw_job *job = context;
    struct mw_model *model;
    struct mw_err err;
    int failed;

    mw_limits_node(&job->view);
    mw_view_file_sync(&job->sampler.file, &job->view);
    model = mw_merge_run(job->dir.fd, &job->view, &err);
    if (!model) {
        mw_message("memwatch: no report: %s\n", err.text);
        return 1;
    }
    mw_remake_note(&job->remake, &job->dir, model);
    mw_verdict_make(model);
    failed = write_reports(job, model);
    failed |= judge(job, model);
    save(job, model);
    mw_model_destroy(model);
    return failed;
}

/* ---- in the launcher ---- */

void mw_run_report_make(struct mw_job *job)
{
    int result;

    if (!wants_text(job) && !wants_save(job) && !mw_forms_any(job->options.forms.paths) &&
        !mw_gates_any(&job->options.checks.gates))
        return;
    result = mw_report_child_run(report, job, &job->relay, &job->inherit);
    if (result == 0) {
        mw_forms_release(&job->forms);
        mw_results_release(&job->results);
    }
    job->unreported = job->sampler.file.fd >= 0 && (result < 0 || (result > 0 && mw_forms_any(job->options.forms.paths)));
}

int mw_run_report_status(const struct mw_job *job)
{
    bool ended_by_us = job->view.over.what != MW_VIEW_OVER_NONE;

    if (!mw_gates_any(&job->options.checks.gates) || (job->view.exit_status && !ended_by_us))
        return job->view.exit_status;
    if (*job->judged > 0)
        return *job->judged;
    if (ended_by_us)
        return job->view.over.what == MW_VIEW_OVER_TOTAL ? MW_FINDINGS_TOTAL : MW_FINDINGS_PROCESS;
    if (*job->judged == 0)
        return 0;
    mw_message("memwatch: the limits were not checked: no report was made\n");
    return MW_EXIT_FAILURE;
}

bool mw_run_report_kept(const struct mw_job *job)
{
    enum mw_rundir_place place = mw_rundir_place(&job->dir);
    char quoted[PATH_MAX];

    mw_text_quote(quoted, sizeof(quoted), job->dir.path);
    if (job->remake.moved_to[0])
        mw_message("memwatch: the run directory was moved while the job ran; it is kept at %s\n", job->remake.moved_to);
    if (place != MW_RUNDIR_THERE && (job->options.keep || job->unreported)) {
        mw_message("memwatch: nothing to keep: the run directory %s was removed while the job ran\n", job->dir.path);
        return false;
    }
    if (job->options.keep) {
        mw_message("memwatch: the run directory is kept: %s\n", job->dir.path);
        mw_rundir_mark(&job->dir, MW_RUNDIR_KEPT);
    } else if (job->unreported) {
        mw_message("memwatch: no data is lost; to report it later: memwatch report %s\n", quoted);
    }
    if (job->kept)
        snprintf(job->kept, PATH_MAX, "%s", job->dir.path);
    return job->options.keep || job->unreported || job->kept;
}
