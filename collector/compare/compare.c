/* SPDX-License-Identifier: MIT */
#include "collector/compare/compare.h"

#include "collector/base/map.h"
#include "collector/base/mem.h"
#include "collector/base/text.h"
#include "collector/base/units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_ERRORS 3           /* standard deviations */
#define LINE_LEAST (256u << 10) /* a smaller change of a line is noise */

struct mw_compare *mw_compare_create(enum mw_compare_by by, double threshold)
{
    struct mw_compare *compare = mw_mem_alloc(1, sizeof(*compare));

    compare->by = by;
    compare->threshold = threshold;
    compare->keys = mw_map_create();
    return compare;
}

static void free_row(struct mw_compare_row *row)
{
    for (int side = 0; side < MW_COMPARE_SIDES; side++) {
        free(row->sides[side].values);
        free(row->sides[side].where);
        free(row->entries[side].values);
    }
    free(row->name);
    for (int kind = 0; kind < MW_COMPARE_ALIASES; kind++)
        free(row->aliases[kind]);
    free(row->function);
    free(row->file);
}

void mw_compare_destroy(struct mw_compare *compare)
{
    for (size_t i = 0; i < compare->row_count; i++)
        free_row(&compare->rows[i]);
    for (int side = 0; side < MW_COMPARE_SIDES; side++)
        free(compare->commands[side]);
    free(compare->rows);
    mw_map_destroy(compare->keys);
    free(compare);
}

struct mw_compare_row *mw_compare_row(struct mw_compare *compare, const char *group, const char *name, const char *what)
{
    size_t size = strlen(group) + strlen(name) + strlen(what) + 3;
    char *key = mw_mem_alloc(1, size);
    uint32_t next = (uint32_t)compare->row_count, found;
    struct mw_compare_row *row;

    snprintf(key, size, "%s\n%s\n%s", group, what, name);
    found = mw_map_add(compare->keys, key, size, next);
    free(key);
    if (found != next)
        return &compare->rows[found];
    row = MW_MEM_PUSH(compare->rows, compare->row_count);
    row->group = group;
    row->name = mw_mem_copy(name);
    mw_text_clean(row->name); /* removes a character that was cut */
    row->what = what;
    return row;
}

void mw_compare_add(struct mw_compare_values *values, int64_t value, enum mw_model_kind kind, uint64_t error, const char *where)
{
    static const int sureness[] = {
        [MW_MODEL_UNKNOWN] = 0, [MW_MODEL_AT_LEAST] = 1, [MW_MODEL_AT_MOST] = 2, [MW_MODEL_EXACT] = 3};

    if (values->count == 0 || sureness[kind] < sureness[values->kind])
        values->kind = kind;
    if (values->error < error)
        values->error = error;
    if (where && (!values->where || value > values->where_value)) {
        free(values->where);
        values->where = mw_mem_copy(where);
        mw_text_clean(values->where);
        values->where_value = value;
    }
    *MW_MEM_PUSH(values->values, values->count) = value;
}

/* Removes rows emptied by mw_compare_match(). */
static void drop_empty(struct mw_compare *compare)
{
    size_t kept = 0;

    for (size_t i = 0; i < compare->row_count; i++)
        if (compare->rows[i].sides[MW_COMPARE_BASE].count || compare->rows[i].sides[MW_COMPARE_CANDIDATE].count)
            compare->rows[kept++] = compare->rows[i];
        else
            free_row(&compare->rows[i]);
    compare->row_count = kept;
}

/* ---- verdicts ---- */

static int compare_values(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static void summarize(struct mw_compare_values *side)
{
    size_t n = side->count;

    if (n == 0)
        return;
    qsort(side->values, n, sizeof(*side->values), compare_values);
    side->median = n % 2 ? side->values[n / 2] : side->values[n / 2 - 1] + (side->values[n / 2] - side->values[n / 2 - 1]) / 2;
    side->spread = side->values[n - 1] - side->values[0];
}

uint64_t mw_compare_error(const struct mw_compare_row *row)
{
    uint64_t base = row->sides[MW_COMPARE_BASE].error, now = row->sides[MW_COMPARE_CANDIDATE].error;

    if (row->explains)
        return (uint64_t)fmin(hypot((double)base, (double)now), (double)INT64_MAX / 4);
    return base > now ? base : now;
}

/* Changes up to here prove nothing. */
static uint64_t noise_of(const struct mw_compare_row *row)
{
    uint64_t error = mw_compare_error(row);

    if (!row->explains)
        return error;
    return LINE_ERRORS * error > LINE_LEAST ? LINE_ERRORS * error : LINE_LEAST;
}

static enum mw_compare_verdict judge(const struct mw_compare *compare, const struct mw_compare_row *row)
{
    const struct mw_compare_values *base = &row->sides[MW_COMPARE_BASE], *candidate = &row->sides[MW_COMPARE_CANDIDATE];
    int64_t size = row->change < 0 ? -row->change : row->change;
    int64_t spread = base->spread > candidate->spread ? base->spread : candidate->spread;

    if (!base->count)
        return MW_COMPARE_NEW;
    if (!candidate->count)
        return MW_COMPARE_GONE;
    if ((double)size <= compare->threshold * (base->median < 0 ? -(double)base->median : (double)base->median))
        return MW_COMPARE_SAME;
    if (size <= spread || (uint64_t)size <= noise_of(row))
        return size ? MW_COMPARE_NOISE : MW_COMPARE_SAME;
    if (row->informs)
        return MW_COMPARE_SAMPLED;
    return row->change > 0 ? MW_COMPARE_GREW : MW_COMPARE_SHRANK;
}

static int order_of(enum mw_compare_verdict verdict)
{
    static const int order[] = {
        [MW_COMPARE_GREW] = 0,  [MW_COMPARE_SHRANK] = 1, [MW_COMPARE_SAMPLED] = 2, [MW_COMPARE_FOLLOWS] = 3,
        [MW_COMPARE_NOISE] = 4, [MW_COMPARE_NEW] = 5,    [MW_COMPARE_GONE] = 6,    [MW_COMPARE_SAME] = 7};

    return order[verdict];
}

static int compare_rows(const void *a, const void *b)
{
    const struct mw_compare_row *x = a, *y = b;
    bool job_x = !strcmp(x->group, "job"), job_y = !strcmp(y->group, "job");

    if (x->explains != y->explains)
        return x->explains ? 1 : -1;
    if (job_x != job_y)
        return job_x ? -1 : 1;
    if (!job_x && x->verdict != y->verdict)
        return order_of(x->verdict) - order_of(y->verdict);
    if (!job_x && x->change != y->change)
        return llabs(x->change) > llabs(y->change) ? -1 : 1;
    return job_x ? strcmp(y->name, x->name) : strcmp(x->name, y->name);
}

/* A job's sampled sum counts only if no upper bound is known on both sides. */
static void find_informing(struct mw_compare *compare)
{
    const struct mw_compare_row *upper = NULL;

    for (size_t i = 0; i < compare->row_count; i++)
        if (!strcmp(compare->rows[i].group, "job") && !strcmp(compare->rows[i].what, "upper bound"))
            upper = &compare->rows[i];
    if (!upper || !upper->sides[MW_COMPARE_BASE].count || !upper->sides[MW_COMPARE_CANDIDATE].count)
        for (size_t i = 0; i < compare->row_count; i++)
            compare->rows[i].informs = false;
}

void mw_compare_judge(struct mw_compare *compare)
{
    mw_compare_match(compare);
    mw_compare_lines_complete(compare);
    drop_empty(compare);
    find_informing(compare);
    for (size_t i = 0; i < compare->row_count; i++) {
        struct mw_compare_row *row = &compare->rows[i];
        summarize(&row->sides[MW_COMPARE_BASE]);
        summarize(&row->sides[MW_COMPARE_CANDIDATE]);
        summarize(&row->entries[MW_COMPARE_BASE]);
        summarize(&row->entries[MW_COMPARE_CANDIDATE]);
        if (row->sides[MW_COMPARE_BASE].count && row->sides[MW_COMPARE_CANDIDATE].count)
            row->change = row->sides[MW_COMPARE_CANDIDATE].median - row->sides[MW_COMPARE_BASE].median;
        row->verdict = judge(compare, row);
    }
    mw_compare_fold(compare);
    if (compare->row_count)
        qsort(compare->rows, compare->row_count, sizeof(*compare->rows), compare_rows);
}

size_t mw_compare_count(const struct mw_compare *compare, enum mw_compare_verdict verdict)
{
    size_t count = 0;

    for (size_t i = 0; i < compare->row_count; i++)
        count += !compare->rows[i].explains && compare->rows[i].verdict == verdict;
    return count;
}

size_t mw_compare_count_lines(const struct mw_compare *compare, enum mw_compare_verdict verdict)
{
    size_t count = 0;

    for (size_t i = 0; i < compare->row_count; i++)
        count += compare->rows[i].explains && compare->rows[i].verdict == verdict;
    return count;
}

/* The line whose largest value grew most; NULL if none grew. */
static const struct mw_compare_row *grown_line(const struct mw_compare *compare)
{
    for (size_t i = 0; i < compare->row_count; i++) /* in order of their changes */
        if (compare->rows[i].explains && compare->rows[i].verdict == MW_COMPARE_GREW)
            return &compare->rows[i];
    return NULL;
}

/* Of a regression of the job: the line that grew, and its place if the row has none. */
static void explain(const struct mw_compare *compare, const struct mw_compare_row *row, struct mw_finding *finding)
{
    const struct mw_compare_row *line = strcmp(row->group, "job") != 0 ? NULL : grown_line(compare);
    size_t length = strlen(finding->text);

    if (!line)
        return;
    snprintf(finding->text + length, sizeof(finding->text) - length, "; the line that grew most: %.200s, %s", line->name,
             mw_units_change(line->change).text);
    mw_text_clean(finding->text); /* removes a character that was cut */
    if (finding->file[0] || !line->file)
        return;
    snprintf(finding->file, sizeof(finding->file), "%s", line->file);
    finding->line = line->line;
}

void mw_compare_findings(const struct mw_compare *compare, struct mw_findings *findings)
{
    for (size_t i = 0; i < compare->row_count; i++) {
        const struct mw_compare_row *row = &compare->rows[i];
        const struct mw_compare_values *base = &row->sides[MW_COMPARE_BASE], *now = &row->sides[MW_COMPARE_CANDIDATE];
        struct mw_finding *finding;
        if (row->verdict != MW_COMPARE_GREW || row->explains)
            continue;
        finding = mw_findings_add(findings, "compare", MW_FINDING_FAILED, MW_FINDINGS_REGRESSION,
                                  "%s %.200s: the %s grew by %s, from %s to %s%s%.200s%s", row->group, row->name, row->what,
                                  mw_units_change(row->change).text + 1, mw_units_bytes((uint64_t)llabs(base->median)).text,
                                  mw_units_bytes((uint64_t)llabs(now->median)).text, now->where ? "; " : "",
                                  now->where ? now->where : "", row->followers ? "; others grew with it" : "");
        if (row->file) {
            snprintf(finding->file, sizeof(finding->file), "%s", row->file);
            finding->line = row->line;
        }
        explain(compare, row, finding);
    }
    if (findings->count == 0 && mw_compare_is_sound(compare))
        mw_findings_add(findings, "compare", MW_FINDING_PASSED, MW_FINDINGS_NONE, "nothing grew beyond the threshold");
    else if (findings->count == 0)
        mw_findings_add(findings, "compare", MW_FINDING_WARNING, MW_FINDINGS_NONE,
                        "nothing grew beyond the threshold, but runs that failed were compared");
}
