/* SPDX-License-Identifier: MIT */
#include "collector/journal/check.h"

#include "collector/base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TERMINATE(array) ((array)[sizeof(array) - 1] = '\0')

void mw_journal_check_note(struct mw_journal_read *journal, const char *format, ...)
{
    size_t length = strlen(journal->damage);
    char text[128];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (length + strlen(text) + 3 < sizeof(journal->damage))
        snprintf(journal->damage + length, sizeof(journal->damage) - length, "%s%s", length ? ", " : "", text);
}

/* An index plus one, or 0. Returns 1 if it was corrected. */
static unsigned fix_index(uint32_t *index, uint32_t count)
{
    if (*index <= count)
        return 0;
    *index = 0;
    return 1;
}

void mw_journal_check_functions(struct mw_function *functions, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        TERMINATE(functions[i].name);
        TERMINATE(functions[i].file);
    }
}

bool mw_journal_check_python(uint64_t offset, uint32_t count)
{
    return offset >> 32 < count || offset >> 32 == MW_FUNCTION_OTHER;
}

static unsigned fix_frames(struct mw_frame *frames, uint32_t *depth, uint32_t room, const struct mw_journal_read *journal)
{
    unsigned fixed = 0;

    if (*depth > room) {
        *depth = 0;
        fixed++;
    }
    for (uint32_t i = 0; i < *depth; i++) {
        bool is_python = frames[i].module == MW_FRAME_PYTHON;
        if (!is_python || !mw_journal_check_python(frames[i].offset, journal->function_count))
            fixed += fix_index(&frames[i].module, is_python ? 0 : journal->module_count);
    }
    return fixed;
}

static unsigned fix_ident(struct mw_ident *ident)
{
    unsigned fixed = 0;

    TERMINATE(ident->host);
    TERMINATE(ident->library);
    TERMINATE(ident->exe);
    TERMINATE(ident->command);
    if (ident->size < 0) {
        ident->size = 0;
        fixed++;
    }
    if (ident->rank < -1 || ident->rank >= (ident->size ? ident->size : INT32_MAX)) {
        ident->rank = -1;
        fixed++;
    }
    return fixed;
}

static unsigned fix_state(struct mw_journal_read *journal)
{
    struct mw_state *state = &journal->state;
    unsigned fixed = 0;

    TERMINATE(state->gathered_host);
    if (state->stage > MW_STAGE_ABORTED) {
        state->stage = MW_STAGE_RUNNING;
        fixed++;
    }
    if (state->unmeasured_why > MW_UNMEASURED_ASKED) {
        state->unmeasured_why = MW_UNMEASURED_ASKED;
        fixed++;
    }
    return fixed + fix_index(&state->in_site, journal->site_count) + fix_index(&state->last_site, journal->site_count) +
           fix_index(&state->peak_site, journal->site_count) + fix_index(&state->phase, journal->phase_count) +
           fix_index(&state->peak_phase, journal->phase_count);
}

/* Keeps visits that are in order of time. While the rank thins them out, the tail may have old entries, which are dropped. */
static unsigned fix_visits(struct mw_phase *phase)
{
    unsigned fixed = phase->visit_count > MW_RECORD_VISITS;
    uint32_t sound = 1;

    if (fixed)
        phase->visit_count = 0;
    while (sound < phase->visit_count && phase->kept[sound].visit > phase->kept[sound - 1].visit)
        sound++;
    if (sound < phase->visit_count)
        phase->visit_count = sound;
    return fixed;
}

static unsigned fix_phase(const struct mw_journal_read *journal, uint32_t i)
{
    struct mw_phase *phase = &journal->phases[i];
    unsigned fixed;

    TERMINATE(phase->name);
    /* A parent precedes its children, so that walking up always ends. */
    fixed = fix_index(&phase->parent, i) + fix_visits(phase);
    if (phase->parent && journal->phases[phase->parent - 1].kind != MW_PHASE_USER) {
        phase->parent = 0;
        fixed++;
    }
    return fixed + fix_index(&phase->from_site, journal->site_count) + fix_index(&phase->to_site, journal->site_count);
}

/* Whether the entry is a phase: of a known kind, and written. */
static bool is_phase(const struct mw_phase *phase)
{
    return phase->kind <= MW_PHASE_EXCHANGE &&
           (phase->visits || phase->first_ns || phase->peak || phase->coarse_peak || phase->name[0]);
}

/* An index of a phase plus one becomes that of the same phase among those that are kept; 0 if it is not. What is out of range
 * stays so. */
static void move_index(uint32_t *index, const uint32_t *kept, uint32_t count)
{
    if (*index <= count)
        *index = kept[*index];
}

/* Keeps what is a phase, and moves all indices of phases. Returns the number of dropped entries. */
static uint32_t keep_phases(struct mw_journal_read *journal)
{
    uint32_t count = journal->phase_count, dropped;
    uint32_t *kept = mw_mem_alloc(count + 1, sizeof(*kept));

    journal->phase_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!is_phase(&journal->phases[i]))
            continue;
        journal->phases[journal->phase_count++] = journal->phases[i];
        kept[i + 1] = journal->phase_count;
    }
    dropped = count - journal->phase_count;
    for (uint32_t i = 0; dropped && i < journal->phase_count; i++)
        move_index(&journal->phases[i].parent, kept, count);
    for (uint32_t i = 0; dropped && i < journal->spike_count; i++)
        move_index(&journal->spikes[i].phase, kept, count);
    for (uint32_t i = 0; dropped && i < journal->heap_phase_count; i++)
        move_index(&journal->heap_phases[i].phase, kept, count);
    if (dropped) {
        move_index(&journal->state.phase, kept, count);
        move_index(&journal->state.peak_phase, kept, count);
    }
    free(kept);
    return dropped;
}

/* Keeps the valid spikes. Returns the number of dropped ones. */
static unsigned keep_spikes(struct mw_journal_read *journal, unsigned *fixed)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < journal->spike_count; i++) {
        struct mw_spike *spike = &journal->spikes[i];
        if ((spike->seq & 1) || spike->site == 0 || spike->site > journal->site_count)
            continue;
        *fixed += fix_index(&spike->phase, journal->phase_count);
        *fixed += fix_frames(spike->frames, &spike->depth, MW_RECORD_SPIKE_FRAMES, journal);
        journal->spikes[kept++] = *spike;
    }
    uint32_t dropped = journal->spike_count - kept;
    journal->spike_count = kept;
    return dropped;
}

void mw_journal_check_all(struct mw_journal_read *journal)
{
    uint32_t phases = keep_phases(journal);
    unsigned fixed = fix_ident(&journal->ident) + fix_state(journal), dropped;

    for (uint32_t i = 0; i < journal->module_count; i++) {
        struct mw_module *module = &journal->modules[i];
        TERMINATE(module->path);
        if (module->build_id_length > sizeof(module->build_id)) {
            module->build_id_length = 0;
            fixed++;
        }
    }
    mw_journal_check_functions(journal->functions, journal->function_count);
    for (uint32_t i = 0; i < journal->site_count; i++) {
        struct mw_site *site = &journal->sites[i];
        TERMINATE(site->call);
        site->flags &= MW_SITE_SHARED | MW_SITE_NAME;
        fixed += fix_frames(site->frames, &site->depth, MW_RECORD_SITE_FRAMES, journal);
    }
    for (uint32_t i = 0; i < journal->phase_count; i++)
        fixed += fix_phase(journal, i);
    dropped = keep_spikes(journal, &fixed);
    if (phases)
        mw_journal_check_note(journal, "%u phases left out (invalid)", (unsigned)phases);
    if (dropped)
        mw_journal_check_note(journal, "%u spikes left out (half written)", dropped);
    if (fixed)
        mw_journal_check_note(journal, "%u fields out of range", fixed);
}
