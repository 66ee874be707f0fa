/* SPDX-License-Identifier: MIT */
/* Exit records of processes that are not ranks. */
#include "collector/base/file_names.h"
#include "tests/unit/collector/merge/merged.h"
#include "tests/unit/synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The table of one host, as written by its processes. */
struct exits {
    struct mw_exit_index index;
    struct mw_exit_text texts[MW_EXIT_SLOTS];
};

static struct mw_exit_entry *put_exit(struct exits *exits, size_t slot, int32_t pid, uint64_t start, const char *exe,
                                      uint64_t peak)
{
    memcpy(exits->index.magic, MW_EXIT_MAGIC, sizeof(exits->index.magic));
    exits->index.entries[slot] = (struct mw_exit_entry){.program = 1,
                                                        .count = 1,
                                                        .pid = pid,
                                                        .ppid = 4000,
                                                        .start_ticks = start,
                                                        .first_ns = SYNTHETIC_BEGIN + 100 * MS,
                                                        .end_ns = SYNTHETIC_BEGIN + 600 * MS,
                                                        .last_ns = SYNTHETIC_BEGIN + 600 * MS,
                                                        .peak = peak,
                                                        .peak_sum = peak};
    exits->texts[slot] = (struct mw_exit_text){.comm = "child", .command = "child --once"};
    snprintf(exits->texts[slot].exe, sizeof(exits->texts[slot].exe), "%s", exe);
    return &exits->index.entries[slot];
}

/* One that was sampled, one that was not, one of a rank, and free slots between them. */
static void test_exits(void **state)
{
    static struct exits exits;
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_model *model;

    (void)state;
    put_exit(&exits, 1, 4001, 90010, "/usr/bin/dash", 3 * MIB);
    put_exit(&exits, 3, 4100, 95000, "", 7 * MIB);
    put_exit(&exits, 4, 5000, 100000, "/home/user/app", MIB);
    put_exit(&exits, 9, 4101, 95001, "/usr/bin/tool (deleted)", 9 * MIB);
    synthetic_make(&dir);
    synthetic_job(&dir, 1);
    synthetic_put(&dir, MW_FILE_EXITS "node01", &exits, sizeof(exits));
    synthetic_put(&dir, MW_FILE_EXITS "node02", &exits, sizeof(exits) - 1);
    synthetic_view(&view, 1);
    model = merged_run(&dir, &view);
    assert_int_equal(model->process_count, 5);
    assert_int_equal(model->processes[1].peak.bytes, 3 * MIB);
    assert_int_equal(model->processes[1].peak.kind, MW_MODEL_EXACT);
    assert_int_equal(model->processes[3].peak.bytes, 7 * MIB);
    assert_string_equal(model->processes[3].name, "child");
    assert_int_equal(model->processes[3].samples, 0);
    assert_string_equal(model->processes[4].name, "tool");
    assert_int_equal(model->ranks[0].peak.bytes, 40 * MIB);
    merged_assert_note(model, "exit records of 1 host are damaged");
    mw_model_destroy(model);
    mw_view_free(&view);
    synthetic_remove(&dir);
}

/* The exit record belongs to another program than the sampled one: the sampled one was a copy of its parent, between fork
 * and exec, or the program before an exec. */
static void test_exits_of_later_images(void **state)
{
    static struct exits exits;
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_model *model;
    const struct mw_model_process *later;

    (void)state;
    put_exit(&exits, 1, 4001, 90010, "/usr/bin/gawk", 3 * MIB);
    put_exit(&exits, 2, 5000, 100000, "/bin/false", MIB);
    synthetic_make(&dir);
    synthetic_put(&dir, MW_FILE_EXITS "node01", &exits, sizeof(exits));
    synthetic_view(&view, 1);
    view.processes[1].wait_status = 3 << 8; /* dash, then gawk */
    memcpy(view.processes[2].exe, view.processes[0].exe, sizeof(view.processes[0].exe));
    memcpy(view.processes[2].command, view.processes[0].command, sizeof(view.processes[0].command));
    view.processes[2].ppid = view.processes[0].pid;
    view.processes[2].rss_max = view.processes[2].hwm_seen = 17 * MIB;
    model = merged_run(&dir, &view);
    assert_int_equal(model->process_count, 4);

    assert_string_equal(model->processes[1].name, "dash");
    assert_int_equal(model->processes[1].peak.kind, MW_MODEL_AT_LEAST);
    assert_int_equal(model->processes[1].end, MW_VIEW_LIVES);
    later = &model->processes[3];
    assert_string_equal(later->name, "gawk");
    assert_int_equal(later->image, 1);
    assert_int_equal(later->peak.bytes, 3 * MIB);
    assert_int_equal(later->end, MW_VIEW_STATUS);
    assert_int_equal(later->wait_status, 3 << 8);

    assert_string_equal(model->processes[2].name, "false");
    assert_int_equal(model->processes[2].role, MW_MODEL_OTHER);
    assert_int_equal(model->processes[2].peak.bytes, MIB);
    assert_int_equal(model->processes[2].peak.kind, MW_MODEL_EXACT);
    assert_int_equal(model->processes[2].rss_max, 0);
    mw_model_destroy(model);
    mw_view_free(&view);
    synthetic_remove(&dir);
}

/* Processes that were counted together: the count already includes those that were sampled. */
static void test_exits_together(void **state)
{
    static struct exits exits;
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_model *model;
    struct mw_exit_entry *entry;
    const struct mw_model_process *dash = NULL;
    size_t before;

    (void)state;
    synthetic_make(&dir);
    synthetic_job(&dir, 1);
    synthetic_view(&view, 1);
    model = merged_run(&dir, &view);
    before = model->process_count;
    mw_model_destroy(model);

    view.processes[1].end = MW_VIEW_ENDED; /* dash, pid 4001 */
    view.processes[1].last_ns = SYNTHETIC_BEGIN + 300 * MS;
    entry = put_exit(&exits, 1, 7001, 97000, view.processes[1].exe, 50 * MIB);
    entry->count = 1000;
    entry->peak_sum = 3000 * MIB;
    exits.index.lane_count = 2;
    exits.index.lanes[0].peak = exits.index.lanes[1].peak = 50 * MIB;
    synthetic_put(&dir, MW_FILE_EXITS "node01", &exits, sizeof(exits));
    model = merged_run(&dir, &view);
    assert_int_equal(model->process_count, before); /* one less, one more */
    for (size_t i = 0; i < model->process_count; i++)
        if (model->processes[i].count > 1)
            dash = &model->processes[i];
    assert_non_null(dash);
    assert_int_equal(dash->count, 1000);
    assert_int_equal(dash->peak.bytes, 50 * MIB);
    assert_int_equal(dash->peak.kind, MW_MODEL_EXACT);
    assert_true(model->peak.upper.bytes >= 100 * MIB && model->peak.upper.bytes < 1000 * MIB);
    assert_int_equal(model->peak.sum_of_peaks > 3000 * MIB, 1);
    mw_model_destroy(model);
    mw_view_free(&view);
    synthetic_remove(&dir);
}

/* Exit records of several hosts: the same pid and start time on another host is another process. */
static void test_exits_of_hosts(void **state)
{
    static struct exits exits;
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_model *model;

    (void)state;
    synthetic_make(&dir);
    synthetic_job(&dir, 1);
    put_exit(&exits, 1, 4001, 90010, "/usr/bin/dash", 3 * MIB);
    synthetic_put(&dir, MW_FILE_EXITS "node01", &exits, sizeof(exits));
    put_exit(&exits, 1, 4001, 90010, "/usr/bin/dash", 5 * MIB);
    synthetic_put(&dir, MW_FILE_EXITS "node02", &exits, sizeof(exits));
    synthetic_view(&view, 1);
    model = merged_run(&dir, &view);
    assert_int_equal(model->host_count, 2);
    assert_int_equal(model->processes[1].peak.bytes, 3 * MIB);
    assert_int_equal(model->processes[model->process_count - 1].peak.bytes, 5 * MIB);
    assert_string_equal(model->hosts[model->processes[model->process_count - 1].host].name, "node02");
    mw_model_destroy(model);
    mw_view_free(&view);
    synthetic_remove(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exits),
        cmocka_unit_test(test_exits_together),
        cmocka_unit_test(test_exits_of_later_images),
        cmocka_unit_test(test_exits_of_hosts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
