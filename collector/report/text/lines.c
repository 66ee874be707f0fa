/* SPDX-License-Identifier: MIT */
/* The sections that are sentences: lines (collector/report/lines) as paragraphs. */
#include "collector/report/lines/lines.h"
#include "collector/report/text/parts.h"

#include <string.h>

#define LABEL_WIDTH 12 /* columns of "Headroom" and "memwatch" */
#define VALUE_WIDTH 12
#define VERDICT_WIDTH 7 /* columns of "where" and the others */

static const enum mw_text_style styles[MW_LINE_KINDS] = {[MW_LINE_PLAIN] = MW_TEXT_PLAIN,
                                                         [MW_LINE_ALARM] = MW_TEXT_ALARM,
                                                         [MW_LINE_WARN] = MW_TEXT_WARN,
                                                         [MW_LINE_ASIDE] = MW_TEXT_DIM};

static void write_line(const struct mw_report *report, const char *first, const struct mw_line *line)
{
    mw_report_paragraph(report, first, styles[line->kind], "%s", line->text);
}

/* Each line as a paragraph, prefixed by `first` or `detail`, by its level. */
static void write_lines(const struct mw_report *report, const struct mw_lines *lines, const char *first, const char *detail)
{
    for (size_t i = 0; i < lines->count; i++)
        write_line(report, lines->items[i].level ? detail : first, &lines->items[i]);
}

/* All lines as one paragraph. */
static void write_joined(const struct mw_report *report, const struct mw_lines *lines, const char *first, const char *between)
{
    char text[1100] = "";

    for (size_t i = 0; i < lines->count; i++) {
        size_t length = strlen(text);
        snprintf(text + length, sizeof(text) - length, "%s%s", i ? between : "", lines->items[i].text);
    }
    if (lines->count)
        mw_report_paragraph(report, first, styles[lines->items[0].kind], "%s", text);
}

static void write_command(const struct mw_report *report)
{
    const char *command = report->model->job.command;
    char first[32] = "memwatch  ";

    if (report->model->number)
        snprintf(first, sizeof(first), "Job %u  ", report->model->number);
    mw_report_paragraph(report, first, MW_TEXT_BOLD, "%s", command[0] ? command : "(command unknown)");
}

void mw_report_text_job(const struct mw_report *report)
{
    struct mw_lines lines = {.model = report->model};

    write_command(report);
    mw_lines_job(&lines);
    write_joined(report, &lines, "  ", " · ");
    mw_lines_free(&lines);
}

/* Sentences of one part are below each other, after its name. */
void mw_report_text_verdict(const struct mw_report *report)
{
    static const enum mw_text_style weights[] = {
        [MW_VERDICT_PLAIN] = MW_TEXT_PLAIN, [MW_VERDICT_WARN] = MW_TEXT_WARN, [MW_VERDICT_ALARM] = MW_TEXT_ALARM};
    const struct mw_model *model = report->model;
    char first[32];

    if (model->verdict_count)
        mw_report_heading(report, "Verdict", "");
    for (size_t i = 0; i < model->verdict_count; i++) {
        const struct mw_model_verdict *sentence = &model->verdict[i];
        bool again = i && sentence->part == model->verdict[i - 1].part;
        snprintf(first, sizeof(first), "  %-*s", VERDICT_WIDTH, again ? "" : mw_verdict_parts[sentence->part]);
        mw_report_paragraph(report, first, weights[sentence->weight], "%s", sentence->text);
    }
}

void mw_report_text_deaths(const struct mw_report *report)
{
    struct mw_lines lines = {.model = report->model};

    mw_lines_deaths(&lines);
    if (lines.count)
        mw_report_heading(report, "Post-mortem", "");
    write_lines(report, &lines, "  ✗ ", "      ");
    mw_lines_free(&lines);
}

/* The number, padded so that the descriptions are aligned. */
static void write_value(const struct mw_report *report, const struct mw_line *line)
{
    struct mw_units number = mw_report_bytes(line->value);
    char first[64];

    if (line->value.kind == MW_MODEL_UNKNOWN)
        snprintf(number.text, sizeof(number.text), "unknown");
    snprintf(first, sizeof(first), "    %s%*s  ", number.text, VALUE_WIDTH - mw_text_width(number.text), "");
    write_line(report, first, line);
}

static void write_labelled(const struct mw_report *report, const struct mw_line *line)
{
    char first[64];

    snprintf(first, sizeof(first), "  %-*s", LABEL_WIDTH, line->label);
    write_line(report, first, line);
}

void mw_report_text_peak(const struct mw_report *report)
{
    struct mw_lines lines = {.model = report->model};
    bool is_run = report->model->job_count > 0;

    mw_report_heading(report, is_run ? "Peak memory of all jobs together" : "Peak memory of the job",
                      is_run ? "peaks at different times are not added" : "");
    mw_lines_peak(&lines);
    for (size_t i = 0; i < lines.count; i++)
        if (lines.items[i].has_value)
            write_value(report, &lines.items[i]);
        else
            write_labelled(report, &lines.items[i]);
    mw_lines_free(&lines);
}

void mw_report_text_no_ranks(const struct mw_report *report)
{
    struct mw_lines lines = {.model = report->model};

    mw_lines_no_ranks(&lines);
    if (lines.count)
        fputc('\n', report->out);
    write_lines(report, &lines, "  ", "    · ");
    mw_lines_free(&lines);
}

void mw_report_text_in_mpi(const struct mw_report *report)
{
    struct mw_lines lines = {.model = report->model};

    mw_lines_in_mpi(&lines);
    write_joined(report, &lines, "    ", "; ");
    mw_lines_free(&lines);
}

void mw_report_text_objects(const struct mw_report *report)
{
    struct mw_lines lines = {.model = report->model};

    mw_lines_objects(&lines);
    if (lines.count)
        mw_report_heading(report, "MPI objects", "created again and again, and not freed");
    write_lines(report, &lines, "  · ", "      ");
    mw_lines_free(&lines);
}
