/* SPDX-License-Identifier: MIT */
#include "launcher/commands.h"

#include "collector/merge.h"
#include "collector/record.h"
#include "collector/record_json.h"
#include "collector/report_text.h"
#include "launcher/options.h"
#include "launcher/rundir.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The model of a run directory, of a record, or of a gathered one. */
static struct mw_model *read_path(const char *path, struct mw_err *err)
{
    struct mw_model *model;
    struct stat st;
    int fd;

    if (stat(path, &st)) {
        mw_err_set(err, "cannot read %s: %s", path, strerror(errno));
        return NULL;
    }
    if (!S_ISDIR(st.st_mode))
        return mw_record_json_is(path) ? mw_record_json_read(path, err) : mw_merge_gathered(path, err);
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        mw_err_set(err, "cannot open %s: %s", path, strerror(errno));
        return NULL;
    }
    model = mw_merge_run(fd, NULL, err);
    close(fd);
    return model;
}

/* `memwatch runs` may remove it when the job is gone. */
static void mark_reported(const char *path)
{
    struct mw_rundir dir;

    if (mw_rundir_open(&dir, path, NULL))
        return; /* a gathered record, or somebody else's directory */
    mw_rundir_mark(&dir, MW_RUNDIR_REPORTED);
    mw_rundir_fini(&dir, 1);
}

/* The text, unless something else was asked for. */
static int write_reports(const struct mw_options *options, struct mw_forms *forms, const struct mw_model *model)
{
    struct mw_report_style style = mw_options_style(options, mw_forms_any(options->forms) ? -1 : STDOUT_FILENO);

    if (mw_forms_any(options->forms))
        return mw_forms_write(forms, model, &style);
    if (mw_report_text_write(stdout, model, &style) == 0 && !fflush(stdout))
        return 0;
    fprintf(stderr, "memwatch: cannot write the report: %s\n", strerror(errno));
    return 1;
}

static int report(const struct mw_options *options, struct mw_forms *forms)
{
    struct mw_err err;
    struct mw_model *model = read_path(options->path, &err);
    int status = 1;

    if (!model) {
        fprintf(stderr, "memwatch: %s\n", err.text);
        return status;
    }
    status = write_reports(options, forms, model);
    if (!status && !model->job.runs)
        mark_reported(options->path);
    mw_model_destroy(model);
    return status;
}

int mw_cmd_report(int argc, char **argv)
{
    struct mw_options options;
    struct mw_forms forms;
    struct mw_err err;
    int status = 1;

    mw_options_parse_report(&options, argc, argv);
    if (mw_forms_open(&forms, options.forms, options.force, &err) < 0)
        fprintf(stderr, "memwatch: %s\n", err.text);
    else
        status = report(&options, &forms);
    mw_forms_abandon(&forms);
    mw_options_fini(&options);
    return status;
}
