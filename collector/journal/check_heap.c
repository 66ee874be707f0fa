/* SPDX-License-Identifier: MIT */
#include "collector/journal/check.h"

#include "collector/base/mem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define OFFSET_MASK ((UINT64_C(1) << MW_HEAP_FRAME_OFFSET) - 1)

/* An index plus one, or 0. Returns 1 if it was corrected. */
static unsigned fix_index(uint32_t *index, uint32_t count)
{
    if (*index <= count)
        return 0;
    *index = 0;
    return 1;
}

static unsigned fix_state(struct mw_heap_state *state)
{
    unsigned fixed = 0;

    if (state->why > MW_HEAP_OTHER_VERSION) {
        state->why = MW_HEAP_OTHER_VERSION;
        fixed++;
    }
    if (state->best > MW_HEAP_AT_CANDIDATE) {
        state->best = MW_HEAP_AT_PEAK;
        fixed++;
    }
    if (state->phase_best != MW_HEAP_PHASE_PEAK && state->phase_best != MW_HEAP_PHASE_CANDIDATE) {
        fixed += state->phase_best != 0; /* never written */
        state->phase_best = MW_HEAP_PHASE_PEAK;
    }
    return fixed;
}

static unsigned fix_modules(struct mw_journal_read *journal)
{
    unsigned fixed = 0;

    for (uint32_t i = 0; i < journal->heap_module_count; i++) {
        struct mw_module *module = &journal->heap_modules[i];
        module->path[sizeof(module->path) - 1] = '\0';
        if (module->build_id_length > sizeof(module->build_id)) {
            module->build_id_length = 0;
            fixed++;
        }
    }
    return fixed;
}

static bool is_frame(const struct mw_journal_read *journal, uint64_t frame)
{
    uint64_t module = frame >> MW_HEAP_FRAME_OFFSET;

    if (module == MW_FRAME_PYTHON)
        return mw_journal_check_python(frame & OFFSET_MASK, journal->heap_function_count);
    return module <= journal->heap_module_count;
}

static unsigned fix_sites(struct mw_journal_read *journal)
{
    unsigned fixed = 0;

    for (uint32_t i = 0; i < journal->heap_site_count; i++) {
        struct mw_heap_site *site = &journal->heap_sites[i];
        if (site->depth > MW_HEAP_FRAMES) {
            site->depth = 0;
            fixed++;
        }
        for (uint32_t f = 0; f < site->depth; f++)
            if (!is_frame(journal, site->frames[f])) {
                site->frames[f] &= OFFSET_MASK;
                fixed++;
            }
        fixed += fix_index(&site->mpi_site, journal->site_count);
    }
    return fixed;
}

/* Keeps entries of different phases. */
static unsigned keep_phases(struct mw_journal_read *journal)
{
    bool *seen = mw_mem_alloc(journal->phase_count + 1, sizeof(*seen));
    uint32_t kept = 0, count = journal->heap_phase_count;
    unsigned fixed = 0;

    for (uint32_t i = 0; i < count; i++) {
        struct mw_heap_phase *phase = &journal->heap_phases[i];
        if (!phase->phase || phase->phase > journal->phase_count || seen[phase->phase])
            continue;
        seen[phase->phase] = true;
        if (phase->lines > MW_HEAP_PHASE_LINES) {
            phase->lines = 0;
            fixed++;
        }
        for (uint32_t l = 0; l < phase->lines; l++)
            fixed += fix_index(&phase->line[l].site, journal->heap_site_count);
        journal->heap_phases[kept++] = *phase;
    }
    free(seen);
    journal->heap_phase_count = kept;
    return fixed + count - kept;
}

static unsigned keep_ticks(struct mw_journal_read *journal)
{
    uint32_t kept = 0, count = journal->heap_tick_count;
    unsigned fixed = 0;

    for (uint32_t i = 0; i < count; i++) {
        struct mw_heap_tick *tick = &journal->heap_ticks[i];
        if (kept && tick->ns <= journal->heap_ticks[kept - 1].ns)
            continue;
        for (uint32_t l = 0; l < MW_HEAP_TICK_LINES; l++)
            fixed += fix_index(&tick->line[l].site, journal->heap_site_count);
        journal->heap_ticks[kept++] = *tick;
    }
    journal->heap_tick_count = kept;
    return fixed + count - kept;
}

static unsigned keep_left(struct mw_journal_read *journal)
{
    bool *seen = mw_mem_alloc(journal->heap_site_count + 1, sizeof(*seen));
    uint32_t kept = 0, count = journal->heap_left_count;

    for (uint32_t i = 0; i < count; i++) {
        const struct mw_heap_left *left = &journal->heap_left[i];
        if (!left->site || left->site > journal->heap_site_count || seen[left->site])
            continue;
        seen[left->site] = true;
        journal->heap_left[kept++] = *left;
    }
    free(seen);
    journal->heap_left_count = kept;
    return count - kept;
}

void mw_journal_check_heap(struct mw_journal_read *journal)
{
    unsigned fixed = fix_state(&journal->heap) + fix_modules(journal) + fix_sites(journal) + keep_phases(journal) +
                     keep_ticks(journal) + keep_left(journal);

    mw_journal_check_functions(journal->heap_functions, journal->heap_function_count);
    if (fixed)
        mw_journal_check_note(journal, "%u fields of the heap out of range", fixed);
}
