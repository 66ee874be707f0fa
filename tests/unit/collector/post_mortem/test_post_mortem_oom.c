/* SPDX-License-Identifier: MIT */
/* The post-mortem of ranks that the OOM killer may have ended. */
#include "collector/base/mem.h"
#include "tests/unit/collector/post_mortem/made_deaths.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct oom {
    const char *what;
    bool counts, shared;
    uint64_t kills, host_kills;
    const int *oom_ms; /* when a kill in the group was last seen before each end; 0: never */
    const int *order;  /* when it closed its files; 0: not seen */
    const int *mib;    /* of memory at the end */
    int first;
    enum mw_model_cause cause; /* of deaths[0] */
    int perhaps;               /* ends that it may have caused */
};

/* Of three ranks. */
static const int never[3], no_order[3], in_turn[3] = {498, 499, 500}, second_first[3] = {499, 498, 500};
static const int one_large[3] = {10, 90, 10}, two_large[3] = {10, 90, 90}, of_one_size[3] = {90, 90, 88};
static const int second[3] = {0, 499, 0}, each[3] = {500, 500, 500}, long_before[3] = {-9000, -9000, -9000};

#define BY_SIGNAL MW_MODEL_CAUSE_SIGNAL
#define BY_OOM MW_MODEL_CAUSE_OOM

static const struct oom ooms[] = {
    {"the counter rose, one kill for one end", true, false, 1, 1, second, no_order, one_large, 1, BY_OOM, 0},
    {"only the host's counter rose: another group's", true, false, 0, 3, never, in_turn, one_large, 0, BY_SIGNAL, 0},
    {"no counter: perhaps", false, false, 0, 2, never, in_turn, one_large, 0, BY_SIGNAL, 3},
    {"no counter, and nothing was killed on the host", false, false, 0, 0, never, in_turn, one_large, 0, BY_SIGNAL, 0},
    {"others use the group: perhaps", true, true, 1, 1, second, no_order, one_large, NOBODY, BY_SIGNAL, 1},
    {"the kill was long before", true, false, 1, 1, long_before, in_turn, one_large, 0, BY_SIGNAL, 0},
    {"one kill, three ends: the largest, which was first", true, false, 1, 1, each, second_first, one_large, 1, BY_OOM, 0},
    {"one kill, three ends, no order: clearly the largest", true, false, 1, 1, each, no_order, one_large, 1, BY_OOM, 0},
    {"one kill, three ends, no order, of one size", true, false, 1, 1, each, no_order, of_one_size, NOBODY, BY_SIGNAL, 3},
    {"one kill, and the first is much smaller than another", true, false, 1, 1, each, in_turn, two_large, 0, BY_SIGNAL, 3},
    {"as many kills as ends (memory.oom.group)", true, false, 3, 3, each, in_turn, two_large, 0, BY_OOM, 0},
};

/* The group in which the job is. */
static void put_group(struct mw_model *model, const struct mw_model_cgroup *group)
{
    struct mw_model_host *host = &model->hosts[0];

    host->cgroups = mw_mem_alloc(1, sizeof(*host->cgroups));
    host->cgroup_count = 1;
    host->cgroups[0] = *group;
}

/* Three ranks that were killed in this group. */
static struct mw_model *make_killed(const struct oom *one)
{
    struct mw_model *model = made_job("hydra_pmi_proxy");

    model->hosts[0].kills = one->host_kills;
    put_group(model, &(struct mw_model_cgroup){
                         .name = "/job", .limit_path = "", .kills = one->kills, .counts = one->counts, .shared = one->shared});
    for (int r = 0; r < 3; r++) {
        struct made_end end = {SIGNAL, SIGKILL, 500 + r, one->order[r], 0, 0};
        struct mw_model_process *process;
        made_rank(model, r, &end);
        process = &model->processes[model->process_count - 1];
        process->cgroup = 0;
        process->end_ns += one->oom_ms[r] < 0 ? (uint64_t)-one->oom_ms[r] * MS : 0;
        process->oom_ns = made_at(one->oom_ms[r] < 0 ? 1 : one->oom_ms[r]);
        process->rss_last = (uint64_t)one->mib[r] * MIB;
    }
    return model;
}

static void test_oom(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(ooms) / sizeof(ooms[0]); i++) {
        const struct oom *one = &ooms[i];
        struct mw_model *model = make_killed(one);
        int perhaps = 0;
        made_conclude(model);
        made_expect_first(model, one->first, one->what);
        for (size_t d = 0; d < model->death_count; d++)
            perhaps += model->deaths[d].perhaps_oom;
        if (model->deaths[0].cause != one->cause || perhaps != one->perhaps)
            fail_msg("%s: cause %d, not %d; %d perhaps", one->what, model->deaths[0].cause, one->cause, perhaps);
        mw_model_destroy(model);
    }
}

/* Another process of the group that ended between the kill and the rank's end may be the counted one. */
static void test_oom_rival(void **state)
{
    struct mw_model *model = made_job("orted");
    struct made_end killed = {SIGNAL, SIGKILL, 500, 0, 0, 0}, gone = {UNSEEN, 0, 480, 0, 0, 0};

    (void)state;
    put_group(model, &(struct mw_model_cgroup){.name = "/job", .limit_path = "", .kills = 1, .counts = true});
    made_rank(model, 0, &killed);
    model->processes[1].cgroup = 0;
    model->processes[1].oom_ns = made_at(479);
    made_process(model, 6000, 5000, -1, &gone)->cgroup = 0;
    made_conclude(model);
    assert_int_equal(model->deaths[0].cause, MW_MODEL_CAUSE_SIGNAL);
    assert_true(model->deaths[0].perhaps_oom);
    assert_string_equal(model->deaths[0].text, "killed by SIGKILL (Killed), perhaps by the kernel's OOM killer");
    mw_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_oom),
        cmocka_unit_test(test_oom_rival),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
