/* SPDX-License-Identifier: MIT */
#include "launcher/output/results.h"

#include "collector/base/markup.h"
#include "collector/base/message.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int mw_results_open(struct mw_results *results, const struct mw_results_options *options, bool force, struct mw_err *err)
{
    *results = (struct mw_results){.options = *options};
    return options->junit ? mw_output_open(&results->junit, options->junit, force, err) : 0;
}

static void put_xml(FILE *out, const char *text)
{
    mw_markup_put(out, MW_MARKUP_XML, text);
}

/* ---- JUnit: a test case for each check ---- */

static size_t count(const struct mw_findings *findings, enum mw_finding_level level)
{
    size_t n = 0;

    for (size_t i = 0; i < findings->count; i++)
        n += findings->items[i].level == level;
    return n;
}

static void write_case(FILE *out, const struct mw_finding *finding)
{
    fprintf(out, "    <testcase classname=\"memwatch\" name=\"%s\"", finding->check);
    if (finding->file[0]) {
        fputs(" file=\"", out);
        put_xml(out, finding->file);
        fprintf(out, "\" line=\"%u\"", (unsigned)finding->line);
    }
    fputs(finding->level == MW_FINDING_FAILED ? ">\n      <failure message=\"" : ">\n      <system-out>", out);
    put_xml(out, finding->text);
    fputs(finding->level == MW_FINDING_FAILED ? "\"/>\n    </testcase>\n" : "</system-out>\n    </testcase>\n", out);
}

void mw_results_write_junit(FILE *out, const struct mw_findings *findings, const char *subject, const struct mw_model *model)
{
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
            "  <testsuite name=\"memwatch\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"0\">\n"
            "    <properties><property name=\"subject\" value=\"",
            findings->count, count(findings, MW_FINDING_FAILED));
    put_xml(out, subject);
    fputs("\"/>\n", out);
    for (size_t i = 0; model && i < model->verdict_count; i++) {
        fprintf(out, "      <property name=\"%s\" value=\"", mw_verdict_parts[model->verdict[i].part]);
        put_xml(out, model->verdict[i].text);
        fputs("\"/>\n", out);
    }
    fputs("    </properties>\n", out);
    for (size_t i = 0; i < findings->count; i++)
        write_case(out, &findings->items[i]);
    fputs("  </testsuite>\n</testsuites>\n", out);
}

static int save_junit(struct mw_results *results, const struct mw_findings *findings, const char *subject,
                      const struct mw_model *model)
{
    struct mw_err err;

    mw_results_write_junit(results->junit.file, findings, subject, model);
    if (!mw_output_commit(&results->junit, &err))
        return 0;
    mw_message("memwatch: %s\n", err.text);
    return 1;
}

/* ---- GitHub ---- */

/* Annotations need paths relative to the repository. */
static const char *in_workspace(const char *path)
{
    const char *workspace = getenv("GITHUB_WORKSPACE");
    size_t length = workspace ? strlen(workspace) : 0;

    return length && !strncmp(path, workspace, length) && path[length] == '/' ? path + length + 1 : path;
}

/* Prints a workflow command. Runners read both streams; stdout belongs to the program. */
static void annotate(FILE *out, const struct mw_finding *finding)
{
    if (finding->level == MW_FINDING_PASSED)
        return;
    fprintf(out, "::%s title=memwatch %s", finding->level == MW_FINDING_FAILED ? "error" : "warning", finding->check);
    if (finding->file[0]) {
        fputs(",file=", out);
        mw_markup_put(out, MW_MARKUP_GITHUB_PROPERTY, in_workspace(finding->file));
        fprintf(out, ",line=%u", (unsigned)finding->line);
    }
    fputs("::", out);
    mw_markup_put(out, MW_MARKUP_GITHUB, finding->text);
    fputc('\n', out);
}

static void put_markdown(FILE *out, const char *text)
{
    mw_markup_put(out, MW_MARKUP_MARKDOWN, text);
}

void mw_results_write_summary(FILE *out, const struct mw_findings *findings, const char *subject, const struct mw_model *model)
{
    static const char *const words[] = {"passed", "warning", "**failed**"};

    fputs("### memwatch: ", out);
    put_markdown(out, subject);
    fputs("\n\n", out);
    for (size_t i = 0; model && i < model->verdict_count; i++) {
        fprintf(out, "- **%s**: ", mw_verdict_parts[model->verdict[i].part]);
        put_markdown(out, model->verdict[i].text);
        fputs(i + 1 < model->verdict_count ? "\n" : "\n\n", out);
    }
    fputs("| check | result | |\n| --- | --- | --- |\n", out);
    for (size_t i = 0; i < findings->count; i++) {
        fprintf(out, "| %s | %s | ", findings->items[i].check, words[findings->items[i].level]);
        put_markdown(out, findings->items[i].text);
        fputs(" |\n", out);
    }
    fputc('\n', out);
}

static int save_summary(const struct mw_findings *findings, const char *subject, const struct mw_model *model)
{
    const char *path = getenv("GITHUB_STEP_SUMMARY");
    FILE *out;
    bool ok;
    int fd;

    if (!path || !*path)
        return 0;
    fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
              0666); /* opening a FIFO must not block */
    out = fd < 0 ? NULL : fdopen(fd, "a");
    if (out) {
        mw_results_write_summary(out, findings, subject, model);
        ok = !ferror(out);
        if (!fclose(out) && ok)
            return 0;
    }
    mw_message("memwatch: cannot write the step summary %s: %s\n", path, strerror(errno));
    return 1;
}

/* ---- all forms ---- */

static void print_finding(const struct mw_finding *finding)
{
    if (finding->level != MW_FINDING_PASSED)
        mw_message("memwatch: %s: %s%s\n", finding->check, finding->level == MW_FINDING_WARNING ? "warning: " : "",
                   finding->text);
}

int mw_results_report(struct mw_results *results, const struct mw_findings *findings, const char *subject,
                      const struct mw_model *model)
{
    int failed = 0;

    for (size_t i = 0; i < findings->count; i++)
        if (results->options.github)
            annotate(stderr, &findings->items[i]);
        else
            print_finding(&findings->items[i]);
    if (results->junit.file)
        failed |= save_junit(results, findings, subject, model);
    if (results->options.github)
        failed |= save_summary(findings, subject, model);
    return failed;
}

void mw_results_release(struct mw_results *results)
{
    mw_output_release(&results->junit);
}

void mw_results_abandon(struct mw_results *results)
{
    mw_output_abandon(&results->junit);
}
