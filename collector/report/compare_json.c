/* SPDX-License-Identifier: MIT */
/* A comparison as JSON. */
#include "collector/report/compare.h"

#include "collector/model/certainty.h"

#include <jansson.h>

#define SCHEMA 1

static json_t *side_of(const struct mw_compare_row *row, const struct mw_compare_values *side)
{
    json_t *values;

    if (!side->count)
        return json_null();
    values = json_array();
    for (size_t i = 0; i < side->count; i++)
        json_array_append_new(values, json_integer(side->values[i]));
    return json_pack("{s:I, s:I, s:s, s:I, s:s?, s:o}", "median_bytes", (json_int_t)side->median, "spread_bytes",
                     (json_int_t)side->spread, "kind",
                     row->explains && side->error ? "estimate" : mw_certainty[side->kind].name, "error_bytes",
                     (json_int_t)side->error, "where", side->where, "values_bytes", values);
}

static json_t *row_of(const struct mw_compare_row *row)
{
    const struct mw_compare_values *base = &row->sides[MW_COMPARE_BASE], *candidate = &row->sides[MW_COMPARE_CANDIDATE];
    json_t *change = base->count && candidate->count ? json_integer(row->change) : json_null();

    return json_pack("{s:s, s:s, s:s, s:s, s:I, s:o, s:s?, s:i, s:o, s:o}", "group", row->group, "name", row->name, "what",
                     row->what, "verdict", mw_report_compare_word(row->verdict), "followers", (json_int_t)row->followers,
                     "change_bytes", change, "file", row->file, "line", (int)row->line, "base", side_of(row, base), "candidate",
                     side_of(row, candidate));
}

static json_t *runs_of(const struct mw_compare *compare, enum mw_compare_side side)
{
    return json_pack("{s:I, s:I, s:s?, s:I, s:I, s:I}", "runs", (json_int_t)compare->runs[side], "failed_runs",
                     (json_int_t)compare->failed[side], "command", compare->commands[side], "ranks_min",
                     (json_int_t)compare->ranks_min[side], "ranks_max", (json_int_t)compare->ranks_max[side], "heap_runs",
                     (json_int_t)compare->heaps[side]);
}

/* Strings are clean UTF-8 (collector/model/model.h), as jansson requires. */
int mw_report_compare_json_write(FILE *out, const struct mw_compare *compare, const struct mw_report_style *style)
{
    static const char *const axes[] = {"phase", "rank", "site"};
    json_t *rows = json_array(), *lines = json_array(), *root;
    int failed;

    (void)style;
    for (size_t i = 0; i < compare->row_count; i++)
        json_array_append_new(compare->rows[i].explains ? lines : rows, row_of(&compare->rows[i]));
    root = json_pack("{s:i, s:s, s:f, s:b, s:b, s:o, s:o, s:o, s:o}", "schema", SCHEMA, "by", axes[compare->by], "threshold",
                     compare->threshold, "regression", (int)(mw_compare_count(compare, MW_COMPARE_GREW) > 0), "sound",
                     (int)mw_compare_is_sound(compare), "base", runs_of(compare, MW_COMPARE_BASE), "candidate",
                     runs_of(compare, MW_COMPARE_CANDIDATE), "rows", rows, "lines", lines);
    failed = !root || json_dumpf(root, out, JSON_INDENT(2) | JSON_REAL_PRECISION(9)) || fputc('\n', out) == EOF;
    json_decref(root);
    return failed ? -1 : 0;
}
