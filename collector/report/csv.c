/* SPDX-License-Identifier: MIT */
#include "collector/report/csv.h"

#include "collector/base/clock.h"
#include "collector/base/markup.h"
#include "collector/base/mem.h"
#include "collector/model/certainty.h"
#include "collector/report/names.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void separate(struct mw_csv *csv)
{
    if (csv->begun)
        putc(',', csv->out);
    csv->begun = true;
}

/* Many readers strip blanks around an unquoted cell. */
static bool has_blank_edge(const char *text)
{
    return text[0] && (text[0] == ' ' || text[strlen(text) - 1] == ' ');
}

void mw_csv_text(struct mw_csv *csv, const char *text)
{
    bool quoted;

    separate(csv);
    if (!text)
        return;
    quoted = text[strcspn(text, "\",;\t\r\n")] || has_blank_edge(text);
    if (quoted)
        putc('"', csv->out);
    mw_markup_put(csv->out, MW_MARKUP_CSV, text);
    if (quoted)
        putc('"', csv->out);
}

void mw_csv_number(struct mw_csv *csv, uint64_t value)
{
    separate(csv);
    fprintf(csv->out, "%" PRIu64, value);
}

void mw_csv_real(struct mw_csv *csv, double value)
{
    separate(csv);
    if (!isnan(value))
        fprintf(csv->out, value == floor(value) && fabs(value) < 1e15 ? "%.0f" : "%.12g", value);
}

void mw_csv_change(struct mw_csv *csv, int64_t value)
{
    separate(csv);
    fprintf(csv->out, "%" PRId64, value);
}

void mw_csv_seconds(struct mw_csv *csv, uint64_t ns)
{
    separate(csv);
    fprintf(csv->out, "%llu.%09llu", ns / MW_NS_PER_SEC, ns % MW_NS_PER_SEC);
}

void mw_csv_known(struct mw_csv *csv, uint64_t value)
{
    if (value)
        mw_csv_number(csv, value);
    else
        mw_csv_empty(csv, 1);
}

void mw_csv_rank(struct mw_csv *csv, int32_t rank)
{
    if (rank >= 0)
        mw_csv_number(csv, (uint64_t)rank);
    else
        mw_csv_empty(csv, 1);
}

void mw_csv_job(struct mw_csv *csv, const struct mw_model *model)
{
    mw_csv_known(csv, model->job_count ? 0 : model->number ? model->number : 1);
}

void mw_csv_stack(struct mw_csv *csv, const struct mw_model_place *const *frames, uint32_t depth)
{
    size_t size = 1, length = 0;
    char *text;

    for (uint32_t i = 0; i < depth; i++)
        size += strlen(frames[i]->label) + strlen(frames[i]->function) + 4;
    text = mw_mem_alloc(size, 1);
    for (uint32_t i = 0; i < depth; i++) {
        const char *function = mw_report_names_is_in_label(frames[i]) ? "" : frames[i]->function;
        length += (size_t)snprintf(text + length, size - length, "%s%s%s%s", i ? " < " : "", frames[i]->label,
                                   function[0] ? " " : "", function);
    }
    mw_csv_text(csv, text);
    free(text);
}

void mw_csv_bytes(struct mw_csv *csv, struct mw_model_bytes bytes)
{
    if (bytes.kind == MW_MODEL_UNKNOWN)
        mw_csv_empty(csv, 1);
    else
        mw_csv_number(csv, bytes.bytes);
    mw_csv_text(csv, mw_certainty[bytes.kind].name);
}

void mw_csv_empty(struct mw_csv *csv, int cells)
{
    while (cells-- > 0)
        separate(csv);
}

void mw_csv_end(struct mw_csv *csv)
{
    putc('\n', csv->out);
    csv->begun = false;
}

void mw_csv_head(struct mw_csv *csv, const char *const *names)
{
    for (int i = 0; names[i]; i++)
        mw_csv_text(csv, names[i]);
    mw_csv_end(csv);
}
