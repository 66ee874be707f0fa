/* SPDX-License-Identifier: MIT */
/* The two functions of mathematics that are needed, since the library must not need libm. */
#include "pmpi/heap/sampling.h"

#include <string.h>

#define EARNED_PART 200 /* 0.5 % */
#define CREDIT_PART 64

#define LN2 0.69314718055994530942

/* -ln(x) for x in (0, 1]: x = m 2^e with m in [sqrt(1/2), sqrt(2)), and ln(m) = 2 atanh((m - 1) / (m + 1)). Relative error
 * below 1e-9. */
static double negative_log(double x)
{
    uint64_t bits;
    int exponent;
    double m, s, square;

    memcpy(&bits, &x, sizeof(bits));
    exponent = (int)(bits >> 52 & 0x7FF) - 1022;
    bits = (bits & 0x000FFFFFFFFFFFFFULL) | 0x3FE0000000000000ULL; /* m in [1/2, 1) */
    memcpy(&m, &bits, sizeof(m));
    if (m < 0.70710678118654752440) {
        m *= 2;
        exponent--;
    }
    s = (m - 1) / (m + 1);
    square = s * s;
    return -(exponent * LN2 +
             2 * s * (1 + square * (1.0 / 3 + square * (1.0 / 5 + square * (1.0 / 7 + square * (1.0 / 9 + square / 11))))));
}

/* 1 - exp(-x) for 0 <= x <= LN2, by its series. */
static double small_one_minus_exp(double x)
{
    double sum = 0;

    for (int k = 14; k >= 1; k--)
        sum = x / k * (1 - sum);
    return sum;
}

/* 1 - exp(-x) for x >= 0. */
static double one_minus_exp(double x)
{
    double power = 1;

    if (x > 40)
        return 1;
    while (x > LN2) {
        x -= LN2;
        power /= 2;
    }
    return 1 - power + power * small_one_minus_exp(x);
}

double mw_heap_sampling_uniform(uint64_t *state)
{
    *state ^= *state << 13; /* Marsaglia, Xorshift RNGs, 2003 */
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return ((double)(*state >> 12) + 0.5) / 4503599627370496.0; /* 2^52 */
}

int64_t mw_heap_sampling_draw(uint64_t *state, int64_t interval)
{
    return (int64_t)(negative_log(mw_heap_sampling_uniform(state)) * (double)interval);
}

double mw_heap_sampling_probability(uint64_t size, int64_t interval)
{
    return one_minus_exp((double)(size ? size : 1) / (double)interval);
}

uint64_t mw_heap_sampling_weight(uint64_t size, int64_t interval)
{
    return size ? (uint64_t)((double)size / mw_heap_sampling_probability(size, interval) + 0.5) : 0;
}

/* Time that the next samples may take: what was earned since the last ones, and a part of the credit. */
static int64_t allowance(const struct mw_heap_pace *pace, int64_t gain)
{
    int64_t allowed = gain + pace->credit_ns / CREDIT_PART;

    return allowed > gain / 4 ? allowed : gain / 4;
}

static int64_t limited(int64_t value, int64_t least, int64_t most)
{
    return value < least ? least : value > most ? most : value;
}

void mw_heap_sampling_adapt(struct mw_heap_pace *pace, uint64_t cost_ns, uint64_t elapsed_ns)
{
    uint64_t part = elapsed_ns / EARNED_PART;
    int64_t gain = part < 2 * MW_HEAP_CREDIT_NS ? (int64_t)part : 2 * MW_HEAP_CREDIT_NS;
    int64_t cost = cost_ns < 2 * MW_HEAP_CREDIT_NS ? (int64_t)cost_ns : 2 * MW_HEAP_CREDIT_NS;
    int64_t allowed = allowance(pace, gain);
    int64_t wanted = allowed > 0 ? pace->interval * cost / allowed : MW_HEAP_INTERVAL_MAX;

    pace->credit_ns = limited(pace->credit_ns + gain - cost, -MW_HEAP_CREDIT_NS, MW_HEAP_CREDIT_NS);
    wanted = limited(wanted, pace->interval / 2, pace->interval * 2);
    pace->interval = limited(pace->interval + (wanted - pace->interval) / 4, MW_HEAP_INTERVAL_MIN, MW_HEAP_INTERVAL_MAX);
}
