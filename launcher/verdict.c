/* SPDX-License-Identifier: MIT */
#include "launcher/verdict.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int mw_verdict_open(struct mw_verdict *verdict, const struct mw_verdict_options *options, bool force,
                    struct mw_err *err)
{
    *verdict = (struct mw_verdict){.options = *options};
    return options->junit ? mw_output_open(&verdict->junit, options->junit, force, err) : 0;
}

/* Writes a text with what `special` names replaced, character by character, by `with`. */
static void put(FILE *out, const char *text, const char *special, const char *const with[])
{
    for (; *text; text++) {
        const char *found = strchr(special, *text);
        if (found)
            fputs(with[found - special], out);
        else
            fputc(*text, out);
    }
}

static void put_xml(FILE *out, const char *text)
{
    static const char *const with[] = {"&amp;", "&lt;", "&gt;", "&quot;"};

    put(out, text, "&<>\"", with);
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

static int write_junit(struct mw_verdict *verdict, const struct mw_findings *findings, const char *subject)
{
    FILE *out = verdict->junit.file;
    struct mw_err err;

    fprintf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
                 "  <testsuite name=\"memwatch\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"0\">\n"
                 "    <properties><property name=\"subject\" value=\"",
            findings->count, count(findings, MW_FINDING_FAILED));
    put_xml(out, subject);
    fputs("\"/></properties>\n", out);
    for (size_t i = 0; i < findings->count; i++)
        write_case(out, &findings->items[i]);
    fputs("  </testsuite>\n</testsuites>\n", out);
    if (!mw_output_commit(&verdict->junit, &err))
        return 0;
    fprintf(stderr, "memwatch: %s\n", err.text);
    return 1;
}

/* ---- GitHub ---- */

/* Annotations are placed by paths within the repository. */
static const char *in_workspace(const char *path)
{
    const char *workspace = getenv("GITHUB_WORKSPACE");
    size_t length = workspace ? strlen(workspace) : 0;

    return length && !strncmp(path, workspace, length) && path[length] == '/' ? path + length + 1 : path;
}

/* A workflow command. Runners read them from both streams; stdout is the program's. */
static void annotate(const struct mw_finding *finding)
{
    static const char *const with[] = {"%25", "%0D", "%0A", "%3A", "%2C"};

    if (finding->level == MW_FINDING_PASSED)
        return;
    fprintf(stderr, "::%s title=memwatch %s", finding->level == MW_FINDING_FAILED ? "error" : "warning", finding->check);
    if (finding->file[0]) {
        fputs(",file=", stderr);
        put(stderr, in_workspace(finding->file), "%\r\n:,", with);
        fprintf(stderr, ",line=%u", (unsigned)finding->line);
    }
    fputs("::", stderr);
    put(stderr, finding->text, "%\r\n", with);
    fputc('\n', stderr);
}

static void put_markdown(FILE *out, const char *text)
{
    static const char *const with[] = {"\\|", "&lt;", "&gt;", "&amp;", "\\`", "\\*", "\\_", "\\[", "\\\\"};

    put(out, text, "|<>&`*_[\\", with);
}

static int write_summary(const struct mw_findings *findings, const char *subject)
{
    static const char *const words[] = {"passed", "warning", "**failed**"};
    const char *path = getenv("GITHUB_STEP_SUMMARY");
    FILE *out;
    bool ok;

    if (!path || !*path)
        return 0;
    out = fopen(path, "ae");
    if (out) {
        fputs("### memwatch: ", out);
        put_markdown(out, subject);
        fputs("\n\n| check | result | |\n| --- | --- | --- |\n", out);
        for (size_t i = 0; i < findings->count; i++) {
            fprintf(out, "| %s | %s | ", findings->items[i].check, words[findings->items[i].level]);
            put_markdown(out, findings->items[i].text);
            fputs(" |\n", out);
        }
        fputc('\n', out);
        ok = !ferror(out);
        if (!fclose(out) && ok)
            return 0;
    }
    fprintf(stderr, "memwatch: cannot write the step summary %s: %s\n", path, strerror(errno));
    return 1;
}

/* ---- all of it ---- */

static void say(const struct mw_finding *finding)
{
    if (finding->level != MW_FINDING_PASSED)
        fprintf(stderr, "memwatch: %s: %s%s\n", finding->check,
                finding->level == MW_FINDING_WARNING ? "warning: " : "", finding->text);
}

int mw_verdict_tell(struct mw_verdict *verdict, const struct mw_findings *findings, const char *subject)
{
    int failed = 0;

    for (size_t i = 0; i < findings->count; i++)
        if (verdict->options.github)
            annotate(&findings->items[i]);
        else
            say(&findings->items[i]);
    if (verdict->junit.file)
        failed |= write_junit(verdict, findings, subject);
    if (verdict->options.github)
        failed |= write_summary(findings, subject);
    return failed;
}

void mw_verdict_release(struct mw_verdict *verdict)
{
    mw_output_release(&verdict->junit);
}

void mw_verdict_abandon(struct mw_verdict *verdict)
{
    mw_output_abandon(&verdict->junit);
}
