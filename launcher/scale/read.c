/* SPDX-License-Identifier: MIT */
#include "launcher/scale/read.h"

#include "collector/base/mem.h"
#include "collector/base/message.h"
#include "collector/base/text.h"
#include "launcher/rundir/source.h"
#include "launcher/scale/plan.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the parameter of a record ---- */

/* The parameter with several values; the first one if none has; NULL without parameters. */
static const struct mw_scale_param *varied(const struct mw_scale_options *options, size_t *count)
{
    const struct mw_scale_param *found = NULL;

    *count = 0;
    for (size_t i = 0; i < options->param_count; i++) {
        if (options->params[i].count < 2 && !options->params[i].values[0].per_rank)
            continue;
        found = &options->params[i];
        (*count)++;
    }
    return found ? found : options->param_count ? &options->params[0] : NULL;
}

/* Finds "{NAME}" in a template, except {n}. Returns whether there is one. */
static bool template_name(char **command, char *name, size_t size)
{
    for (; command && *command; command++)
        for (const char *open = strchr(*command, '{'); open; open = strchr(open + 1, '{')) {
            size_t length = strcspn(open + 1, "}");
            if (open[1 + length] != '}' || !length || length >= size || (length == 1 && open[1] == 'n'))
                continue;
            memcpy(name, open + 1, length);
            name[length] = '\0';
            return true;
        }
    return false;
}

/* The value in ",size=65536" of a record's name. */
static bool value_in_name(const char *file, const char *name, double *value)
{
    size_t length = strlen(name);

    for (const char *at = file; at; at = strchr(at, ',')) {
        char *end;
        at += *at == ',';
        if (strncmp(at, name, length) != 0 || at[length] != '=')
            continue;
        *value = strtod(at + length + 1, &end);
        return end > at + length + 1 && (*end == ',' || *end == '.' || !*end);
    }
    return false;
}

/* The template as a regular expression whose first group is the value of `name`; other placeholders match anything. */
static bool template_regex(regex_t *regex, char **command, const char *name)
{
    size_t size = 8, length = 0;
    char *text, hole[80];
    bool failed;

    for (char **word = command; *word; word++)
        size += 16 * strlen(*word) + 2;
    text = mw_mem_alloc(1, size);
    snprintf(hole, sizeof(hole), "{%s}", name);
    for (char **word = command; *word; word++) {
        if (word > command)
            text[length++] = ' ';
        for (const char *at = *word; *at;) {
            bool wanted = !strncmp(at, hole, strlen(hole)), other = *at == '{' && strchr(at, '}');
            if (wanted || other) {
                length += (size_t)snprintf(text + length, size - length, wanted ? "([^ ]+)" : "[^ ]+");
                at = strchr(at, '}') + 1;
            } else if (strchr(".[]*^$()+?{}|\\", *at)) {
                text[length++] = '\\';
                text[length++] = *at++;
            } else {
                text[length++] = *at++;
            }
        }
    }
    text[length] = '\0';
    failed = regcomp(regex, text, REG_EXTENDED);
    free(text);
    return !failed;
}

static bool value_in_command(const char *command, char **pattern, const char *name, double *value)
{
    regmatch_t groups[2];
    regex_t regex;
    bool found;
    char *end;

    if (!pattern || !template_regex(&regex, pattern, name))
        return false;
    found = !regexec(&regex, command, 2, groups, 0);
    regfree(&regex);
    if (!found)
        return false;
    *value = strtod(command + groups[1].rm_so, &end);
    return end > command + groups[1].rm_so;
}

/* ---- reading ---- */

struct reading {
    struct mw_study *study;
    const struct mw_scale_options *options;
    const char *param; /* name; NULL none */
    int left_out;
};

static void leave_out(struct reading *reading, const char *why)
{
    mw_message("memwatch: skipping %s\n", why);
    reading->left_out++;
}

/* The parameter's value in a run, or in one of its jobs. Returns whether it is known. */
static bool find_value(const struct reading *reading, const struct mw_model *model, const char *name, double *s)
{
    return !reading->param || value_in_name(name, reading->param, s) ||
           value_in_command(model->job.command, reading->options->command, reading->param, s);
}

/* Adds one job, which counts as a run of the study. Returns 0, or -1 with the reason in err. */
static int take_job(struct reading *reading, const struct mw_model *model, const char *path, const char *name,
                    struct mw_err *err)
{
    double s = 1;

    if (model->job.sampled && (model->job.exit_status || model->job.runs))
        return mw_err_set(err, model->job.runs ? "%s: the job is still running" : "%s: the run failed", path);
    if (!find_value(reading, model, name, &s))
        return mw_err_set(err,
                          "%s: no value of %s in its name (%s=...) or, with a template as in -- --%s {%s}, in its command line",
                          path, reading->param, reading->param, reading->param, reading->param);
    return mw_study_add_run(reading->study, model, name, s, err);
}

/* Whether all jobs run the same program, as a study requires. */
static bool is_one_program(const struct mw_model *run)
{
    const char *exe = NULL;

    for (size_t i = 0; i < run->job_count; i++) {
        const struct mw_model *job = &run->jobs[i];
        if (!job->rank_count || (exe && strcmp(exe, job->ranks[0].exe) != 0))
            return false;
        exe = job->ranks[0].exe;
    }
    return true;
}

/* A script that runs the program several times counts as several runs. */
static void take_jobs(struct reading *reading, const struct mw_model *run, const char *path, const char *name)
{
    struct mw_err err;
    char *part = mw_mem_alloc(strlen(path) + 32, 1), *of = mw_mem_alloc(strlen(name) + 32, 1);

    if (!is_one_program(run)) {
        mw_err_set(&err, "%s: contains %zu MPI jobs of different programs: record each program separately", path,
                   run->job_count);
        leave_out(reading, err.text);
    }
    for (size_t i = 0; i < run->job_count && is_one_program(run); i++) {
        sprintf(part, "%s, job %u", path, run->jobs[i].number);
        sprintf(of, "%s, job %u", name, run->jobs[i].number);
        if (take_job(reading, &run->jobs[i], part, of, &err) < 0)
            leave_out(reading, err.text);
    }
    free(part);
    free(of);
}

static void take(struct reading *reading, const char *path, const char *name, const char *expected)
{
    struct mw_err err;
    struct mw_model *model = mw_source_read(path, &err);

    if (!model) {
        leave_out(reading, err.text);
        return;
    }
    if (expected && strcmp(expected, model->job.command) != 0) {
        mw_err_set(&err, "%s: recorded from another command (%s): choose another --dir", path, model->job.command);
        leave_out(reading, err.text);
    } else if (model->job_count) {
        take_jobs(reading, model, path, name);
    } else if (take_job(reading, model, path, name, &err) < 0) {
        leave_out(reading, err.text);
    }
    mw_model_destroy(model);
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), size = strlen(end);

    return length >= size && !strcmp(text + length - size, end);
}

/* Records and run directories; other files of a study are skipped. */
static int is_record(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && !ends_with(entry->d_name, ".failed.json") && !ends_with(entry->d_name, ".log");
}

/* Without a template, the first unknown pair in a record's name is the parameter. */
static bool pair_name(const char *file, char *name, size_t size)
{
    for (const char *at = file; at; at = strchr(at, ',')) {
        size_t length;
        at += *at == ',';
        length = strcspn(at, "=,");
        if (at[length] != '=' || !length || length >= size || !strncmp(at, "n=", 2) || !strncmp(at, "run=", 4))
            continue;
        memcpy(name, at, length);
        name[length] = '\0';
        mw_text_clean(name);
        return true;
    }
    return false;
}

static int read_from(struct reading *reading, struct mw_err *err)
{
    const char *dir = reading->options->from;
    struct dirent **entries;
    int count = scandir(dir, &entries, is_record, versionsort);
    static char name[64];

    if (count < 0)
        return mw_err_set(err, "cannot read %s: %s", dir, strerror(errno));
    for (int i = 0; i < count && !reading->param; i++)
        if (pair_name(entries[i]->d_name, name, sizeof(name)))
            reading->param = name;
    for (int i = 0; i < count; i++) {
        char path[PATH_MAX];
        if (snprintf(path, sizeof(path), "%s/%s", dir, entries[i]->d_name) < (int)sizeof(path))
            take(reading, path, entries[i]->d_name, NULL);
        free(entries[i]);
    }
    free(entries);
    return 0;
}

/* As stored in the record. */
static char *joined(char **command)
{
    size_t size = 1, length = 0;
    char *text;

    for (char **word = command; *word; word++)
        size += strlen(*word) + 1;
    text = mw_mem_alloc(1, size);
    for (char **word = command; *word; word++)
        length += (size_t)snprintf(text + length, size - length, "%s%s", word > command ? " " : "", *word);
    mw_text_clean(text);
    return text;
}

static int read_planned(struct reading *reading, struct mw_err *err)
{
    const struct mw_scale_options *options = reading->options;

    reading->study->command = joined(options->command);
    for (size_t i = 0; i < mw_scale_plan_count(options); i++) {
        struct mw_scale_step step;
        char path[PATH_MAX], **command, *expected;
        mw_scale_plan_step(options, i, &step);
        command = mw_scale_plan_command(options, &step, err);
        if (!command)
            return -1;
        expected = joined(command);
        mw_scale_plan_free(command);
        if (snprintf(path, sizeof(path), "%s/%s.json", options->dir ? options->dir : MW_SCALE_DIR, step.name) <
                (int)sizeof(path) &&
            !access(path, F_OK))
            take(reading, path, step.name, strlen(expected) < sizeof(((struct mw_view *)0)->command) - 1 ? expected : NULL);
        free(expected);
    }
    return 0;
}

int mw_scale_read_all(struct mw_study *study, const struct mw_scale_options *options, struct mw_err *err)
{
    struct reading reading = {.study = study, .options = options};
    size_t count;
    const struct mw_scale_param *param = varied(options, &count);
    static char name[64];

    if (count > 1)
        return mw_err_set(err, "more than one parameter varies: models support the number of ranks and one parameter");
    if (param)
        reading.param = param->name;
    else if (options->at_name[0])
        reading.param = options->at_name;
    else if (options->from && template_name(options->command, name, sizeof(name)))
        reading.param = name;
    if ((options->from ? read_from(&reading, err) : read_planned(&reading, err)) < 0)
        return -1;
    if (reading.param)
        study->param = mw_mem_copy(reading.param);
    return reading.left_out;
}
