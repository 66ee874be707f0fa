/* SPDX-License-Identifier: MIT */
/* The tightest cgroup limit, in recorded trees of version 1 and 2. */
#include "launcher/sample/cgroups.h"
#include "tests/unit/made_root.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect(uint64_t limit, uint64_t peak, const char *where)
{
    struct mw_view view = {0};
    char path[256];

    mw_cgroups_begin(&view, made_root);
    assert_int_equal(view.cgroups[0].limit, limit);
    assert_int_equal(view.cgroups[0].peak_begin, peak);
    snprintf(path, sizeof(path), "%s%s", made_root, where ? where : "");
    assert_string_equal(view.cgroups[0].limit_directory, where ? path : "");
}

static void version_2(void **state)
{
    (void)state;
    made_root_write("/proc/self/cgroup", "0::/slurm/job_7/step_0\n");
    made_root_write("/proc/self/mountinfo", "22 1 0:21 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n");
    made_root_write("/sys/fs/cgroup/slurm/job_7/memory.max", "4294967296\n");
    made_root_write("/sys/fs/cgroup/slurm/job_7/memory.peak", "123456\n");
    made_root_write("/sys/fs/cgroup/slurm/job_7/step_0/memory.max", "max\n");
    made_root_write("/sys/fs/cgroup/slurm/memory.max", "68719476736\n");
    expect(4294967296, 123456, "/sys/fs/cgroup/slurm/job_7");
}

/* A peak from before the job is not the job's. */
static void peak_of_the_job_only(void **state)
{
    struct mw_view view = {0};

    version_2(state);
    mw_cgroups_begin(&view, made_root);
    mw_cgroups_look(&view, made_root);
    assert_int_equal(view.cgroups[0].peak, 0);
    made_root_write("/sys/fs/cgroup/slurm/job_7/memory.peak", "200000\n");
    mw_cgroups_look(&view, made_root);
    assert_int_equal(view.cgroups[0].peak, 200000);
    assert_int_equal(view.cgroup_count, 1);
}

/* Kills from before are not counted; the group of a process in another group gets a separate entry. */
static void kills(void **state)
{
    struct mw_view view = {0};

    version_2(state);
    made_root_write("/sys/fs/cgroup/slurm/job_7/step_0/memory.events", "low 0\noom 5\noom_kill 2\noom_group_kill 0\n");
    made_root_write("/proc/vmstat", "nr_free_pages 7\noom_kill 40\n");
    mw_cgroups_begin(&view, made_root);
    made_root_write("/proc/77/cgroup", "0::/slurm/job_7/step_1\n");
    made_root_write("/sys/fs/cgroup/slurm/job_7/step_1/memory.max", "1000\n");
    assert_int_equal(mw_cgroups_find(&view, made_root, "77"), 2);
    assert_int_equal(mw_cgroups_find(&view, made_root, "self"), 1);
    assert_int_equal(mw_cgroups_find(&view, made_root, "78"), 0);
    mw_cgroups_look(&view, made_root);
    assert_int_equal(view.cgroups[0].kills + view.cgroups[1].kills + view.host_kills, 0);
    assert_int_equal(view.cgroups[0].kills_ns, 0);
    made_root_write("/sys/fs/cgroup/slurm/job_7/step_0/memory.events", "low 0\noom 5\noom_kill 5\noom_group_kill 0\n");
    made_root_write("/proc/vmstat", "nr_free_pages 7\noom_kill 43\n");
    mw_cgroups_look(&view, made_root);
    assert_int_equal(view.cgroups[0].kills, 3);
    assert_int_equal(view.host_kills, 3);
    assert_true(view.cgroups[0].kills_ns > 0);
    assert_int_equal(view.cgroups[1].kills, 0);
    assert_int_equal(view.cgroups[1].limit, 1000);
}

static uint64_t kills_in(struct mw_view *view, uint32_t group)
{
    mw_cgroups_look_kills(view);
    return view->cgroups[group].kills;
}

/* In version 2, memory.events also counts events in the groups below; memory.events.local does not. */
static void kills_of_groups_below(void **state)
{
    struct mw_view view = {0};

    version_2(state);
    made_root_write("/sys/fs/cgroup/slurm/job_7/step_0/memory.events", "oom_kill 2\noom_group_kill 0\n");
    made_root_write("/sys/fs/cgroup/slurm/job_7/step_0/memory.events.local", "oom 0\noom_kill 1\n");
    mw_cgroups_begin(&view, made_root);
    assert_true(view.cgroups[0].flags & MW_VIEW_CGROUP_COUNTS);
    made_root_write("/sys/fs/cgroup/slurm/job_7/step_0/memory.events", "oom_kill 9\noom_group_kill 1\n");
    assert_int_equal(kills_in(&view, 0), 0);
    made_root_write("/sys/fs/cgroup/slurm/job_7/step_0/memory.events.local", "oom 1\noom_kill 2\n");
    assert_int_equal(kills_in(&view, 0), 1);
    assert_int_equal(view.cgroups[0].kills_last_ns, view.cgroups[0].kills_ns);
    made_root_write("/sys/fs/cgroup/slurm/job_7/step_0/memory.events.local", "oom 1\noom_kill 4\n");
    assert_int_equal(kills_in(&view, 0), 3);
    assert_true(view.cgroups[0].kills_last_ns > view.cgroups[0].kills_ns);
}

/* A sibling of our group, or the parent of both: not ours. */
static void kills_of_a_sibling(void **state)
{
    struct mw_view view = {0};

    version_2(state);
    made_root_write("/sys/fs/cgroup/slurm/job_7/step_0/memory.events", "oom_kill 0\n");
    made_root_write("/sys/fs/cgroup/slurm/job_7/memory.events", "oom_kill 0\n");
    made_root_write("/sys/fs/cgroup/slurm/job_7/step_9/memory.events", "oom_kill 0\n");
    mw_cgroups_begin(&view, made_root);
    made_root_write("/sys/fs/cgroup/slurm/job_7/memory.events", "oom_kill 3\n");
    made_root_write("/sys/fs/cgroup/slurm/job_7/step_9/memory.events", "oom_kill 3\n");
    assert_int_equal(kills_in(&view, 0), 0);
}

/* A removed group keeps its last reading. */
static void kills_of_a_group_that_is_gone(void **state)
{
    struct mw_view view = {0};
    char path[128];

    version_2(state);
    made_root_write("/sys/fs/cgroup/slurm/job_7/step_0/memory.events", "oom_kill 6\n");
    mw_cgroups_begin(&view, made_root);
    made_root_write("/sys/fs/cgroup/slurm/job_7/step_0/memory.events", "oom_kill 7\n");
    assert_int_equal(kills_in(&view, 0), 1);
    snprintf(path, sizeof(path), "%s/sys/fs/cgroup/slurm/job_7/step_0/memory.events", made_root);
    assert_int_equal(remove(path), 0);
    assert_int_equal(kills_in(&view, 0), 1);
}

static void kills_version_1(void **state)
{
    static const char *const counted = "oom_kill_disable 0\nunder_oom 0\noom_kill 4\n";
    struct mw_view view = {0};

    (void)state;
    made_root_write("/proc/self/cgroup", "9:memory:/batch/17\n");
    made_root_write("/proc/self/mountinfo", "31 22 0:27 / /cg/memory rw - cgroup cgroup rw,memory\n");
    made_root_write("/cg/memory/batch/17/memory.oom_control", counted);
    made_root_write("/cg/memory/batch/memory.oom_control", counted);
    mw_cgroups_begin(&view, made_root);
    assert_true(view.cgroups[0].flags & MW_VIEW_CGROUP_COUNTS);
    made_root_write("/cg/memory/batch/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 8\n");
    assert_int_equal(kills_in(&view, 0), 0);
    made_root_write("/cg/memory/batch/17/memory.oom_control", "oom_kill_disable 0\nunder_oom 1\noom_kill 6\n");
    assert_int_equal(kills_in(&view, 0), 2);
}

/* Before Linux 4.13. */
static void kills_not_counted(void **state)
{
    struct mw_view view = {0};

    (void)state;
    made_root_write("/proc/self/cgroup", "9:memory:/batch/17\n");
    made_root_write("/proc/self/mountinfo", "31 22 0:27 / /cg/memory rw - cgroup cgroup rw,memory\n");
    made_root_write("/cg/memory/batch/17/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\n");
    mw_cgroups_begin(&view, made_root);
    assert_int_equal(view.cgroup_count, 1);
    assert_false(view.cgroups[0].flags & MW_VIEW_CGROUP_COUNTS);
}

/* Groups outside of the cgroup namespace, or of the mounted part, are not at the path given by their name. */
static void out_of_reach(void **state)
{
    struct mw_view view = {0};

    version_2(state);
    mw_cgroups_begin(&view, made_root);
    made_root_write("/proc/70/cgroup", "0::/../job_8/step_0\n");
    made_root_write("/sys/fs/job_8/step_0/memory.events", "oom_kill 1\n");
    assert_int_equal(mw_cgroups_find(&view, made_root, "70"), 0);
    made_root_write("/proc/71/cgroup", "0::/..\n");
    assert_int_equal(mw_cgroups_find(&view, made_root, "71"), 0);
    made_root_write("/proc/72/cgroup", "0::/..named\n"); /* a name like any other */
    assert_int_equal(mw_cgroups_find(&view, made_root, "72"), 2);
    made_root_write("/proc/self/mountinfo", "31 22 0:27 /docker/abc /cg/memory rw - cgroup cgroup rw,memory\n");
    made_root_write("/proc/73/cgroup", "5:memory:/docker/abcdef\n");
    made_root_write("/cg/memory/def/memory.oom_control", "oom_kill 1\n");
    assert_int_equal(mw_cgroups_find(&view, made_root, "73"), 0);
}

static void version_1(void **state)
{
    (void)state;
    made_root_write("/proc/self/cgroup", "11:cpu,cpuacct:/other\n9:memory:/batch/17\n1:name=systemd:/\n0::/\n");
    made_root_write(
        "/proc/self/mountinfo",
        "30 22 0:26 / /cg/cpu rw - cgroup cgroup rw,cpu,cpuacct\n31 22 0:27 / /cg/memory rw - cgroup cgroup rw,memory\n");
    made_root_write("/cg/memory/memory.limit_in_bytes", "9223372036854771712\n");
    made_root_write("/cg/memory/batch/17/memory.limit_in_bytes", "1073741824\n");
    made_root_write("/cg/memory/batch/17/memory.max_usage_in_bytes", "99\n");
    expect(1073741824, 99, "/cg/memory/batch/17");
}

static void in_a_container(void **state)
{
    (void)state;
    made_root_write("/proc/self/cgroup", "5:memory:/docker/abc/inner\n");
    made_root_write("/proc/self/mountinfo", "31 22 0:27 /docker/abc /cg/memory rw - cgroup cgroup rw,memory\n");
    made_root_write("/cg/memory/memory.limit_in_bytes", "500000\n");
    made_root_write("/cg/memory/inner/memory.limit_in_bytes", "700000\n");
    expect(500000, 0, "/cg/memory");
}

static void none(void **state)
{
    (void)state;
    expect(0, 0, NULL); /* no /proc at all */
    made_root_write("/proc/self/cgroup", "garbage\n\n::\n5:memory\n0::/x\n");
    made_root_write("/proc/self/mountinfo", "garbage - \n - cgroup2\n");
    expect(0, 0, NULL);
    made_root_write("/proc/self/mountinfo", "22 1 0:21 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    made_root_write("/sys/fs/cgroup/x/memory.max", "max\n");
    expect(0, 0, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(version_2, made_root_set_up, made_root_tear_down),
        cmocka_unit_test_setup_teardown(peak_of_the_job_only, made_root_set_up, made_root_tear_down),
        cmocka_unit_test_setup_teardown(kills, made_root_set_up, made_root_tear_down),
        cmocka_unit_test_setup_teardown(kills_of_groups_below, made_root_set_up, made_root_tear_down),
        cmocka_unit_test_setup_teardown(kills_of_a_sibling, made_root_set_up, made_root_tear_down),
        cmocka_unit_test_setup_teardown(kills_of_a_group_that_is_gone, made_root_set_up, made_root_tear_down),
        cmocka_unit_test_setup_teardown(kills_version_1, made_root_set_up, made_root_tear_down),
        cmocka_unit_test_setup_teardown(kills_not_counted, made_root_set_up, made_root_tear_down),
        cmocka_unit_test_setup_teardown(out_of_reach, made_root_set_up, made_root_tear_down),
        cmocka_unit_test_setup_teardown(version_1, made_root_set_up, made_root_tear_down),
        cmocka_unit_test_setup_teardown(in_a_container, made_root_set_up, made_root_tear_down),
        cmocka_unit_test_setup_teardown(none, made_root_set_up, made_root_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
