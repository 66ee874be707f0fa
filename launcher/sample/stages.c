/* SPDX-License-Identifier: MIT */
#include "launcher/sample/stages.h"

#include "collector/base/clock.h"
#include "collector/journal/journal.h"
#include "collector/journal/read.h"

#define WAITS_NS (2 * MW_NS_PER_SEC)

static bool read_state(struct mw_state *state, int dirfd, const char *name)
{
    struct mw_journal_source source;
    struct mw_record_head head;
    bool ok;

    if (mw_journal_source_open(&source, dirfd, name, NULL) < 0)
        return false;
    ok = !mw_journal_read_head(&head, &source, NULL) && !mw_journal_read_entry(state, &source, &head, MW_SECTION_STATE, 0);
    mw_journal_source_close(&source);
    return ok;
}

static bool is_passing(const struct mw_state *state, uint64_t now)
{
    switch (state->stage) {
    case MW_STAGE_STARTING:
    case MW_STAGE_READY:
    case MW_STAGE_COMMITTED:
    case MW_STAGE_DECLINED: return !state->since_ns || now < state->since_ns + WAITS_NS;
    default: return false;
    }
}

bool mw_stages_any_passing(const struct mw_tree *tree, const struct mw_sampled_table *sampled, int dirfd, const char *host,
                           uint64_t now)
{
    for (size_t i = 0; i < tree->count; i++) {
        const struct mw_tree_process *process = &tree->processes[i];
        char name[MW_JOURNAL_NAME_SIZE];
        struct mw_state state;

        if (!mw_sampled_of(sampled, process->id)->is_rank)
            continue;
        mw_journal_name(name, mw_sampled_of(sampled, process->id)->world, host, (long)process->pid);
        if (read_state(&state, dirfd, name) && is_passing(&state, now))
            return true;
    }
    return false;
}
