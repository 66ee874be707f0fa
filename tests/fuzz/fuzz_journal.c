/* SPDX-License-Identifier: MIT */
/* One record: what the reader lets through is safe to walk, as its header promises. */
#include "collector/journal/read.h"
#include "tests/fuzz/fuzz.h"

/* A frame in a module, or in a Python function. */
static void walk_frame(uint64_t module, uint64_t offset, uint32_t modules, uint32_t functions)
{
    if (module == MW_FRAME_PYTHON)
        fuzz_expect(offset >> 32 < functions || offset >> 32 == MW_FUNCTION_OTHER);
    else
        fuzz_expect(module <= modules);
}

static void walk_frames(const struct mw_journal_read *journal, const struct mw_frame *frames, uint32_t depth, uint32_t most)
{
    fuzz_expect(depth <= most);
    for (uint32_t i = 0; i < depth; i++)
        walk_frame(frames[i].module, frames[i].offset, journal->module_count, journal->function_count);
}

#define IS_STRING(array) (memchr((array), '\0', sizeof(array)) != NULL)

static void walk(const struct mw_journal_read *journal)
{
    fuzz_expect(IS_STRING(journal->ident.host) && IS_STRING(journal->ident.command) && IS_STRING(journal->damage));
    fuzz_expect(journal->state.in_site <= journal->site_count && journal->state.phase <= journal->phase_count);
    for (uint32_t i = 0; i < journal->module_count; i++)
        fuzz_expect(IS_STRING(journal->modules[i].path));
    for (uint32_t i = 0; i < journal->site_count; i++) {
        fuzz_expect(IS_STRING(journal->sites[i].call));
        walk_frames(journal, journal->sites[i].frames, journal->sites[i].depth, MW_RECORD_SITE_FRAMES);
    }
    for (uint32_t i = 0; i < journal->phase_count; i++) {
        const struct mw_phase *phase = &journal->phases[i];
        fuzz_expect(IS_STRING(phase->name) && phase->kind <= MW_PHASE_EXCHANGE && phase->parent <= i);
        fuzz_expect(phase->from_site <= journal->site_count && phase->to_site <= journal->site_count);
    }
    for (uint32_t i = 0; i < journal->spike_count; i++) {
        fuzz_expect(journal->spikes[i].site <= journal->site_count && journal->spikes[i].phase <= journal->phase_count);
        walk_frames(journal, journal->spikes[i].frames, journal->spikes[i].depth, MW_RECORD_SPIKE_FRAMES);
    }
}

static void walk_heap(const struct mw_journal_read *journal)
{
    fuzz_expect(journal->heap.why <= MW_HEAP_OTHER_VERSION && journal->heap.best <= MW_HEAP_AT_CANDIDATE);
    fuzz_expect(journal->heap.phase_best < MW_HEAP_MOMENTS);
    for (uint32_t i = 0; i < journal->heap_module_count; i++)
        fuzz_expect(IS_STRING(journal->heap_modules[i].path));
    for (uint32_t i = 0; i < journal->heap_site_count; i++) {
        const struct mw_heap_site *site = &journal->heap_sites[i];
        fuzz_expect(site->depth <= MW_HEAP_FRAMES && site->mpi_site <= journal->site_count);
        for (uint32_t f = 0; f < site->depth; f++)
            walk_frame(site->frames[f] >> MW_HEAP_FRAME_OFFSET, site->frames[f] & ((1ULL << MW_HEAP_FRAME_OFFSET) - 1),
                       journal->heap_module_count, journal->heap_function_count);
    }
    for (uint32_t i = 0; i < journal->heap_phase_count; i++) {
        const struct mw_heap_phase *phase = &journal->heap_phases[i];
        fuzz_expect(phase->phase >= 1 && phase->phase <= journal->phase_count && phase->lines <= MW_HEAP_PHASE_LINES);
        for (uint32_t l = 0; l < phase->lines; l++)
            fuzz_expect(phase->line[l].site <= journal->heap_site_count);
    }
    for (uint32_t i = 0; i < journal->heap_tick_count; i++)
        for (uint32_t l = 0; l < MW_HEAP_TICK_LINES; l++)
            fuzz_expect(journal->heap_ticks[i].line[l].site <= journal->heap_site_count);
    for (uint32_t i = 0; i < journal->heap_left_count; i++)
        fuzz_expect(journal->heap_left[i].site >= 1 && journal->heap_left[i].site <= journal->heap_site_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mw_journal_read journal;
    struct mw_err err = {""};

    if (mw_journal_read_parse(&journal, data, size, &err) == 0) {
        walk(&journal);
        walk_heap(&journal);
        mw_journal_read_fini(&journal);
    } else
        fuzz_expect(err.text[0] != '\0');
    return 0;
}
