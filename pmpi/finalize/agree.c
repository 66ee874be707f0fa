/* SPDX-License-Identifier: MIT */
#include "pmpi/finalize/agree.h"

#include "collector/base/clock.h"
#include "pmpi/rank/rank.h"
#include "pmpi/rank/stage.h"

#include <stdint.h>

/* How long a rank's journal may be missing before the rank counts as not recorded. */
#define MISSING_NS (2 * MW_NS_PER_SEC)

static void decide(uint32_t decision)
{
    __atomic_store_n(&mw_rank.journal.state->decision, decision, __ATOMIC_RELEASE);
}

/* Checks all ranks: 1 if each has reached `decision`, -1 if one never will, 0 if it is too early to say. */
static int reached(const struct mw_peers *peers, uint32_t decision, bool check_dead)
{
    bool all = true;

    for (int i = 0; i < peers->count; i++) {
        uint32_t now = mw_peers_decision(peers->heads[i]);
        if (now == MW_STAGE_DECLINED || (now < decision && check_dead && mw_peers_is_gone(peers->heads[i])))
            return -1;
        all = all && now >= decision;
    }
    return all;
}

/* Waits until all ranks have reached `decision`. Sleeps between checks: ranks that still compute may need the cores. */
static bool wait_for(const struct mw_peers *peers, uint32_t decision)
{
    int result;

    for (unsigned turn = 0; (result = reached(peers, decision, turn % 1024 == 1023)) == 0; turn++)
        mw_peers_pause(100);
    return result > 0;
}

void mw_agree_ready(void)
{
    mw_stage_reach(MW_STAGE_READY);
    decide(mw_rank.dirfd < 0 ? MW_STAGE_DECLINED : MW_STAGE_READY);
}

void mw_agree_commit(void)
{
    decide(MW_STAGE_COMMITTED);
}

int mw_agree_check(const struct mw_peers *peers)
{
    return reached(peers, MW_STAGE_READY, true);
}

void mw_agree_decline(void)
{
    mw_stage_reach(MW_STAGE_READY);
    decide(MW_STAGE_DECLINED);
}

bool mw_agree_to_gather(void)
{
    int size = mw_rank.journal.ident->size;
    struct mw_peers peers;
    bool agreed;

    mw_agree_ready();
    if (mw_rank.dirfd < 0)
        return false; /* the other journals are not accessible */
    if (size <= 1) {
        decide(MW_STAGE_COMMITTED);
        return true;
    }
    peers = mw_peers_wait(size, size, MISSING_NS);
    agreed = peers.count == size && wait_for(&peers, MW_STAGE_READY);
    if (agreed) {
        decide(MW_STAGE_COMMITTED);
        agreed = wait_for(&peers, MW_STAGE_COMMITTED);
    } else {
        decide(MW_STAGE_DECLINED);
    }
    mw_peers_unmap(&peers);
    return agreed;
}
