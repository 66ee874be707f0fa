/* SPDX-License-Identifier: MIT */
/* What is a leak, and what only looks like one. Visits are stored as the shim stores them. */
#include "collector/base/mem.h"
#include "collector/findings/leak_lines.h"
#include "collector/findings/leaks.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KIB 1024.0
#define MIB (1024 * KIB)

typedef double growth(unsigned visit, unsigned visits);

static double leak(unsigned visit, unsigned visits)
{
    return visits ? 100 * KIB * visit : 0;
}

static double noisy_leak(unsigned visit, unsigned visits)
{
    return visits ? 100 * KIB * visit + (visit % 3) * 64 * KIB : 0;
}

static double leak_and_once(unsigned visit, unsigned visits)
{
    return leak(visit, visits) + (visit > visits / 3 ? 4 * MIB : 0);
}

static double warm_up(unsigned visit, unsigned visits)
{
    return 20 * MIB * fmin(1, 4.0 * visit / visits);
}

static double level_off(unsigned visit, unsigned visits)
{
    return 20 * MIB * (1 - exp(-6.0 * visit / visits));
}

static double saw(unsigned visit, unsigned visits)
{
    return visits ? visit % 10 * MIB : 0;
}

static double once(unsigned visit, unsigned visits)
{
    return visit > visits / 2 ? 32 * MIB : 0;
}

static double stairs(unsigned visit, unsigned visits) /* a vector that doubles */
{
    return visits && visit ? MIB * exp2(floor(log2(visit))) : 0;
}

static double slow(unsigned visit, unsigned visits) /* within the noise */
{
    return visits ? 1 * KIB * visit : 0;
}

static double falling(unsigned visit, unsigned visits)
{
    return MIB * (visits - visit);
}

/* Every stride-th visit, at most 16, and the growth of the phase itself. */
static struct mw_model_phase phase_of(growth *shape, unsigned visits, double own)
{
    struct mw_model_phase phase = {.visits = visits, .measured = visits};
    unsigned stride = 1;

    while ((visits + stride - 1) / stride > MW_RECORD_VISITS)
        stride *= 2;
    for (unsigned visit = 1; visit <= visits; visit += stride)
        phase.kept[phase.visit_count++] = (struct mw_visit){visit, (uint32_t)((100 * MIB + shape(visit, visits)) / KIB)};
    phase.growth = (int64_t)(own * (shape(visits, visits) - shape(0, visits)));
    return phase;
}

static void test_shapes(void **state)
{
    static const struct {
        const char *name;
        growth *shape;
        bool leaks;
    } cases[] = {
        {"leak", leak, true},
        {"noisy leak", noisy_leak, true},
        {"leak and a step", leak_and_once, true},
        {"warm-up", warm_up, false},
        {"levels off", level_off, false},
        {"sawtooth", saw, false},
        {"one-off growth", once, false},
        {"doubling", stairs, false},
        {"falling", falling, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (unsigned visits = 100; visits <= 10000; visits *= 10) {
            struct mw_model_phase phase = phase_of(cases[i].shape, visits, 1);
            double slope = mw_leaks_slope(&phase, (uint64_t)MIB);
            if ((slope > 0) != cases[i].leaks)
                fail_msg("%s over %u visits: %f", cases[i].name, visits, slope);
            if (cases[i].leaks && visits == 1000 && fabs(slope - 100 * KIB) > 8 * KIB)
                fail_msg("%s: %f bytes a visit", cases[i].name, slope);
        }
}

static void test_conservative(void **state)
{
    struct mw_model_phase phase = phase_of(leak, 7, 1);

    (void)state;
    assert_true(mw_leaks_slope(&phase, 0) <= 0); /* too few visits */
    phase = phase_of(slow, 100, 1);
    assert_true(mw_leaks_slope(&phase, 0) <= 0); /* too little in total */
    phase = phase_of(leak, 20, 1);
    assert_true(mw_leaks_slope(&phase, 0) > 0);
    assert_true(mw_leaks_slope(&phase, (uint64_t)MIB) <= 0); /* within the reading error */
    phase = phase_of(leak, 100, 0.1);
    assert_true(mw_leaks_slope(&phase, 0) <= 0); /* growth of another phase */
    phase = phase_of(leak, 100, 1);
    assert_true(mw_leaks_is_spanned(&phase));
    phase.visits = 1000; /* the later ones were not measured */
    assert_false(mw_leaks_is_spanned(&phase));
}

/* Values from outside may be arbitrary. */
static void test_hostile(void **state)
{
    struct mw_model_phase phase = {.measured = 1, .visit_count = 1000};

    (void)state;
    assert_true(mw_leaks_slope(&phase, 0) <= 0);
    assert_true(mw_leaks_is_spanned(&(struct mw_model_phase){.visits = 1}));
}

/* ---- the lines that a phase has left ---- */

enum { TABLE, CACHE, WRAPPER, ARRAY, LIBRARY, SITES };

static const struct mw_model_place table = {.line = 14, .function = "", .label = "a.c:14", .file = "a.c", .path = "/src/a.c"},
                                   caller = {.line = 90, .function = "", .label = "a.c:90", .file = "a.c", .path = "/src/a.c"},
                                   wrapper = {.line = 7,
                                              .function = "",
                                              .label = "alloc.c:7",
                                              .file = "alloc.c",
                                              .path = "/src/alloc.c"};
static const struct mw_model_place *table_frames[] = {&table, &caller}, *wrapper_frames[] = {&wrapper, &table};

/* A rank, and which of its lines leak. */
struct leaking {
    struct mw_model_heap_site sites[SITES];
    struct mw_model_phase phase;
    struct mw_model_site call;
    struct mw_model_rank rank;
    struct mw_leak_lines found;
};

/* A rank of 8 seconds, of which a phase of 100 visits lasts from `from` to `to`, growing by 100 KiB each. */
static void make(struct leaking *made, double from, double to)
{
    static const struct mw_model_heap_site program = {.owner = MW_HEAP_PROGRAM, .mpi_site = MW_MODEL_NONE};

    for (uint32_t i = 0; i < SITES; i++) {
        made->sites[i] = program;
        made->sites[i].merged = i;
        made->sites[i].place = i == TABLE ? &table : &wrapper;
        made->sites[i].label = made->sites[i].place->label;
    }
    made->sites[TABLE].frames = table_frames;
    made->sites[TABLE].depth = 2;
    made->sites[CACHE].merged = WRAPPER; /* two stacks of one line */
    made->sites[LIBRARY].owner = MW_HEAP_MPI;
    made->sites[LIBRARY].label = "libmpi";
    made->sites[LIBRARY].place = NULL;
    made->sites[LIBRARY].mpi_site = 0;
    made->call = (struct mw_model_site){.label = "MPI_Comm_dup a.c:33"};
    made->phase = phase_of(leak, 100, 1);
    made->phase.kind = MW_PHASE_USER;
    made->phase.path = made->phase.name = "work";
    made->phase.parent = made->phase.from_site = made->phase.to_site = MW_MODEL_NONE;
    made->phase.first_ns = (uint64_t)(1e9 * from) + 1000;
    made->phase.last_ns = (uint64_t)(1e9 * to) + 1000;
    made->rank = (struct mw_model_rank){.has_details = true,
                                        .phases = &made->phase,
                                        .phase_count = 1,
                                        .sites = &made->call,
                                        .site_count = 1,
                                        .heap = {.why = MW_HEAP_RECORDING,
                                                 .begin_ns = 1000,
                                                 .end_ns = 8000001000,
                                                 .interval = 65536,
                                                 .sites = made->sites,
                                                 .site_count = SITES}};
}

static void leave(struct mw_model_heap_site *site, uint32_t first, uint32_t last, uint32_t kib)
{
    for (uint32_t i = first; i <= last; i++)
        site->left_kib[i] = kib;
    site->at_peak = (uint64_t)kib * (last - first + 1) << 10;
    site->blocks_at_peak = 100;
}

static const char *describe(struct leaking *made)
{
    static char text[500];

    made->found = mw_leak_lines_find(&made->rank, &made->phase, 100 * KIB);
    mw_leak_lines_describe(text, sizeof(text), &made->rank, &made->found);
    return text;
}

static void test_lines(void **state)
{
    struct leaking made;

    (void)state;
    make(&made, 0.5, 8);
    assert_string_equal(describe(&made), ""); /* nothing is left: fragmentation, or freed at the end */
    leave(&made.sites[TABLE], 1, 7, 1000);
    made.sites[TABLE].left_kib[0] = 500;
    assert_string_equal(describe(&made),
                        "; still allocated at MPI_Finalize: 7.3 MiB at a.c:14, called from a.c:90 (75 KiB a visit)");
    leave(&made.sites[LIBRARY], 0, 7, 250);
    made.sites[LIBRARY].variance = 5 << 10; /* 100 KiB of 2000 */
    assert_string_equal(strrchr(describe(&made), ','), ", estimate ± 100 KiB)");
    assert_non_null(strstr(describe(&made), "2.0 MiB in libmpi, inside MPI_Comm_dup a.c:33 (20 KiB a visit, "));
    assert_int_equal(made.found.count, 2);
    made.sites[LIBRARY].variance = 525 << 10; /* more than half of it */
    describe(&made);
    assert_int_equal(made.found.count, 1);
}

static void test_lines_that_do_not_leak(void **state)
{
    struct leaking made;

    (void)state;
    make(&made, 0.5, 8);
    leave(&made.sites[CACHE], 0, 1, 4000); /* filled early */
    leave(&made.sites[ARRAY], 0, 7, 50);   /* too little */
    assert_string_equal(describe(&made), "");
    leave(&made.sites[ARRAY], 1, 7, 4000); /* more than the phase has grown */
    assert_string_equal(describe(&made), "");
    leave(&made.sites[ARRAY], 0, 7, 0);
    leave(&made.sites[WRAPPER], 1, 7, 1200); /* the line of the cache, from another place */
    made.sites[WRAPPER].left_kib[0] = 30000; /* which has filled one too */
    made.sites[WRAPPER].frames = wrapper_frames;
    made.sites[WRAPPER].depth = 2;
    describe(&made);
    assert_int_equal(made.found.count, 1);
    assert_ptr_equal(made.found.lines[0].site, &made.sites[WRAPPER]);
    assert_int_equal(made.found.lines[0].bytes, 7 * 1200 << 10);
    made.rank.heap.end_ns = 0; /* it died before MPI_Finalize */
    assert_string_equal(describe(&made), "");
}

/* A phase shorter than half of the run: one block is not a leak. */
static void test_short_phase(void **state)
{
    struct leaking made;

    (void)state;
    make(&made, 6.2, 6.8);
    leave(&made.sites[TABLE], 6, 6, 9800);
    leave(&made.sites[ARRAY], 5, 5, 9800); /* before it */
    leave(&made.sites[WRAPPER], 6, 6, 9800);
    made.sites[WRAPPER].blocks_at_peak = 1;
    describe(&made);
    assert_int_equal(made.found.count, 1);
    assert_ptr_equal(made.found.lines[0].site, &made.sites[TABLE]);
}

static void test_finding(void **state)
{
    struct leaking made;
    struct mw_model *model = mw_model_create();
    struct mw_findings findings = {0};

    (void)state;
    model->ranks = mw_mem_alloc(1, sizeof(*model->ranks));
    make(&made, 0.5, 8);
    model->ranks[0] = made.rank;
    model->rank_count = model->phase_count = 1;
    leave(&made.sites[TABLE], 0, 7, 1200);
    mw_leaks_judge(model, &findings);
    assert_int_equal(findings.count, 1);
    assert_int_equal(findings.items[0].level, MW_FINDING_FAILED);
    assert_non_null(strstr(findings.items[0].text, "; still allocated at MPI_Finalize: 9.4 MiB at a.c:14"));
    assert_string_equal(findings.items[0].file, "/src/a.c");
    assert_int_equal(findings.items[0].line, 14);
    mw_findings_fini(&findings);
    model->rank_count = 0;
    model->phase_count = 0;
    free(model->ranks);
    model->ranks = NULL;
    mw_model_destroy(model);
}

/* Records may say anything. */
static void test_hostile_lines(void **state)
{
    struct leaking made;

    (void)state;
    make(&made, 0.5, 8);
    leave(&made.sites[TABLE], 0, 7, UINT32_MAX);
    leave(&made.sites[ARRAY], 0, 7, UINT32_MAX);
    made.sites[ARRAY].at_peak = 1;
    made.sites[ARRAY].blocks_at_peak = made.sites[ARRAY].variance = UINT64_MAX / 4;
    made.phase.last_ns = UINT64_MAX;
    describe(&made);
    made.phase.visits = UINT64_MAX;
    describe(&made);
    made.phase.first_ns = UINT64_MAX;
    assert_string_equal(describe(&made), "");
    made.phase.first_ns = 0;
    made.rank.heap.begin_ns = UINT64_MAX;
    assert_string_equal(describe(&made), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),  cmocka_unit_test(test_conservative),           cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_lines),   cmocka_unit_test(test_lines_that_do_not_leak), cmocka_unit_test(test_short_phase),
        cmocka_unit_test(test_finding), cmocka_unit_test(test_hostile_lines)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
