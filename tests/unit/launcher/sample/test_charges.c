/* SPDX-License-Identifier: MIT */
/* What counts against the limits shared by processes: synthetic control groups of version 1, 2 and both, and /proc/meminfo. */
#include "launcher/sample/cgroups.h"
#include "launcher/sample/charges.h"
#include "launcher/sample/meminfo.h"
#include "tests/unit/made_root.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>

#include <cmocka.h>

#define MIB (1024ULL * 1024)

static const char meminfo[] = "MemTotal:       16777216 kB\nMemFree:         1048576 kB\nMemAvailable:    8388608 kB\n"
                              "SwapFree:        2097152 kB\nDirty:               512 kB\nWriteback:           512 kB\n"
                              "AnonPages:       6291456 kB\nShmem:           1048576 kB\nHugePages_Total:       3\n"
                              "Hugepagesize:       2048 kB\n";

static struct mw_view view;

static void begin(void)
{
    unsetenv("SLURM_MEM_PER_NODE");
    unsetenv("SLURM_MEM_PER_CPU");
    unsetenv("SLURM_CPUS_ON_NODE");
    memset(&view, 0, sizeof(view));
    made_root_write("/proc/meminfo", meminfo);
    mw_charges_begin(&view);
    mw_cgroups_begin(&view, made_root);
}

/* The charge of that kind in that group; NULL if there is none. */
static struct mw_view_charge *find(enum mw_limit_kind kind, const char *directory)
{
    char full[256] = "";

    if (directory)
        snprintf(full, sizeof(full), "%s%s", made_root, directory);
    for (uint32_t i = 0; i < view.charge_count; i++)
        if (view.charges[i].kind == kind && !strcmp(view.charges[i].directory, full))
            return &view.charges[i];
    return NULL;
}

static void version_2(void)
{
    made_root_write("/proc/self/cgroup", "0::/slurm/job_7/step_0\n");
    made_root_write("/proc/self/mountinfo", "22 1 0:21 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw,nsdelegate\n");
    made_root_write("/sys/fs/cgroup/slurm/job_7/memory.max", "419430400\n"); /* 400 MiB */
    made_root_write("/sys/fs/cgroup/slurm/job_7/memory.high", "max\n");
    made_root_write("/sys/fs/cgroup/slurm/job_7/memory.current", "209715200\n");
    made_root_write("/sys/fs/cgroup/slurm/job_7/memory.peak", "262144000\n");
    made_root_write("/sys/fs/cgroup/slurm/job_7/memory.events", "low 0\nhigh 0\nmax 9\noom 4\noom_kill 2\n");
    made_root_write("/sys/fs/cgroup/slurm/job_7/step_0/memory.max", "max\n");
    made_root_write("/sys/fs/cgroup/slurm/job_7/step_0/memory.high", "104857600\n"); /* 100 MiB */
    made_root_write("/sys/fs/cgroup/slurm/job_7/step_0/memory.current", "52428800\n");
    made_root_write("/sys/fs/cgroup/slurm/job_7/step_0/memory.events", "high 3\noom 0\n");
    made_root_write("/sys/fs/cgroup/slurm/memory.max", "68719476736\n");
    made_root_write("/sys/fs/cgroup/slurm/memory.current", "10485760000\n");
}

/* anon 20, shmem 110, dirty 5, clean files 40, kernel 15 + reclaimable slab 10: 200 MiB in total. */
static const char stat_2[] = "anon 20971520\nfile 162529280\nkernel 26214400\nshmem 115343360\nfile_mapped 1000\n"
                             "file_dirty 4194304\nfile_writeback 1048576\ninactive_anon 115343360\nactive_anon 20971520\n"
                             "inactive_file 31457280\nactive_file 15728640\nslab_reclaimable 10485760\n"
                             "slab_unreclaimable 1048576\n";

static void limits_of_all_parents(void **state)
{
    (void)state;
    version_2();
    begin();
    assert_non_null(find(MW_LIMIT_NODE, NULL));
    assert_int_equal(find(MW_LIMIT_CGROUP, "/sys/fs/cgroup/slurm/job_7")->bytes, 400 * MIB);
    assert_int_equal(find(MW_LIMIT_CGROUP, "/sys/fs/cgroup/slurm")->bytes, 65536 * MIB);
    assert_int_equal(find(MW_LIMIT_HIGH, "/sys/fs/cgroup/slurm/job_7/step_0")->bytes, 100 * MIB);
    assert_null(find(MW_LIMIT_HIGH, "/sys/fs/cgroup/slurm/job_7"));
    assert_null(find(MW_LIMIT_CGROUP, "/sys/fs/cgroup/slurm/job_7/step_0"));
    assert_int_equal(view.charge_count, 4);
    mw_cgroups_find(&view, made_root, "self"); /* no duplicate entries */
    assert_int_equal(view.charge_count, 4);
}

/* Clean page cache and slab that the kernel can reclaim are not used; files in tmpfs and dirty pages are. */
static void what_the_kernel_charges(void **state)
{
    struct mw_view_charge *job;

    (void)state;
    version_2();
    made_root_write("/sys/fs/cgroup/slurm/job_7/memory.stat", stat_2);
    begin();
    mw_charges_look(&view, made_root, 33 * MIB);
    job = find(MW_LIMIT_CGROUP, "/sys/fs/cgroup/slurm/job_7");
    assert_int_equal(job->least.used, 150 * MIB);
    assert_int_equal(job->least.anon, 20 * MIB);
    assert_int_equal(job->least.shmem, 110 * MIB);
    assert_int_equal(job->least.dirty, 5 * MIB);
    assert_int_equal(job->least.kernel, 15 * MIB);
    assert_int_equal(job->least.rss, 33 * MIB);
    assert_int_equal(job->upper, 250 * MIB);
    assert_int_equal(job->hits, 0); /* earlier ones do not count */
    made_root_write("/sys/fs/cgroup/slurm/job_7/memory.events", "oom 6\n");
    made_root_write("/sys/fs/cgroup/slurm/job_7/memory.events.local", "oom 5\n");
    made_root_write("/sys/fs/cgroup/slurm/job_7/step_0/memory.events", "high 10\n");
    mw_charges_look(&view, made_root, 33 * MIB);
    assert_int_equal(job->hits, 1);
    assert_int_equal(find(MW_LIMIT_HIGH, "/sys/fs/cgroup/slurm/job_7/step_0")->hits, 7);
}

/* The smallest remaining amount is kept, whatever comes later; the current usage follows. */
static void the_minimum_is_kept(void **state)
{
    struct mw_view_charge *job;

    (void)state;
    version_2();
    made_root_write("/sys/fs/cgroup/slurm/job_7/memory.stat", stat_2);
    begin();
    mw_charges_look(&view, made_root, 1);
    made_root_write("/sys/fs/cgroup/slurm/job_7/memory.current", "104857600\n");
    made_root_write("/sys/fs/cgroup/slurm/job_7/memory.stat", "anon 1\n");
    mw_charges_look(&view, made_root, 2);
    job = find(MW_LIMIT_CGROUP, "/sys/fs/cgroup/slurm/job_7");
    assert_int_equal(job->least.used, 150 * MIB);
    assert_int_equal(job->least.rss, 1);
    assert_int_equal(job->used, 50 * MIB); /* 50 could be dropped at the last reading */
    made_root_write("/sys/fs/cgroup/slurm/job_7/memory.current", "314572800\n");
    made_root_write("/sys/fs/cgroup/slurm/job_7/memory.stat", "anon 209715200\nactive_file 52428800\n");
    mw_charges_look(&view, made_root, 3);
    assert_int_equal(job->least.used, 250 * MIB);
    assert_int_equal(job->least.kernel, 50 * MIB);
    made_root_write("/sys/fs/cgroup/slurm/job_7/memory.max", "272629760\n"); /* lowered to 260 MiB: 10 are left */
    mw_charges_look(&view, made_root, 4);
    assert_int_equal(job->least.bytes, 260 * MIB);
    assert_int_equal(job->least.rss, 4);
    made_root_remove("/sys/fs/cgroup/slurm/job_7/memory.max"); /* the group is gone */
    mw_charges_look(&view, made_root, 5);
    assert_int_equal(job->bytes, 260 * MIB);
}

/* Without memory.stat the usage may include page cache: this is reported. */
static void no_stat(void **state)
{
    (void)state;
    version_2();
    begin();
    mw_charges_look(&view, made_root, 1);
    assert_int_equal(find(MW_LIMIT_CGROUP, "/sys/fs/cgroup/slurm/job_7")->least.used, 200 * MIB);
    assert_true(find(MW_LIMIT_CGROUP, "/sys/fs/cgroup/slurm/job_7")->flags & MW_VIEW_CHARGE_CACHE);
}

/* Swap space is limited by every group up to the root, and by the node. */
static void swap(void **state)
{
    struct mw_view_charge *job;

    (void)state;
    version_2();
    made_root_write("/sys/fs/cgroup/slurm/job_7/memory.swap.max", "max\n");
    made_root_write("/sys/fs/cgroup/slurm/job_7/memory.swap.current", "0\n");
    made_root_write("/sys/fs/cgroup/slurm/memory.swap.max", "83886080\n");
    made_root_write("/sys/fs/cgroup/slurm/memory.swap.current", "20971520\n");
    begin();
    mw_charges_look(&view, made_root, 1);
    job = find(MW_LIMIT_CGROUP, "/sys/fs/cgroup/slurm/job_7");
    assert_int_equal(job->least.swap_left, 60 * MIB);
    made_root_write("/sys/fs/cgroup/slurm/job_7/memory.swap.max", "0\n");
    made_root_write("/sys/fs/cgroup/slurm/job_7/memory.current", "314572800\n");
    mw_charges_look(&view, made_root, 1);
    assert_int_equal(job->least.swap_left, 0);
    assert_int_equal(find(MW_LIMIT_NODE, NULL)->least.swap_left, 2048 * MIB);
}

/* A cgroup namespace: the root of the mount is our group, and has its limit. */
static void in_a_namespace(void **state)
{
    (void)state;
    made_root_write("/proc/self/cgroup", "0::/\n");
    made_root_write("/proc/self/mountinfo", "22 1 0:21 / /sys/fs/cgroup ro - cgroup2 cgroup rw\n");
    made_root_write("/sys/fs/cgroup/memory.max", "1073741824\n");
    made_root_write("/sys/fs/cgroup/memory.current", "734003200\n");
    made_root_write("/sys/fs/cgroup/memory.stat", "anon 629145600\nfile 104857600\ninactive_file 104857600\n");
    begin();
    mw_charges_look(&view, made_root, 1);
    assert_int_equal(find(MW_LIMIT_CGROUP, "/sys/fs/cgroup")->least.used, 600 * MIB);
}

static const char stat_1[] = "cache 12345\nrss 1\ninactive_file 999\nhierarchical_memory_limit 524288000\n"
                             "total_cache 94371840\ntotal_rss 41943040\ntotal_shmem 83886080\ntotal_dirty 2097152\n"
                             "total_writeback 0\ntotal_inactive_file 6291456\ntotal_active_file 4194304\n";

static void version_1(const char *use_hierarchy)
{
    made_root_write("/proc/self/cgroup", "9:memory:/batch/17\n4:cpu,cpuacct:/x\n0::/\n");
    made_root_write("/proc/self/mountinfo", "31 22 0:27 / /cg/memory rw - cgroup cgroup rw,memory\n"
                                            "32 22 0:28 / /cg/unified rw - cgroup2 cgroup2 rw\n");
    made_root_write("/cg/memory/memory.limit_in_bytes", "9223372036854771712\n");
    made_root_write("/cg/memory/memory.use_hierarchy", use_hierarchy);
    made_root_write("/cg/memory/batch/memory.limit_in_bytes", "524288000\n");
    made_root_write("/cg/memory/batch/memory.use_hierarchy", use_hierarchy);
    made_root_write("/cg/memory/batch/memory.usage_in_bytes", "157286400\n");
    made_root_write("/cg/memory/batch/memory.max_usage_in_bytes", "178257920\n");
    made_root_write("/cg/memory/batch/memory.failcnt", "11\n");
    made_root_write("/cg/memory/batch/memory.stat", stat_1);
    made_root_write("/cg/memory/batch/17/memory.limit_in_bytes", "9223372036854771712\n");
    made_root_write("/cg/memory/batch/17/memory.memsw.limit_in_bytes", "314572800\n");
    made_root_write("/cg/memory/batch/17/memory.memsw.usage_in_bytes", "209715200\n");
    made_root_write("/cg/memory/batch/17/memory.memsw.failcnt", "2\n");
    made_root_write("/cg/memory/batch/17/memory.stat", stat_1);
}

/* In a hybrid setup, memory is where its controller is. */
static void version_1_and_hybrid(void **state)
{
    struct mw_view_charge *batch, *memsw;

    (void)state;
    version_1("1\n");
    begin();
    mw_charges_look(&view, made_root, 1);
    batch = find(MW_LIMIT_CGROUP, "/cg/memory/batch");
    memsw = find(MW_LIMIT_MEMSW, "/cg/memory/batch/17");
    assert_int_equal(view.charge_count, 3);
    assert_int_equal(batch->bytes, 500 * MIB);
    assert_int_equal(batch->least.used, (150 - 8) * MIB);
    assert_int_equal(batch->least.anon, 40 * MIB);
    assert_int_equal(batch->least.shmem, 80 * MIB);
    assert_int_equal(batch->least.dirty, 2 * MIB);
    assert_int_equal(batch->least.kernel, 20 * MIB);
    assert_int_equal(batch->upper, 170 * MIB);
    assert_int_equal(memsw->bytes, 300 * MIB);
    assert_int_equal(memsw->least.used, (200 - 8) * MIB);
    made_root_write("/cg/memory/batch/memory.failcnt", "14\n");
    mw_charges_look(&view, made_root, 1);
    assert_int_equal(batch->hits, 3);
    assert_int_equal(memsw->hits, 0);
}

/* Without a hierarchy a group's limit does not apply to the groups below. */
static void version_1_without_hierarchy(void **state)
{
    (void)state;
    version_1("0\n");
    begin();
    assert_null(find(MW_LIMIT_CGROUP, "/cg/memory/batch"));
    assert_non_null(find(MW_LIMIT_MEMSW, "/cg/memory/batch/17"));
}

/* Before Linux 4.11 memory.stat has no line for shared memory: it is the cache that is on no list of files. */
static void version_1_without_shmem(void **state)
{
    (void)state;
    version_1("1\n");
    made_root_write("/cg/memory/batch/memory.stat", "total_cache 94371840\ntotal_rss 41943040\ntotal_dirty 0\n"
                                                    "total_inactive_file 10485760\ntotal_active_file 0\n");
    begin();
    mw_charges_look(&view, made_root, 1);
    assert_int_equal(find(MW_LIMIT_CGROUP, "/cg/memory/batch")->least.shmem, 80 * MIB);
}

/* A limit above the groups that a container sees: the kernel reports it. */
static void a_limit_above(void **state)
{
    struct mw_view_charge *above;

    (void)state;
    made_root_write("/proc/self/cgroup", "5:memory:/docker/abc/inner\n");
    made_root_write("/proc/self/mountinfo", "30 22 0:27 /docker/other /cg/else rw - cgroup cgroup rw,memory\n"
                                            "31 22 0:27 /docker/abc /cg/memory rw - cgroup cgroup rw,memory\n");
    made_root_write("/cg/memory/memory.limit_in_bytes", "9223372036854771712\n");
    made_root_write("/cg/memory/memory.usage_in_bytes", "73400320\n");
    made_root_write("/cg/memory/memory.stat", "hierarchical_memory_limit 104857600\ntotal_active_file 10485760\n");
    made_root_write("/cg/memory/inner/memory.limit_in_bytes", "209715200\n");
    made_root_write("/cg/memory/inner/memory.usage_in_bytes", "1000\n");
    begin();
    mw_charges_look(&view, made_root, 1);
    above = find(MW_LIMIT_CGROUP, "/cg/memory");
    assert_true(above->flags & MW_VIEW_CHARGE_ABOVE);
    assert_int_equal(above->least.bytes, 100 * MIB);
    assert_int_equal(above->least.used, 60 * MIB);
    assert_int_equal(find(MW_LIMIT_CGROUP, "/cg/memory/inner")->bytes, 200 * MIB);
}

static void node(void **state)
{
    struct mw_view_charge *node;

    (void)state;
    begin();
    mw_charges_look(&view, made_root, 7);
    node = find(MW_LIMIT_NODE, NULL);
    assert_int_equal(node->least.bytes, 16384 * MIB);
    assert_int_equal(node->least.used, 8192 * MIB);
    assert_int_equal(node->least.anon, 6144 * MIB);
    assert_int_equal(node->least.shmem, 1024 * MIB);
    assert_int_equal(node->least.dirty, MIB);
    assert_int_equal(node->least.kernel, 1023 * MIB);
    assert_int_equal(node->flags, MW_VIEW_CHARGE_SEEN);
    assert_int_equal(view.charge_count, 1);
}

/* /proc with subset=pid, or no /proc: sysinfo(2) reports the same total, and how much is free. */
static void node_by_sysinfo(void **state)
{
    struct mw_meminfo info;
    struct sysinfo kernel;
    struct mw_view_charge *node;

    (void)state;
    assert_int_equal(sysinfo(&kernel), 0);
    mw_meminfo_read(&info, made_root);
    assert_int_equal(info.total, (uint64_t)kernel.totalram * kernel.mem_unit);
    assert_true(info.is_free_only);
    assert_true(info.available > 0 && info.available < info.total);
    begin();
    made_root_remove("/proc/meminfo");
    mw_charges_look(&view, made_root, 7);
    node = find(MW_LIMIT_NODE, NULL);
    assert_int_equal(node->bytes, info.total);
    assert_true(node->flags & MW_VIEW_CHARGE_CACHE);
    assert_int_equal(node->least.anon + node->least.kernel, 0);
    made_root_write("/proc/meminfo", "MemTotal: 1000 kB\nMemFree: 400 kB\n"); /* Linux 3.13 */
    mw_meminfo_read(&info, made_root);
    assert_int_equal(info.available, 400 * 1024);
    assert_true(info.is_free_only);
}

static void slurm(void **state)
{
    (void)state;
    begin();
    setenv("SLURM_MEM_PER_CPU", "512", 1);
    mw_charges_begin(&view);
    assert_null(find(MW_LIMIT_SLURM, NULL)); /* the number of CPUs is unknown */
    setenv("SLURM_CPUS_ON_NODE", "6", 1);
    mw_charges_begin(&view);
    assert_int_equal(find(MW_LIMIT_SLURM, NULL)->bytes, 3072 * MIB);
    setenv("SLURM_MEM_PER_NODE", "2000", 1);
    mw_charges_begin(&view);
    assert_int_equal(find(MW_LIMIT_SLURM, NULL)->bytes, 2000 * MIB);
    mw_charges_look(&view, made_root, 700 * MIB);
    assert_int_equal(find(MW_LIMIT_SLURM, NULL)->least.used, 700 * MIB);
    setenv("SLURM_MEM_PER_NODE", "many", 1);
    setenv("SLURM_MEM_PER_CPU", "18446744073709551615", 1);
    mw_charges_begin(&view);
    assert_null(find(MW_LIMIT_SLURM, NULL));
    begin();
}

/* More groups than there are entries, and names that are too long. */
static void no_room(void **state)
{
    char path[64], long_name[400];

    (void)state;
    begin();
    for (int i = 0; i < 2 * MW_VIEW_CHARGES; i++) {
        snprintf(path, sizeof(path), "/cg/%d/memory.max", i);
        made_root_write(path, "5000\n");
        snprintf(path, sizeof(path), "%s/cg/%d", made_root, i);
        mw_charges_add(&view, false, path);
    }
    assert_int_equal(view.charge_count, MW_VIEW_CHARGES);
    begin();
    memset(long_name, 'x', sizeof(long_name) - 1);
    long_name[sizeof(long_name) - 1] = '\0';
    mw_charges_add(&view, false, long_name);
    assert_int_equal(view.charge_count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(limits_of_all_parents, made_root_set_up, made_root_tear_down),
        cmocka_unit_test_setup_teardown(what_the_kernel_charges, made_root_set_up, made_root_tear_down),
        cmocka_unit_test_setup_teardown(the_minimum_is_kept, made_root_set_up, made_root_tear_down),
        cmocka_unit_test_setup_teardown(no_stat, made_root_set_up, made_root_tear_down),
        cmocka_unit_test_setup_teardown(swap, made_root_set_up, made_root_tear_down),
        cmocka_unit_test_setup_teardown(in_a_namespace, made_root_set_up, made_root_tear_down),
        cmocka_unit_test_setup_teardown(version_1_and_hybrid, made_root_set_up, made_root_tear_down),
        cmocka_unit_test_setup_teardown(version_1_without_hierarchy, made_root_set_up, made_root_tear_down),
        cmocka_unit_test_setup_teardown(version_1_without_shmem, made_root_set_up, made_root_tear_down),
        cmocka_unit_test_setup_teardown(a_limit_above, made_root_set_up, made_root_tear_down),
        cmocka_unit_test_setup_teardown(node, made_root_set_up, made_root_tear_down),
        cmocka_unit_test_setup_teardown(node_by_sysinfo, made_root_set_up, made_root_tear_down),
        cmocka_unit_test_setup_teardown(slurm, made_root_set_up, made_root_tear_down),
        cmocka_unit_test_setup_teardown(no_room, made_root_set_up, made_root_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
