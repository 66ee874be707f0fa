/* SPDX-License-Identifier: MIT */
#include "collector/report/text/parts.h"

#include <stdarg.h>

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
