/* SPDX-License-Identifier: MIT */
#include "collector/verdict/verdict.h"

#include "collector/base/mem.h"
#include "collector/base/units.h"
#include "collector/report/lines/lines.h"
#include "collector/report/lines/words.h"
#include "collector/verdict/catalogue.h"

#include <stdio.h>
#include <stdlib.h>

#define SHOWN 3 /* findings of one part */
#define STEPS 2 /* next steps */

static void say(struct mw_model *model, enum mw_verdict_part part, enum mw_verdict_weight weight, const char *finding,
                const char *text)
{
    struct mw_model_verdict *sentence = MW_MEM_PUSH(model->verdict, model->verdict_count);

    *sentence = (struct mw_model_verdict){part, weight, finding, mw_model_string(model, text)};
}

/* ---- what ---- */

/* The first sentence of the post-mortem. */
static void say_death(struct mw_model *model)
{
    struct mw_lines lines = {.model = model};

    mw_lines_deaths(&lines);
    if (lines.count)
        say(model, MW_VERDICT_WHAT, MW_VERDICT_ALARM, "", lines.items[0].text);
    mw_lines_free(&lines);
}

static void say_peak(struct mw_model *model)
{
    const struct mw_model_peak *peak = &model->peak;
    bool lower = peak->seen.kind != MW_MODEL_UNKNOWN, upper = peak->upper.kind != MW_MODEL_UNKNOWN;
    char text[400], who[80] = "the job";

    if (model->rank_count > 1)
        snprintf(who, sizeof(who), "%s ranks and all other processes together", mw_units_count(model->rank_count).text);
    if (!lower && !upper)
        return;
    snprintf(text, sizeof(text), "%s needed %s%s%s%s", who, lower ? mw_report_bytes(peak->seen).text : "",
             lower && upper ? " and " : "", upper ? mw_report_bytes(peak->upper).text : "",
             upper && peak->upper_open_ranks ? " until their last readings" : "");
    say(model, MW_VERDICT_WHAT, MW_VERDICT_PLAIN, "", text);
}

/* ---- who ---- */

static void say_fullest(struct mw_model *model, const struct mw_evidence *evidence)
{
    char text[400], others[120] = "";

    if (!evidence->rank)
        return;
    if (evidence->others)
        snprintf(others, sizeof(others), evidence->others == 1 ? "; the other needed %s" : "; the median of the others is %s",
                 mw_report_bytes(evidence->median).text);
    snprintf(text, sizeof(text), "%s needed %s%s%s", evidence->name.text, evidence->others ? "the most, " : "",
             mw_report_bytes(evidence->rank->peak).text, others);
    say(model, MW_VERDICT_WHO, MW_VERDICT_PLAIN, "", text);
}

/* ---- where ---- */

static void say_place(struct mw_model *model, const struct mw_evidence *evidence)
{
    const struct mw_heap_largest *line = &evidence->line;
    char text[1000], place[300] = "", held[480] = "";
    bool is_known;

    is_known = evidence->rank && mw_report_peak_place_complete(place, sizeof(place), evidence->rank);
    if (!place[0])
        return;
    if (evidence->has_line)
        snprintf(held, sizeof(held), "; %s%s of it allocated at %s", line->error ? "about " : "",
                 mw_units_bytes(line->bytes).text, mw_evidence_line(evidence).text);
    snprintf(text, sizeof(text), "%s had its peak at %s%s %s%s", evidence->name.text,
             mw_report_when(model, evidence->rank->peak_ns).text, is_known ? " in" : ",", place, held);
    say(model, MW_VERDICT_WHERE, MW_VERDICT_PLAIN, "", text);
}

/* ---- why ---- */

static const struct mw_waterfall_step *largest_step(const struct mw_waterfall *waterfall)
{
    const struct mw_waterfall_step *largest = NULL;

    for (size_t i = 0; i < waterfall->count; i++)
        if (waterfall->steps[i].bytes > 0 && (!largest || waterfall->steps[i].bytes > largest->bytes))
            largest = &waterfall->steps[i];
    return largest;
}

/* How most of it came. */
static void say_step(struct mw_model *model, const struct mw_evidence *evidence)
{
    const struct mw_waterfall_step *step = largest_step(&evidence->waterfall);
    char text[700], name[440];
    struct mw_units bytes;

    if (!step)
        return;
    bytes = mw_units_bytes((uint64_t)step->bytes);
    mw_report_waterfall_step(name, sizeof(name), evidence->rank, &evidence->waterfall, step, MW_REPORT_SHORT);
    switch (step->kind) {
    case MW_WATERFALL_START: snprintf(text, sizeof(text), "%s of it was there %s", bytes.text, name); break;
    case MW_WATERFALL_RISE: snprintf(text, sizeof(text), "%s of it rose there", bytes.text); break;
    case MW_WATERFALL_PHASE:
        snprintf(text, sizeof(text), "%s of it came in %s, and stayed", bytes.text, evidence->rank->phases[step->phase].name);
        break;
    default: snprintf(text, sizeof(text), "%s of it came in %s, and stayed", bytes.text, name);
    }
    say(model, MW_VERDICT_WHY, MW_VERDICT_PLAIN, "", text);
}

/* ---- fits ---- */

static void say_headroom(struct mw_model *model)
{
    char text[1000];

    mw_lines_fits(text, sizeof(text), model);
    if (text[0])
        say(model, MW_VERDICT_FITS, MW_VERDICT_PLAIN, "", text);
}

/* ---- all ---- */

struct finding {
    const struct mw_verdict_kind *kind;
    struct mw_found found;
};

static int compare_findings(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;

    if (x->found.bytes != y->found.bytes)
        return x->found.bytes < y->found.bytes ? 1 : -1;
    return (x->kind > y->kind) - (x->kind < y->kind);
}

/* All that there are, those about most memory first. */
static size_t find_all(const struct mw_evidence *evidence, struct finding *findings)
{
    size_t count = 0;

    for (size_t i = 0; i < mw_verdict_kinds; i++) {
        struct finding *next = &findings[count];
        *next = (struct finding){.kind = &mw_verdict_catalogue[i], .found.weight = MW_VERDICT_WARN};
        count += next->kind->find(evidence, &next->found);
    }
    if (count)
        qsort(findings, count, sizeof(*findings), compare_findings);
    return count;
}

static bool has(const struct finding *findings, size_t count, bool (*find)(const struct mw_evidence *, struct mw_found *))
{
    for (size_t i = 0; i < count; i++)
        if (findings[i].kind->find == find)
            return true;
    return false;
}

/* The findings of a part; returns how many there are. */
static size_t say_findings(struct mw_model *model, enum mw_verdict_part part, const struct finding *findings, size_t count)
{
    size_t said = 0;

    for (size_t i = 0; i < count && said < SHOWN; i++)
        if (findings[i].kind->part == part) {
            say(model, part, findings[i].found.weight, findings[i].kind->name, findings[i].found.text);
            said++;
        }
    return said;
}

static void say_next(struct mw_model *model, const struct finding *findings, size_t count)
{
    size_t said = 0;

    for (size_t i = 0; i < count && said < STEPS; i++)
        if (findings[i].found.next[0]) {
            say(model, MW_VERDICT_NEXT, MW_VERDICT_PLAIN, findings[i].kind->name, findings[i].found.next);
            said++;
        }
}

static void make(struct mw_model *model)
{
    struct mw_evidence evidence = mw_evidence_of(model);
    struct finding *findings = mw_mem_alloc(mw_verdict_kinds, sizeof(*findings));
    size_t count = find_all(&evidence, findings);
    bool heavy = has(findings, count, mw_found_heavy_rank_0) || has(findings, count, mw_found_imbalance);

    free(model->verdict);
    model->verdict = NULL;
    model->verdict_count = 0;
    say_death(model);
    say_peak(model);
    say_findings(model, MW_VERDICT_WHAT, findings, count);
    if (!heavy)
        say_fullest(model, &evidence);
    say_findings(model, MW_VERDICT_WHO, findings, count);
    say_place(model, &evidence);
    if (!say_findings(model, MW_VERDICT_WHY, findings, count))
        say_step(model, &evidence);
    if (!model->number && !has(findings, count, mw_found_close_to_limit))
        say_headroom(model);
    say_findings(model, MW_VERDICT_FITS, findings, count);
    say_next(model, findings, count);
    free(findings);
}

void mw_verdict_make(struct mw_model *model)
{
    make(model);
    for (size_t i = 0; i < model->job_count; i++)
        make(&model->jobs[i]);
}
