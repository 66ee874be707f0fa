/* SPDX-License-Identifier: MIT */
#include "collector/report/lines/words.h"

#include "collector/base/short_name.h"
#include "collector/base/text_table.h"
#include "collector/model/certainty.h"
#include "collector/model/in_mpi.h"
#include "collector/model/rank_name.h"

#include <stdio.h>
#include <string.h>

/* Columns of a file's name, and of a function with an offset. */
static const struct widths {
    int file, name;
} widths[] = {[MW_REPORT_SHORT] = {14, 20}, [MW_REPORT_COMPLETE] = {150, 150}};

#define NAME 1200 /* bytes of a place's label */

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

void mw_report_call(char *text, size_t size, const char *call, const struct mw_model_place *place, enum mw_report_length length)
{
    const char *bare = strncmp(call, "MPI_", 4) == 0 ? call + 4 : call;
    char file[160], name[NAME];

    if (place && place->line) {
        mw_text_fit(file, sizeof(file), place->file, widths[length].file, MW_TEXT_CUT_MIDDLE);
        snprintf(text, size, "%s:%u %s", file, (unsigned)place->line, bare);
    } else if (place) {
        const char *via = strstr(place->label, " (via ");
        snprintf(name, sizeof(name), "%.*s", via ? (int)(via - place->label) : NAME, place->label);
        mw_short_name_fit(file, sizeof(file), name, widths[length].name);
        snprintf(text, size, "%s %s", file, bare);
    } else
        snprintf(text, size, "%s", bare);
}

/* The text from the last `mark` on; all of it for '\0' or without a mark. */
static const char *tail_of(const char *text, char mark)
{
    const char *at = mark ? strrchr(text, mark) : NULL;

    return at ? at : text;
}

void mw_report_phase(char *text, size_t size, const struct mw_model_merged_phase *phase, enum mw_report_length length)
{
    const struct mw_model_place *from = phase->from_place, *to = phase->to_place;
    /* (equal strings are stored once) */
    bool same_file = from && to && from->line && to->line && from->file == to->file;
    bool same_function = from && to && !from->line && !to->line && from->function[0] && from->function == to->function;
    const char *edge = phase->parent == MW_MODEL_NONE ? "named phase" : "phase edge";
    char before[200], behind[200];

    if (!phase->from_call && !phase->to_call) {
        snprintf(text, size, "%s", phase->name);
        return;
    }
    snprintf(before, sizeof(before), "%s", edge);
    snprintf(behind, sizeof(behind), "%s", edge);
    if (phase->from_call)
        mw_report_call(before, sizeof(before), phase->from_call, from, length);
    if (phase->to_call)
        mw_report_call(behind, sizeof(behind), phase->to_call, to, length);
    if (phase->kind == MW_PHASE_EXCHANGE && !strcmp(before, behind))
        snprintf(text, size, "exchange %s", before);
    else
        snprintf(text, size, phase->kind == MW_PHASE_EXCHANGE ? "exchange %s – %s" : "%s → %s", before,
                 tail_of(behind, same_file       ? ':'
                                 : same_function ? '+'
                                                 : '\0'));
}

bool mw_report_by_tick(const struct mw_model_merged_phase *phase)
{
    return mw_model_is_of_calls(phase->kind) && phase->measured < phase->visits;
}

/* The place of a peak without a known phase or call. */
static const char *unknown_place(const struct mw_model_rank *rank)
{
    bool by_session = strcmp(mw_in_mpi_names(rank, 1).begin, "MPI_Session_init") == 0;

    if (rank->peak.kind == MW_MODEL_UNKNOWN)
        return "";
    if (rank->peak_ns < rank->created_ns)
        return by_session ? "before MPI_Session_init (sampled)" : "before MPI_Init (sampled)";
    if (rank->stage == MW_STAGE_STARTING)
        return by_session ? "in MPI_Session_init" : "in MPI_Init";
    return rank->peak_ns > rank->known_ns ? "after its last MPI call (sampled)" : "between measured calls";
}

void mw_report_rank_phase(char *text, size_t size, const struct mw_model_rank *rank, uint32_t index,
                          enum mw_report_length length)
{
    const struct mw_model_phase *phase = &rank->phases[index];
    struct mw_model_merged_phase shown = {.kind = phase->kind, .parent = phase->parent, .name = phase->name};

    if (mw_model_is_of_calls(phase->kind) && phase->from_site != MW_MODEL_NONE) {
        shown.from_call = rank->sites[phase->from_site].call;
        shown.from_place = rank->sites[phase->from_site].place;
    }
    if (mw_model_is_of_calls(phase->kind) && phase->to_site != MW_MODEL_NONE) {
        shown.to_call = rank->sites[phase->to_site].call;
        shown.to_place = rank->sites[phase->to_site].place;
    }
    mw_report_phase(text, size, &shown, length);
}

/* Where a rank had its peak. */
struct peak_place {
    const char *named;                  /* path of the user's phase; "" none */
    const struct mw_model_site *site;   /* the call it was in; NULL none */
    const struct mw_model_phase *phase; /* else the phase between calls; NULL none, or `named` has it */
};

/* Inside a user phase, the name of the user phase is shown instead of the phase between calls. */
static struct peak_place place_of_peak(const struct mw_model_rank *rank)
{
    const struct mw_model_phase *phase = rank->peak_phase == MW_MODEL_NONE ? NULL : &rank->phases[rank->peak_phase];
    struct peak_place place = {.named = ""};

    if (phase && mw_model_is_of_calls(phase->kind) && phase->parent != MW_MODEL_NONE)
        phase = &rank->phases[phase->parent];
    if (phase && phase->kind == MW_PHASE_USER)
        place.named = phase->path;
    if (rank->peak_site != MW_MODEL_NONE)
        place.site = &rank->sites[rank->peak_site];
    else if (!place.named[0])
        place.phase = phase;
    return place;
}

/* "phase: call" if it was inside a call, else the phase. */
void mw_report_peak_place(char *text, size_t size, const struct mw_model_rank *rank, enum mw_report_length length)
{
    struct peak_place place = place_of_peak(rank);
    char call[200];

    if (place.site) {
        mw_report_call(call, sizeof(call), place.site->call, place.site->place, length);
        snprintf(text, size, "%s%s%s", place.named, place.named[0] ? ": " : "", call);
    } else if (place.phase)
        mw_report_rank_phase(text, size, rank, (uint32_t)(place.phase - rank->phases), length);
    else
        snprintf(text, size, "%s", place.named[0] ? place.named : unknown_place(rank));
}

bool mw_report_peak_place_complete(char *text, size_t size, const struct mw_model_rank *rank)
{
    struct peak_place place = place_of_peak(rank);

    if (place.site)
        snprintf(text, size, "%s%s%s", place.named, place.named[0] ? ": " : "", place.site->label);
    else
        snprintf(text, size, "%s", place.phase ? place.phase->name : place.named[0] ? place.named : unknown_place(rank));
    return place.site || place.phase || place.named[0];
}

void mw_report_rise_place(char *text, size_t size, const struct mw_rise *rise, enum mw_report_length length)
{
    const char *named = rise->rise->phase;
    char place[400] = "";

    if (rise->site)
        snprintf(place, sizeof(place), "%s", rise->site->label);
    else if (rise->phase->from_call || rise->phase->to_call || !named[0])
        mw_report_phase(place, sizeof(place), rise->phase, length);
    snprintf(text, size, "%s%s%s", named, named[0] && place[0] ? ": " : "", place);
}

void mw_report_waterfall_step(char *text, size_t size, const struct mw_model_rank *rank, const struct mw_waterfall *waterfall,
                              const struct mw_waterfall_step *step, enum mw_report_length length)
{
    char place[400];

    switch (step->kind) {
    case MW_WATERFALL_START: snprintf(text, size, "before %s", mw_in_mpi_names(rank, 1).begin); break;
    case MW_WATERFALL_CALL: snprintf(text, size, "%s", mw_in_mpi_names(rank, 1).begin); break;
    case MW_WATERFALL_PHASE: mw_report_rank_phase(text, size, rank, step->phase, length); break;
    case MW_WATERFALL_OTHER: snprintf(text, size, "other phases and calls"); break;
    case MW_WATERFALL_RISE:
        mw_report_peak_place(place, sizeof(place), rank, length);
        snprintf(text, size, waterfall->split ? "%s: the rise to the peak" : "other phases and calls, and %s", place);
        break;
    }
}
