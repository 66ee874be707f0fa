/* SPDX-License-Identifier: MIT */
/* One record: what the reader lets through is safe to walk, as its header promises. */
#include "collector/journal/read.h"
#include "tests/fuzz/fuzz.h"

static void walk_frames(const struct mw_journal_read *journal, const struct mw_frame *frames, uint32_t depth, uint32_t most)
{
    fuzz_expect(depth <= most);
    for (uint32_t i = 0; i < depth; i++)
        fuzz_expect(frames[i].module <= journal->module_count);
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
        fuzz_expect(IS_STRING(phase->name) && phase->parent <= i);
        fuzz_expect(phase->from_site <= journal->site_count && phase->to_site <= journal->site_count);
    }
    for (uint32_t i = 0; i < journal->spike_count; i++) {
        fuzz_expect(journal->spikes[i].site <= journal->site_count && journal->spikes[i].phase <= journal->phase_count);
        walk_frames(journal, journal->spikes[i].frames, journal->spikes[i].depth, MW_RECORD_SPIKE_FRAMES);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mw_journal_read journal;
    struct mw_err err = {""};

    if (mw_journal_read_parse(&journal, data, size, &err) == 0) {
        walk(&journal);
        mw_journal_read_fini(&journal);
    } else
        fuzz_expect(err.text[0] != '\0');
    return 0;
}
