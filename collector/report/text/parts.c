/* SPDX-License-Identifier: MIT */
#include "collector/report/text/parts.h"

#include "collector/base/short_name.h"
#include "collector/report/names.h"

#include <stdarg.h>
#include <string.h>

size_t mw_report_rows(const struct mw_report *report, size_t rows)
{
    return report->style->all ? MW_REPORT_TEXT_ALL : rows;
}

void mw_report_left_out(const struct mw_report *report, size_t count, const char *one, const char *many)
{
    const char *how = report->style->all ? "not listed" : count == 1 ? "--all lists it" : "--all lists them";

    if (count)
        mw_report_paragraph(report, "    ", MW_TEXT_DIM, "%zu %s: %s", count, count == 1 ? one : many, how);
}

struct mw_units mw_report_share(int64_t bytes, uint64_t all)
{
    double percent = bytes > 0 && all ? 100.0 * (double)bytes / (double)all : 0;
    struct mw_units text = {""};

    if (percent >= 1)
        snprintf(text.text, sizeof(text.text), "%.0f %%", percent < 999 ? percent : 999);
    else if (percent > 0)
        snprintf(text.text, sizeof(text.text), "< 1 %%");
    return text;
}

void mw_report_add_error(struct mw_text_table *table, uint64_t error)
{
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s%s", error ? "± " : "", error ? mw_units_bytes(error).text : "");
}

void mw_report_heading(const struct mw_report *report, const char *title, const char *remark)
{
    fprintf(report->out, "\n%s%s%s", mw_text_style_start(MW_TEXT_BOLD, report->color), title,
            mw_text_style_end(MW_TEXT_BOLD, report->color));
    if (remark[0] && mw_text_width(title) + 3 + mw_text_width(remark) <= report->width)
        fprintf(report->out, "   %s\n", remark);
    else {
        fputc('\n', report->out);
        if (remark[0])
            mw_report_paragraph(report, "  ", MW_TEXT_PLAIN, "%s", remark);
    }
}

void mw_report_paragraph(const struct mw_report *report, const char *first, enum mw_text_style style, const char *format, ...)
{
    int indent = mw_text_width(first);
    char buffer[1100];
    const char *text = buffer;
    va_list args;

    va_start(args, format);
    vsnprintf(buffer, sizeof(buffer), format, args);
    va_end(args);
    mw_text_clean_line(buffer);
    do {
        size_t length = mw_text_break(text, report->width - indent);
        if (text == buffer)
            fputs(first, report->out);
        else
            fprintf(report->out, "%*s", indent, "");
        fprintf(report->out, "%s%.*s%s\n", mw_text_style_start(style, report->color), (int)length, text,
                mw_text_style_end(style, report->color));
        text += length;
        text += *text == ' ';
    } while (*text);
}

void mw_report_append_frame(char *text, size_t size, const struct mw_model_place *place, const struct mw_model_place *before,
                            int width)
{
    size_t length = strlen(text);
    const char *label = place->label, *function = mw_report_names_is_in_label(place) ? "" : place->function;
    char name[MW_REPORT_NAME], fitted[MW_REPORT_NAME];

    if (before && place->line && before->file == place->file) /* equal strings are stored once */
        label = strrchr(label, ':');
    if (width && function[0]) {
        mw_short_name(name, sizeof(name), function);
        mw_short_name_fit(fitted, sizeof(fitted), name, width);
        function = fitted;
    }
    snprintf(text + length, size - length, "%s%s%s%s", length ? " ← " : "", function, function[0] ? " " : "", label);
}
