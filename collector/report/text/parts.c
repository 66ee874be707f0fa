/* SPDX-License-Identifier: MIT */
#include "collector/report/text/parts.h"

#include "collector/base/short_name.h"
#include "collector/model/certainty.h"
#include "collector/model/rank_name.h"
#include "collector/report/names.h"

#include <stdarg.h>
#include <string.h>

#define SHORT_FILE 14 /* columns of a file's name if space is short */
#define SHORT_NAME 20 /* and of a function with an offset */

struct mw_units mw_report_bytes(struct mw_model_bytes bytes)
{
    struct mw_units plain = mw_units_bytes(bytes.bytes), u;

    if (bytes.kind == MW_MODEL_UNKNOWN)
        snprintf(u.text, sizeof(u.text), "?");
    else
        snprintf(u.text, sizeof(u.text), "%s %.24s", mw_certainty[bytes.kind].sign, plain.text);
    return u;
}

struct mw_units mw_report_rank(const struct mw_model *model, uint32_t rank)
{
    return mw_rank_name_short(model, rank);
}

struct mw_units mw_report_when(const struct mw_model *model, uint64_t ns)
{
    return mw_units_time(mw_model_elapsed(model, ns));
}

void mw_report_call(char *text, size_t size, const char *call, const struct mw_model_place *place)
{
    const char *bare = strncmp(call, "MPI_", 4) == 0 ? call + 4 : call;
    char file[160], name[MW_REPORT_NAME];

    if (place && place->line) {
        mw_text_fit(file, sizeof(file), place->file, SHORT_FILE, MW_TEXT_CUT_MIDDLE);
        snprintf(text, size, "%s:%u %s", file, (unsigned)place->line, bare);
    } else if (place) {
        const char *via = strstr(place->label, " (via ");
        snprintf(name, sizeof(name), "%.*s", via ? (int)(via - place->label) : MW_REPORT_NAME, place->label);
        mw_short_name_fit(file, sizeof(file), name, SHORT_NAME);
        snprintf(text, size, "%s %s", file, bare);
    } else
        snprintf(text, size, "%s", bare);
}

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

void mw_report_paragraph(const struct mw_report *report, const char *first, enum mw_text_style style,
                         const char *format, ...)
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
