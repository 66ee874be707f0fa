/* SPDX-License-Identifier: MIT */
#include "collector/page/data.h"

#include "collector/base/json_out.h"
#include "collector/page/curves.h"
#include "collector/page/parts.h"
#include "collector/page/table.h"
#include "collector/report/lines/lines.h"

/* ---- members of the object, each except the first after a comma ---- */

static void put(FILE *out, const char *key, uint64_t value)
{
    fprintf(out, ",\"%s\":", key);
    mw_json_out_unsigned(out, value);
}

static void put_text(FILE *out, const char *key, const char *text)
{
    fprintf(out, ",\"%s\":", key);
    mw_json_out_string(out, text);
}

static void put_known(FILE *out, const char *key, struct mw_model_bytes value)
{
    fprintf(out, ",\"%s\":", key);
    mw_page_table_put_known(out, value);
}

/* ---- sentences ---- */

static const char *const kinds[MW_LINE_KINDS] = {
    [MW_LINE_PLAIN] = "plain", [MW_LINE_ALARM] = "alarm", [MW_LINE_WARN] = "warn", [MW_LINE_ASIDE] = "aside"};

static void put_line(FILE *out, const struct mw_line *line)
{
    fprintf(out, "{\"level\":%d,\"kind\":\"%s\"", line->level, kinds[line->kind]);
    if (line->has_value)
        put_known(out, "value", line->value);
    if (line->label[0])
        put_text(out, "label", line->label);
    put_text(out, "text", line->text);
    putc('}', out);
}

static void put_lines(FILE *out, const char *key, const struct mw_lines *lines)
{
    fprintf(out, ",\n\"%s\":[", key);
    for (size_t i = 0; i < lines->count; i++) {
        fputs(i ? ",\n" : "", out);
        put_line(out, &lines->items[i]);
    }
    putc(']', out);
}

/* The texts of lines that form one paragraph. */
static void put_texts(FILE *out, const char *key, const struct mw_lines *lines)
{
    fprintf(out, ",\n\"%s\":[", key);
    for (size_t i = 0; i < lines->count; i++) {
        fputs(i ? "," : "", out);
        mw_json_out_string(out, lines->items[i].text);
    }
    putc(']', out);
}

static void put_section(FILE *out, const char *key, const struct mw_model *model, void (*fill)(struct mw_lines *),
                        void (*write)(FILE *out, const char *key, const struct mw_lines *lines))
{
    struct mw_lines lines = {.model = model};

    fill(&lines);
    write(out, key, &lines);
    mw_lines_free(&lines);
}

static void add_notes(struct mw_lines *lines)
{
    const struct mw_model *model = lines->model;

    for (size_t i = 0; i < model->note_count; i++)
        mw_lines_add(lines, 0, model->notes[i].kind == MW_MODEL_NOTE_LOST ? MW_LINE_WARN : MW_LINE_PLAIN, "%s",
                     model->notes[i].text);
    if (model->notes_dropped)
        mw_lines_add(lines, 0, MW_LINE_ASIDE, "%zu more notes", model->notes_dropped);
}

/* MPI's memory and other growth inside calls. */
static void add_mpi(struct mw_lines *lines)
{
    char text[200];

    if (!lines->model->site_count)
        return;
    mw_lines_mpi_own(text, sizeof(text), lines->model);
    mw_lines_add(lines, 0, MW_LINE_PLAIN, "%s", text);
    mw_lines_in_mpi(lines);
    mw_lines_objects(lines);
}

/* In a run with several jobs the ranks are in the data of the jobs. */
static void add_no_ranks(struct mw_lines *lines)
{
    if (!lines->model->job_count)
        mw_lines_no_ranks(lines);
}

static void put_verdict(FILE *out, const struct mw_model *model)
{
    fputs(",\n\"verdict\":[", out);
    for (size_t i = 0; i < model->verdict_count; i++) {
        fprintf(out, "%s{\"part\":\"%s\",\"weight\":\"%s\"", i ? ",\n" : "", mw_verdict_parts[model->verdict[i].part],
                mw_verdict_weights[model->verdict[i].weight]);
        put_text(out, "text", model->verdict[i].text);
        putc('}', out);
    }
    putc(']', out);
}

/* Why no rank has lines that hold its memory. */
static void add_heap_missing(struct mw_lines *lines)
{
    const struct mw_model *model = lines->model;

    for (size_t i = 0; i < model->rank_count; i++)
        if (model->ranks[i].heap.mark)
            return;
    if (model->rank_count)
        mw_lines_heap_why(lines, model->rank_peak.worst);
}

static void put_sentences(FILE *out, const struct mw_model *model)
{
    put_section(out, "summary", model, mw_lines_job, put_texts);
    put_verdict(out, model);
    put_section(out, "post_mortem", model, mw_lines_deaths, put_lines);
    put_section(out, "certainty", model, mw_lines_peak, put_lines);
    put_section(out, "no_ranks", model, add_no_ranks, put_lines);
    put_section(out, "in_mpi", model, add_mpi, put_texts);
    put_section(out, "heap_missing", model, add_heap_missing, put_lines);
    put_section(out, "heap_alone", model, mw_lines_heap_alone, put_lines);
    put_section(out, "notes", model, add_notes, put_lines);
}

/* ---- the job ---- */

/* The limit with the least left; null: none is known. */
static void put_headroom(FILE *out, const struct mw_model *model)
{
    const struct mw_model_headroom *headroom = &model->headroom;
    char whose[600];

    if (headroom->kind == MW_LIMIT_NONE) {
        fputs(",\n\"headroom\":null", out);
        return;
    }
    mw_lines_limit(whose, sizeof(whose), model);
    fputs(",\n\"headroom\":{\"limit\":", out);
    mw_json_out_unsigned(out, headroom->bytes);
    put_known(out, "used", headroom->used);
    put_text(out, "whose", whose);
    put_text(out, "host", model->host_count > 1 ? model->hosts[headroom->host].name : "");
    putc('}', out);
}

static void put_peak(FILE *out, const struct mw_model *model)
{
    const struct mw_model_peak *peak = &model->peak;

    put_known(out, "seen", peak->seen);
    put_known(out, "upper", peak->upper);
    put_known(out, "pss", peak->pss);
    put(out, "open_ranks", peak->upper_open_ranks);
    put(out, "sum_of_peaks", peak->sum_of_peaks);
    put(out, "bound_sampled", peak->upper_sampled);
    put(out, "error", model->cost.error_bytes_max);
}

static void put_curves(FILE *out, const struct mw_model *model, const struct mw_page_curves *curves)
{
    put(out, "span", curves->span_ns);
    put(out, "slice", curves->step_ns);
    put(out, "slices", curves->count);
    put(out, "curve_unit", curves->unit);
    fputs(",\n\"seen_curve\":", out);
    mw_page_curves_write_job(out, curves, model);
    fputs(",\n\"bound_curve\":", out);
    mw_page_curves_write_bound(out, curves, model);
}

void mw_page_data_write_one(FILE *out, const struct mw_model *model, const struct mw_report_style *style)
{
    struct mw_page_curves curves = mw_page_curves_of(model);

    fputs("{\"command\":", out);
    mw_json_out_string(out, model->job.command);
    put_sentences(out, model);
    put_peak(out, model);
    put_headroom(out, model);
    put_curves(out, model, &curves);
    mw_page_hosts(out, model);
    mw_page_ranks(out, model, &curves);
    mw_page_waterfall(out, model, style);
    mw_page_phases(out, model);
    mw_page_sites(out, model);
    mw_page_rises(out, model);
    mw_page_processes(out, model, style);
    mw_page_heap(out, model, style);
    putc('}', out);
}
