/* SPDX-License-Identifier: MIT */
/* Whether ranks are currently starting or finalizing MPI, from their journals. */
#include "launcher/sample/stages.h"

#include "collector/base/clock.h"
#include "collector/journal/journal.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define WORLD 0xfeedULL
#define NOW (100 * MW_NS_PER_SEC)
#define PIDS 3 /* 1000: no rank; 1001 and 1002: ranks */

static struct mw_journal journals[PIDS];
static struct mw_tree_process processes[PIDS];
static struct mw_sampled items[PIDS];
static const struct mw_sampled_table sampled = {.items = items, .room = PIDS};
static struct mw_tree tree = {.processes = processes, .count = PIDS};
static char dir[] = "/tmp/memwatch-stages-XXXXXX";
static int dirfd;

static void name_of(char name[MW_JOURNAL_NAME_SIZE], int i)
{
    mw_journal_name(name, WORLD, "host", 1000 + i);
}

static int set_up(void **state)
{
    char name[MW_JOURNAL_NAME_SIZE];
    struct mw_err err;

    (void)state;
    if (!mkdtemp(dir) || (dirfd = open(dir, O_RDONLY | O_DIRECTORY)) < 0)
        return -1;
    for (int i = 0; i < PIDS; i++) {
        name_of(name, i);
        if (mw_journal_create(&journals[i], dirfd, name, &err) < 0)
            return -1;
        processes[i] = (struct mw_tree_process){.pid = 1000 + i, .id = (uint32_t)i};
        items[i] = (struct mw_sampled){.is_rank = i > 0, .world = WORLD};
    }
    return 0;
}

static int tear_down(void **state)
{
    char name[MW_JOURNAL_NAME_SIZE];

    (void)state;
    for (int i = 0; i < PIDS; i++) {
        name_of(name, i);
        unlinkat(dirfd, name, 0);
    }
    close(dirfd);
    return rmdir(dir);
}

static void stand(int i, enum mw_stage stage, uint64_t since)
{
    journals[i].state->stage = stage;
    journals[i].state->since_ns = since;
}

static bool any_passing(uint64_t now)
{
    return mw_stages_any_passing(&tree, &sampled, dirfd, "host", now);
}

static void between_init_and_finalize_none(void **state)
{
    (void)state;
    stand(0, MW_STAGE_STARTING, NOW); /* a journal of an unknown process: not a rank of the tree */
    stand(1, MW_STAGE_RUNNING, NOW);
    stand(2, MW_STAGE_RUNNING, NOW - 1);
    assert_false(any_passing(NOW));
}

static void a_rank_in_init(void **state)
{
    (void)state;
    stand(1, MW_STAGE_RUNNING, NOW);
    stand(2, MW_STAGE_STARTING, 0); /* has not entered it yet */
    assert_true(any_passing(NOW));
    stand(2, MW_STAGE_STARTING, NOW);
    assert_true(any_passing(NOW + MW_NS_PER_SEC));
    assert_false(any_passing(NOW + 3 * MW_NS_PER_SEC)); /* waits for another rank */
}

static void a_rank_in_finalize(void **state)
{
    (void)state;
    stand(1, MW_STAGE_RUNNING, NOW);
    for (enum mw_stage stage = MW_STAGE_READY; stage <= MW_STAGE_DECLINED; stage++) {
        stand(2, stage, NOW);
        assert_true(any_passing(NOW + 1));
        assert_false(any_passing(NOW + 3 * MW_NS_PER_SEC));
    }
    stand(2, MW_STAGE_FINALIZED, NOW);
    assert_false(any_passing(NOW));
}

static void without_a_journal_none(void **state)
{
    char name[MW_JOURNAL_NAME_SIZE];

    (void)state;
    stand(1, MW_STAGE_STARTING, NOW);
    stand(2, MW_STAGE_RUNNING, NOW);
    name_of(name, 1);
    assert_int_equal(unlinkat(dirfd, name, 0), 0);
    assert_false(any_passing(NOW));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(between_init_and_finalize_none),
        cmocka_unit_test(a_rank_in_init),
        cmocka_unit_test(a_rank_in_finalize),
        cmocka_unit_test(without_a_journal_none),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
