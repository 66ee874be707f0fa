/* SPDX-License-Identifier: MIT */
#include "tests/unit/collector/journal/made_record.h"

#include "tests/unit/synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

void made_fill_heap(struct mw_journal *journal)
{
    static const uint64_t frames[] = {SYNTHETIC_FRAME(SYNTHETIC_LIBC, 1), SYNTHETIC_FRAME(SYNTHETIC_APP, 2)};
    uint32_t first, second;

    synthetic_heap(journal, 8 * MIB);
    first = synthetic_heap_site(journal, frames, 2, 3 * MIB, 1);
    second = synthetic_heap_site(journal, frames + 1, 1, 1 * MIB, 9);
    journal->heap_sites[0].mpi_site = 1;
    journal->heap_phases[0] = (struct mw_heap_phase){.phase = 1, .lines = 1, .line[0] = {.site = second}};
    mw_journal_publish(journal, MW_SECTION_HEAP_PHASE, 0);
    for (uint32_t i = 0; i < 2; i++) {
        journal->heap_ticks[i] = (struct mw_heap_tick){.ns = SYNTHETIC_BEGIN + i, .line[0] = {.site = first}};
        journal->heap_left[i] = (struct mw_heap_left){.site = i + 1, .blocks = 1, .kib[3] = 4};
        mw_journal_publish(journal, MW_SECTION_HEAP_TICK, i);
        mw_journal_publish(journal, MW_SECTION_HEAP_LEFT, i);
    }
}

void *made_record(size_t *size)
{
    struct mw_journal journal;
    uint32_t site, user;
    void *bytes;

    synthetic_journal(&journal, 1, 4);
    site = synthetic_site(&journal, "MPI_Bcast", 4, 7);
    user = synthetic_phase(&journal, MW_PHASE_USER, "outer", 0, 10, 20, 5 * MIB);
    synthetic_phase(&journal, MW_PHASE_USER, "inner", user, 11, 19, 5 * MIB);
    synthetic_spike(&journal, site, 1, 5 * MIB, 3 * MIB, 12);
    journal.ticks[0] = (struct mw_tick){5 * MIB, 4 * MIB};
    mw_journal_publish(&journal, MW_SECTION_TIMELINE, 0);
    synthetic_finish(&journal, 30, 8 * MIB);
    journal.state->in_site = site;
    made_fill_heap(&journal);
    bytes = synthetic_pack(&journal, size);
    synthetic_free(&journal);
    return bytes;
}

static void assert_frame(const struct mw_journal_read *j, uint64_t module, uint64_t offset, uint32_t functions)
{
    if (module == MW_FRAME_PYTHON)
        assert_true(offset >> 32 < functions || offset >> 32 == MW_FUNCTION_OTHER);
    else
        assert_true(module <= j->module_count);
}

static void assert_heap_frame(const struct mw_journal_read *j, uint64_t frame)
{
    uint64_t function = (frame & ((UINT64_C(1) << MW_HEAP_FRAME_OFFSET) - 1)) >> 32;

    if (frame >> MW_HEAP_FRAME_OFFSET == MW_FRAME_PYTHON)
        assert_true(function < j->heap_function_count || function == MW_FUNCTION_OTHER);
    else
        assert_true(frame >> MW_HEAP_FRAME_OFFSET <= j->heap_module_count);
}

static void assert_heap_safe(const struct mw_journal_read *j)
{
    assert_true(j->heap.why <= MW_HEAP_OTHER_VERSION && j->heap.best <= MW_HEAP_AT_CANDIDATE);
    assert_true(j->heap.phase_best == MW_HEAP_PHASE_PEAK || j->heap.phase_best == MW_HEAP_PHASE_CANDIDATE);
    for (uint32_t i = 0; i < j->heap_module_count; i++)
        assert_true(memchr(j->heap_modules[i].path, 0, sizeof(j->heap_modules[i].path)) &&
                    j->heap_modules[i].build_id_length <= 36);
    for (uint32_t i = 0; i < j->heap_site_count; i++) {
        assert_true(j->heap_sites[i].depth <= MW_HEAP_FRAMES && j->heap_sites[i].mpi_site <= j->site_count);
        for (uint32_t f = 0; f < j->heap_sites[i].depth; f++)
            assert_heap_frame(j, j->heap_sites[i].frames[f]);
    }
    for (uint32_t i = 0; i < j->heap_phase_count; i++) {
        assert_true(j->heap_phases[i].phase >= 1 && j->heap_phases[i].phase <= j->phase_count);
        assert_true(j->heap_phases[i].lines <= MW_HEAP_PHASE_LINES);
        for (uint32_t l = 0; l < j->heap_phases[i].lines; l++)
            assert_true(j->heap_phases[i].line[l].site <= j->heap_site_count);
    }
    for (uint32_t i = 0; i < j->heap_tick_count; i++) {
        assert_true(!i || j->heap_ticks[i].ns > j->heap_ticks[i - 1].ns);
        for (uint32_t l = 0; l < MW_HEAP_TICK_LINES; l++)
            assert_true(j->heap_ticks[i].line[l].site <= j->heap_site_count);
    }
    for (uint32_t i = 0; i < j->heap_left_count; i++) {
        assert_true(j->heap_left[i].site >= 1 && j->heap_left[i].site <= j->heap_site_count);
        for (uint32_t k = 0; k < i; k++)
            assert_true(j->heap_left[i].site != j->heap_left[k].site);
    }
}

void made_assert_safe(const struct mw_journal_read *j)
{
    assert_non_null(memchr(j->ident.host, 0, sizeof(j->ident.host)));
    assert_non_null(memchr(j->ident.command, 0, sizeof(j->ident.command)));
    assert_true(j->ident.rank >= -1 && j->ident.size >= 0);
    assert_true(j->state.stage <= MW_STAGE_ABORTED);
    assert_true(j->state.in_site <= j->site_count && j->state.last_site <= j->site_count);
    assert_true(j->state.phase <= j->phase_count && j->state.peak_phase <= j->phase_count);
    for (uint32_t i = 0; i < j->module_count; i++)
        assert_true(memchr(j->modules[i].path, 0, sizeof(j->modules[i].path)) && j->modules[i].build_id_length <= 36);
    for (uint32_t i = 0; i < j->site_count; i++) {
        assert_non_null(memchr(j->sites[i].call, 0, sizeof(j->sites[i].call)));
        assert_true(j->sites[i].depth <= MW_RECORD_SITE_FRAMES);
        for (uint32_t f = 0; f < j->sites[i].depth; f++)
            assert_frame(j, j->sites[i].frames[f].module, j->sites[i].frames[f].offset, j->function_count);
    }
    for (uint32_t i = 0; i < j->function_count; i++)
        assert_true(memchr(j->functions[i].name, 0, sizeof(j->functions[i].name)) &&
                    memchr(j->functions[i].file, 0, sizeof(j->functions[i].file)));
    for (uint32_t i = 0; i < j->phase_count; i++) {
        assert_true(j->phases[i].kind <= MW_PHASE_EXCHANGE);
        assert_true(j->phases[i].parent <= i);
        assert_true(j->phases[i].from_site <= j->site_count && j->phases[i].to_site <= j->site_count);
    }
    for (uint32_t i = 0; i < j->spike_count; i++)
        assert_true(j->spikes[i].site >= 1 && j->spikes[i].site <= j->site_count && !(j->spikes[i].seq & 1) &&
                    j->spikes[i].phase <= j->phase_count && j->spikes[i].depth <= MW_RECORD_SPIKE_FRAMES);
    assert_heap_safe(j);
}
