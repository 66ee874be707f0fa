/* SPDX-License-Identifier: MIT */
/* Limits, checked on synthetic models: only values that were certainly reached exceed them. */
#include "collector/base/mem.h"
#include "collector/findings/gates.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MIB (1ull << 20)

/* Ranks with these peaks; the job with a sampled sum, and a bound. */
static struct mw_model *job(uint64_t seen, uint64_t upper, const uint64_t *peaks, size_t count)
{
    struct mw_model *model = mw_model_create();

    model->peak.seen = (struct mw_model_bytes){seen, MW_MODEL_AT_LEAST};
    model->peak.upper = (struct mw_model_bytes){upper, upper ? MW_MODEL_AT_MOST : MW_MODEL_UNKNOWN};
    model->ranks = mw_mem_alloc(count + 1, sizeof(*model->ranks));
    model->rank_count = count;
    for (uint32_t i = 0; i < count; i++) {
        model->ranks[i] = (struct mw_model_rank){.rank = (int32_t)i,
                                                 .process = MW_MODEL_NONE,
                                                 .peak = {peaks[i], MW_MODEL_EXACT},
                                                 .peak_phase = MW_MODEL_NONE,
                                                 .peak_site = MW_MODEL_NONE,
                                                 .error_bytes = MIB};
        mw_model_spread_add(&model->rank_peak, i, peaks[i], i);
    }
    return model;
}

/* Checks the model and frees it. Returns the only finding. */
static struct mw_finding judge(struct mw_model *model, const struct mw_gates *gates)
{
    struct mw_findings findings = {0};
    struct mw_finding finding;

    mw_gates_judge(gates, model, &findings);
    assert_int_equal(findings.count, 1);
    finding = findings.items[0];
    assert_int_equal(mw_findings_status(&findings), finding.level == MW_FINDING_FAILED ? finding.status : 0);
    mw_findings_fini(&findings);
    mw_model_destroy(model);
    return finding;
}

static const uint64_t three[] = {50 * MIB, 80 * MIB, 90 * MIB};

static void test_total(void **state)
{
    struct mw_gates gates = {.total = 200 * MIB};
    struct mw_finding finding;

    (void)state;
    assert_int_equal(judge(job(150 * MIB, 190 * MIB, three, 3), &gates).level, MW_FINDING_PASSED);
    assert_int_equal(judge(job(200 * MIB, 200 * MIB, three, 3), &gates).level, MW_FINDING_PASSED);
    finding = judge(job(150 * MIB, 220 * MIB, three, 3), &gates); /* a bound above the limit proves nothing */
    assert_int_equal(finding.level, MW_FINDING_WARNING);
    assert_non_null(strstr(finding.text, "may have been over"));
    finding = judge(job(210 * MIB, 220 * MIB, three, 3), &gates);
    assert_int_equal(finding.level, MW_FINDING_FAILED);
    assert_int_equal(finding.status, MW_FINDINGS_TOTAL);
    assert_non_null(strstr(finding.text, "10.0 MiB over the limit of 200.0 MiB"));
    assert_non_null(strstr(finding.text, "most in rank 2: 90.0 MiB"));
}

/* One rank alone proves it, even if the samples were lower. */
static void test_total_by_one_rank(void **state)
{
    struct mw_gates gates = {.total = 85 * MIB};

    (void)state;
    assert_int_equal(judge(job(10 * MIB, 0, three, 3), &gates).level, MW_FINDING_FAILED);
}

static void test_ranks(void **state)
{
    struct mw_gates gates = {.rank = 70 * MIB};
    struct mw_finding finding = judge(job(150 * MIB, 0, three, 3), &gates);

    (void)state;
    assert_int_equal(finding.level, MW_FINDING_FAILED);
    assert_int_equal(finding.status, MW_FINDINGS_PROCESS);
    assert_non_null(strstr(finding.text, "rank 2 had 90.0 MiB (exact), 20.0 MiB over"));
    assert_non_null(strstr(finding.text, "also rank 1"));
    gates.rank = 90 * MIB;
    finding = judge(job(150 * MIB, 0, three, 3), &gates); /* within the possible error of a reading */
    assert_int_equal(finding.level, MW_FINDING_WARNING);
    assert_non_null(strstr(finding.text, "rank 2 may have been over"));
    gates.rank = 91 * MIB;
    assert_int_equal(judge(job(150 * MIB, 0, three, 3), &gates).level, MW_FINDING_PASSED);
    assert_int_equal(judge(job(150 * MIB, 0, three, 0), &gates).level, MW_FINDING_WARNING); /* no rank to check */
}

static void test_processes(void **state)
{
    struct mw_gates gates = {.process = 100 * MIB};
    struct mw_model *model = job(150 * MIB, 0, three, 3);
    struct mw_finding finding;

    (void)state;
    model->processes = mw_mem_alloc(2, sizeof(*model->processes));
    model->process_count = 2;
    for (uint32_t i = 0; i < 2; i++)
        model->processes[i] = (struct mw_model_process){
            .role = MW_MODEL_OTHER, .pid = 7 + (int)i, .command = "./helper", .peak = {(90 + 20 * i) * MIB, MW_MODEL_EXACT}};
    finding = judge(model, &gates);
    assert_int_equal(finding.level, MW_FINDING_FAILED);
    assert_int_equal(finding.status, MW_FINDINGS_PROCESS);
    assert_non_null(strstr(finding.text, "process 8 had 110.0 MiB (exact), 10.0 MiB over the limit of 100.0 MiB: ./helper"));
}

/* The line with the most at the peak; only if it is of that peak, and large enough to matter. */
static void test_line(void **state)
{
    static const struct mw_model_place place = {.line = 87, .label = "fft.c:87", .file = "fft.c", .path = "/src/fft.c"};
    struct mw_model_heap_site site = {
        .owner = MW_HEAP_PROGRAM, .place = &place, .label = "fft.c:87", .merged = MW_MODEL_NONE, .held = 48 * MIB};
    static const struct {
        uint64_t mark, bytes, error;
        enum mw_heap_owner owner;
        const char *text;
        uint64_t end_ns;
    } cases[] = {
        {90 * MIB, 64 * MIB, 0, MW_HEAP_PROGRAM, "; 64.0 MiB of it at fft.c:87; also rank 1", 5},
        {90 * MIB, 64 * MIB, MIB, MW_HEAP_PROGRAM, "; about 64.0 MiB of it at fft.c:87; also rank 1", 5},
        {70 * MIB, 64 * MIB, 0, MW_HEAP_PROGRAM, NULL, 5}, /* of a lower peak */
        {90 * MIB, 4 * MIB, 0, MW_HEAP_PROGRAM, NULL, 5},  /* less than a twentieth */
        {90 * MIB, 64 * MIB, 0, MW_HEAP_MPI, NULL, 5},
        {0, 64 * MIB, 0, MW_HEAP_PROGRAM, NULL, 5},
        {70 * MIB, 64 * MIB, 0, MW_HEAP_PROGRAM, "; when it ended, 48.0 MiB were at fft.c:87; also rank 1", 0},
    };

    (void)state;
    for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
        struct mw_gates rank = {.rank = 70 * MIB}, total = {.total = 100 * MIB};
        struct mw_model *model = job(150 * MIB, 0, three, 3);
        struct mw_finding finding;
        site.at_peak = cases[i / 2].bytes;
        site.variance = cases[i / 2].bytes ? cases[i / 2].error * cases[i / 2].error / cases[i / 2].bytes : 0;
        site.owner = cases[i / 2].owner;
        model->ranks[2].heap = (struct mw_model_heap){.why = MW_HEAP_RECORDING,
                                                      .mark = cases[i / 2].mark,
                                                      .end_ns = cases[i / 2].end_ns,
                                                      .sites = mw_mem_alloc(1, sizeof(site)),
                                                      .site_count = 1};
        model->ranks[2].heap.sites[0] = site;
        finding = judge(model, i % 2 ? &total : &rank);
        assert_int_equal(finding.level, MW_FINDING_FAILED);
        if (finding.line != (cases[i / 2].text ? 87u : 0))
            fail_msg("case %zu: %s", i, finding.text);
        if (!cases[i / 2].text)
            assert_null(strstr(finding.text, "of it"));
        else if (i % 2) /* the total lists no other ranks */
            assert_non_null(strstr(finding.text, "at fft.c:87"));
        else
            assert_non_null(strstr(finding.text, cases[i / 2].text));
    }
}

/* The exit status refers to the limit of the job. */
static void test_status(void **state)
{
    struct mw_gates gates = {.total = MIB, .rank = MIB, .process = MIB};
    struct mw_model *model = job(150 * MIB, 0, three, 3);
    struct mw_findings findings = {0};

    (void)state;
    mw_gates_judge(&gates, model, &findings);
    assert_int_equal(findings.count, 3);
    assert_int_equal(mw_findings_status(&findings), MW_FINDINGS_TOTAL);
    mw_findings_fini(&findings);
    mw_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_total),  cmocka_unit_test(test_total_by_one_rank),
        cmocka_unit_test(test_ranks),  cmocka_unit_test(test_processes),
        cmocka_unit_test(test_status), cmocka_unit_test(test_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
