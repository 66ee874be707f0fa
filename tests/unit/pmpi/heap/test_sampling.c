/* SPDX-License-Identifier: MIT */
/* Sampling: its two functions of mathematics against libm, the distribution of its intervals, and sums of weights, which must
 * be unbiased whatever the interval is. */
#include "pmpi/heap/sampling.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static bool are_near(double value, double expected, double relative)
{
    return fabs(value - expected) <= relative * fabs(expected);
}

/* ---- mathematics ---- */

static void probability_of_all_sizes(void **state)
{
    static const int64_t intervals[] = {1, 4096, 65536, 100003, 4194304, (int64_t)1 << 40};

    (void)state;
    for (size_t i = 0; i < sizeof(intervals) / sizeof(intervals[0]); i++)
        for (uint64_t size = 1; size < 1 << 22; size += size / 64 + 1) {
            double expected = -expm1(-(double)size / (double)intervals[i]);
            double found = mw_heap_sampling_probability(size, intervals[i]);
            if (!are_near(found, expected, 1e-12))
                fail_msg("size %llu, interval %lld: %.17g is not %.17g", (unsigned long long)size, (long long)intervals[i],
                         found, expected);
        }
}

static void probability_is_one_in_the_end(void **state)
{
    double last = 0;

    (void)state;
    for (uint64_t size = 1; size <= 64; size++) {
        double now = mw_heap_sampling_probability(size, 1);
        assert_true(now >= last && now <= 1);
        last = now;
    }
    assert_true(last == 1);
    assert_true(mw_heap_sampling_probability(UINT64_MAX, 4096) == 1);
}

/* The generator is known, so that the logarithm can be recomputed. */
static void logarithm(void **state)
{
    uint64_t random = 1;

    (void)state;
    for (int i = 0; i < 2000000; i++) {
        uint64_t copy = random;
        double expected = -log(mw_heap_sampling_uniform(&copy)) * 1e15;
        double found = (double)mw_heap_sampling_draw(&random, 1000000000000000);
        if (fabs(found - expected) > 1 + 1e-9 * expected)
            fail_msg("%.17g is not %.17g", found, expected);
        assert_true(copy == random);
    }
}

/* The first draws of a small state give tiny numbers: the end of the logarithm where it is largest. */
static void extreme_numbers(void **state)
{
    double smallest = 1, largest = 0;

    (void)state;
    for (uint64_t seed = 1; seed < 200000; seed++) {
        uint64_t random = seed % 2 ? seed : seed * 0x9E3779B97F4A7C15ULL, copy = random;
        double uniform = mw_heap_sampling_uniform(&copy);
        int64_t drawn = mw_heap_sampling_draw(&random, 1 << 30);
        assert_true(uniform > 0 && uniform < 1 && drawn >= 0);
        smallest = uniform < smallest ? uniform : smallest;
        largest = uniform > largest ? uniform : largest;
        assert_true(fabs((double)drawn + log(uniform) * (1 << 30)) < 2);
    }
    assert_true(smallest < 1e-4 && largest > 1 - 1e-4);
}

/* ---- distribution ---- */

static void uniform_numbers(void **state)
{
    static uint32_t bins[1000];
    const int number = 4000000;
    uint64_t random = 12345;
    double chi_square = 0, expected = number / 1000.0;

    (void)state;
    for (int i = 0; i < number; i++)
        bins[(int)(mw_heap_sampling_uniform(&random) * 1000)]++;
    for (int i = 0; i < 1000; i++)
        chi_square += (bins[i] - expected) * (bins[i] - expected) / expected;
    assert_true(chi_square > 999 - 5 * sqrt(2 * 999.0) && chi_square < 999 + 5 * sqrt(2 * 999.0));
}

/* Mean T and variance T^2, each within five standard errors. */
static void exponential_intervals(void **state)
{
    static const int64_t intervals[] = {4096, 65536, 4194304};
    const int number = 2000000;

    (void)state;
    for (size_t i = 0; i < sizeof(intervals) / sizeof(intervals[0]); i++) {
        double t = (double)intervals[i], sum = 0, squares = 0, mean, variance;
        uint64_t random = 99 + i;
        for (int k = 0; k < number; k++) {
            double drawn = (double)mw_heap_sampling_draw(&random, intervals[i]) + 0.5; /* rounded down */
            sum += drawn;
            squares += drawn * drawn;
        }
        mean = sum / number;
        variance = squares / number - mean * mean;
        assert_true(fabs(mean - t) < 5 * t / sqrt(number));
        assert_true(fabs(variance - t * t) < 5 * t * t * sqrt(8.0 / number));
    }
}

/* ---- weights ---- */

/* As malloc_calls.c does it: the number of bytes goes down, and a block that takes it below 0 is entered. */
static uint64_t sum_of_weights(uint64_t *random, const uint64_t *sizes, int number, const int64_t *intervals,
                               int interval_count)
{
    int64_t interval = intervals[0], left = mw_heap_sampling_draw(random, interval);
    uint64_t sum = 0;
    int samples = 0;

    for (int i = 0; i < number; i++) {
        left -= (int64_t)sizes[i];
        if (left >= 0)
            continue;
        sum += mw_heap_sampling_weight(sizes[i], interval);
        interval = intervals[++samples % interval_count];
        left = mw_heap_sampling_draw(random, interval);
    }
    return sum;
}

/* The relative bias over many runs. The largest blocks are 128 KiB, twice the interval. */
static double bias_of(const uint64_t *sizes, int number, const int64_t *intervals, int interval_count)
{
    const int runs = 4000;
    uint64_t random = 777, bytes = 0;
    double sum = 0;

    for (int i = 0; i < number; i++)
        bytes += sizes[i];
    for (int run = 0; run < runs; run++)
        sum += (double)sum_of_weights(&random, sizes, number, intervals, interval_count);
    return sum / runs / (double)bytes - 1;
}

static void unbiased(void **state)
{
    static const int64_t fixed[] = {65536}, changing[] = {4096, 65536, 131072, 65536, 524288};
    static uint64_t equal[4][10000], mixed[3000];

    (void)state;
    srand(1);
    for (int i = 0; i < 10000; i++) {
        equal[0][i] = 16;
        equal[1][i] = 1000;
        equal[2][i] = 65536;
        equal[3][i] = 131071;
    }
    for (int i = 0; i < 3000; i++)
        mixed[i] = (uint64_t)1 << rand() % 17;
    /* one run has 160,000 bytes of 16-byte blocks, so its sum has a relative error of sqrt(T/B) = 0.64; 4,000 runs: 1.0 % */
    assert_true(fabs(bias_of(equal[0], 10000, fixed, 1)) < 0.03);
    assert_true(fabs(bias_of(equal[1], 10000, fixed, 1)) < 0.005);
    assert_true(fabs(bias_of(equal[2], 300, fixed, 1)) < 0.005);
    assert_true(fabs(bias_of(equal[3], 300, fixed, 1)) < 0.005);
    assert_true(fabs(bias_of(mixed, 3000, fixed, 1)) < 0.005);
    assert_true(fabs(bias_of(mixed, 3000, changing, 5)) < 0.01);
}

static void weights(void **state)
{
    (void)state;
    assert_int_equal(mw_heap_sampling_weight(0, 65536), 0);
    for (uint64_t size = 1; size < 1 << 17; size += size / 16 + 1) {
        uint64_t weight = mw_heap_sampling_weight(size, 65536);
        double expected = (double)size / -expm1(-(double)size / 65536);
        assert_true(weight >= size && weight >= 65536 && fabs((double)weight - expected) <= 0.51);
    }
}

/* ---- the governor ---- */

static int64_t interval_after(uint64_t cost_ns, uint64_t elapsed_ns, int samples)
{
    struct mw_heap_pace pace = {.interval = 65536, .credit_ns = MW_HEAP_CREDIT_NS};

    for (int i = 0; i < samples; i++) {
        mw_heap_sampling_adapt(&pace, cost_ns, elapsed_ns);
        assert_true(pace.credit_ns >= -MW_HEAP_CREDIT_NS && pace.credit_ns <= MW_HEAP_CREDIT_NS);
    }
    return pace.interval;
}

static void pace_of_costly_samples(void **state)
{
    (void)state;
    assert_true(interval_after(500, 40000, 1) <= 65536); /* 1.25 % for a while: the credit pays */
    assert_true(interval_after(500, 40000, 100000) > 65536);
    assert_true(interval_after(500, 0, 100000) >= MW_HEAP_INTERVAL_MAX);
    assert_true(interval_after(500, 0, 1000000) <= MW_HEAP_INTERVAL_MAX + MW_HEAP_INTERVAL_MAX / 8);
}

static void pace_of_cheap_samples(void **state)
{
    (void)state;
    assert_true(interval_after(500, 500000, 1000) <= MW_HEAP_INTERVAL_MIN);
    assert_true(interval_after(500, 500000, 100000) >= MW_HEAP_INTERVAL_MIN - MW_HEAP_INTERVAL_MIN / 8);
    assert_true(interval_after(0, UINT64_MAX, 10) < 65536); /* a time that makes no sense does no harm */
}

/* What samples cost in the long run, in a process that allocates steadily. */
static double share_of(double bytes_per_ns)
{
    struct mw_heap_pace pace = {.interval = 65536, .credit_ns = MW_HEAP_CREDIT_NS};
    uint64_t cost = 0, time = 0;

    while (time < 20000000000ULL) {
        uint64_t elapsed = (uint64_t)((double)pace.interval / bytes_per_ns);
        mw_heap_sampling_adapt(&pace, 500, elapsed);
        cost += 500;
        time += elapsed;
    }
    return (double)cost / (double)time;
}

static void half_a_percent(void **state)
{
    (void)state;
    assert_true(share_of(4) < 0.0055 && share_of(4) > 0.0045); /* 4 GB a second: 400,000 bytes */
    assert_true(share_of(0.4) < 0.0055 && share_of(0.4) > 0.004);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(probability_of_all_sizes),
        cmocka_unit_test(probability_is_one_in_the_end),
        cmocka_unit_test(logarithm),
        cmocka_unit_test(extreme_numbers),
        cmocka_unit_test(uniform_numbers),
        cmocka_unit_test(exponential_intervals),
        cmocka_unit_test(unbiased),
        cmocka_unit_test(weights),
        cmocka_unit_test(pace_of_costly_samples),
        cmocka_unit_test(pace_of_cheap_samples),
        cmocka_unit_test(half_a_percent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
