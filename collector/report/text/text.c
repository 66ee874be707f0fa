/* SPDX-License-Identifier: MIT */
#include "collector/report/text/text.h"

#include "collector/base/ascii.h"
#include "collector/report/text/parts.h"

#define DEFAULT_WIDTH 100
#define MIN_WIDTH 60
#define NOTES_SHOWN 12
#define LARGE_ERROR (4u << 20) /* reading errors above this are shown with the largest difference found */

void mw_report_text_notes(const struct mw_report *report)
{
    const struct mw_model *model = report->model;
    size_t shown = 0, more = model->notes_dropped;

    for (size_t i = 0; i < model->note_count; i++) {
        const struct mw_model_note *note = &model->notes[i];
        if (shown == 0)
            mw_report_heading(report, "Notes", "");
        if (++shown > NOTES_SHOWN && !report->style->all)
            more++;
        else
            mw_report_paragraph(report, "  · ", note->kind == MW_MODEL_NOTE_LOST ? MW_TEXT_WARN : MW_TEXT_PLAIN, "%s",
                                note->text);
    }
    if (more)
        mw_report_paragraph(report, "  · ", MW_TEXT_DIM, "%zu more notes", more);
}

static bool has_estimates(const struct mw_model *model)
{
    for (size_t i = 0; i < model->rank_count; i++)
        if (model->ranks[i].held_mpi.kind == MW_MODEL_ESTIMATE)
            return true;
    return false;
}

static void write_legend(const struct mw_report *report)
{
    const struct mw_model_cost *cost = &report->model->cost;
    char error[64] = "", checked[160] = "";

    if (cost->error_bytes_max)
        snprintf(error, sizeof(error), ", at most %s too low", mw_units_bytes(cost->error_bytes_max).text);
    if (cost->error_bytes_max >= LARGE_ERROR && cost->checks)
        snprintf(checked, sizeof(checked),
                 " by the design of its counters; %llu comparisons with a count of the pages found at "
                 "most %s",
                 (unsigned long long)cost->checks, mw_units_bytes(cost->checked_bytes_max).text);
    fputc('\n', report->out);
    mw_report_paragraph(report, "  ", MW_TEXT_DIM,
                        "= exact: the kernel's own high-water mark%s%s   ≤ at most   ≥ at least: "
                        "sampled, or known only up to some time%s",
                        error, checked, has_estimates(report->model) ? "   ~ about: from a sample of the allocations" : "");
}

void mw_report_text_sections(const struct mw_report *report)
{
    mw_report_text_verdict(report);
    mw_report_text_deaths(report);
    mw_report_text_peak(report);
    mw_report_text_no_ranks(report);
    if (!report->model->number) /* hosts and their limits are those of the run */
        mw_report_text_hosts(report);
    mw_report_text_ranks(report);
    mw_report_text_waterfall(report);
    mw_report_text_heap(report);
    mw_report_text_rises(report);
    mw_report_text_phases(report);
    mw_report_text_phase_lines(report);
    mw_report_text_sites(report);
    mw_report_text_objects(report);
    mw_report_text_processes(report);
    mw_report_text_notes(report);
}

int mw_report_text_write(FILE *out, const struct mw_model *model, const struct mw_report_style *style)
{
    struct mw_ascii ascii = mw_ascii_begin(out, style->ascii);
    struct mw_report report = {.out = ascii.stream,
                               .model = model,
                               .style = style,
                               .width = style->width ? style->width : DEFAULT_WIDTH,
                               .color = style->color};

    if (report.width < MIN_WIDTH)
        report.width = MIN_WIDTH;
    mw_report_text_job(&report);
    if (model->job_count)
        mw_report_text_jobs(&report);
    else
        mw_report_text_sections(&report);
    write_legend(&report);
    mw_ascii_end(&ascii);
    return fflush(out) == 0 && !ferror(out) ? 0 : -1;
}

int mw_report_text_more_write(FILE *out, const struct mw_report_style *style)
{
    const char *begin = mw_text_style_start(MW_TEXT_DIM, style->color), *end = mw_text_style_end(MW_TEXT_DIM, style->color);

    fprintf(out, "%s  more: memwatch report --last %s--html page.html; memwatch runs lists saved runs%s\n", begin,
            style->all ? "" : "--all, or ", end);
    return fflush(out) == 0 && !ferror(out) ? 0 : -1;
}
