/* SPDX-License-Identifier: MIT */
/* Whether bands are correct: synthetic programs with known laws, of several kinds, are "run" with the noise of real runs on
 * few ranks and sizes; then the predictions are compared with runs at other points, between and beyond. Half of the programs
 * vary by up to 0.2 % from run to run, as most do, and half by 0.5 to 2 %. */
#include "collector/scale/fit.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MIB 1048576.0
#define STUDIES 24 /* of each kind */
#define MOST 8

/* ---- random numbers, the same in each run ---- */

static uint64_t state;

static double uniform(void) /* between 0 and 1 */
{
    state = state * 6364136223846793005 + 1442695040888963407;
    return ((double)(state >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(void)
{
    return sqrt(-2 * log(uniform())) * cos(6.283185307179586 * uniform());
}

/* ---- programs ---- */

/* Edges of the parts of a cube that is split among n ranks, as by MPI_Dims_create for powers of 2. */
static void split(double n, double parts[3])
{
    int steps = (int)round(log2(n));

    for (int i = 0; i < 3; i++)
        parts[i] = exp2((steps + 2 - i) / 3);
}

/* Molecular dynamics: atoms are divided; each rank has copies of those around its part, on all sides. */
static double particles(double n, double s)
{
    double parts[3], area = 0;

    split(n, parts);
    for (int i = 0; i < 3; i++)
        area += 2 * s * s * parts[i] / n;
    return 24 * MIB + 1400 * s * s * s / n + 1100 * area;
}

/* A mesh whose parts have halos only towards neighbours: none at the outer boundary. */
static double mesh(double n, double s)
{
    double parts[3], area = 0;

    split(n, parts);
    for (int i = 0; i < 3; i++)
        area += fmin(2, parts[i] - 1) * s * s * parts[i] / n;
    return 11 * MIB + 120 * s * s * s / n + 160 * area;
}

/* A transform: divided data, tables of its factors, buffers of pencils. */
static double transform(double n, double s)
{
    return 6 * MIB + 64 * s / n + 1.2 * s * log2(s) / n + 16 * sqrt(s);
}

/* Each rank has a table of all ranks. */
static double tables(double n, double s)
{
    return 18 * MIB + 80 * s / n + 0.4 * MIB * n;
}

static double divides(double n, double s)
{
    (void)s;
    return 14 * MIB + 700 * MIB / n;
}

/* Rank 0 reads everything before distributing it. */
static double master(double n, double s)
{
    return 9 * MIB + 16 * s + 48 * s / n;
}

static const struct kind {
    const char *name;
    double (*bytes)(double n, double s);
    double n[MOST], s[MOST];           /* the runs: all combinations; 0 ends a list */
    double held_n[MOST], held_s[MOST]; /* the predictions, pair by pair */
    int repeats;
} kinds[] = {
    {"particles, three sizes within 1.6",
     particles,
     {1, 2, 4},
     {14, 18, 22},
     {8, 1, 2, 8, 2, 16, 4},
     {22, 20, 30, 30, 60, 22, 100},
     1},
    {"particles", particles, {2, 4, 8}, {20, 40, 80}, {4, 16, 16, 64, 64, 128, 8}, {60, 80, 120, 100, 160, 200, 250}, 1},
    {"mesh", mesh, {2, 4, 8}, {32, 64, 128}, {4, 16, 16, 64, 32, 64, 8}, {100, 128, 192, 128, 256, 300, 256}, 1},
    {"mesh, one size", mesh, {2, 4, 8, 16}, {160}, {4, 32, 64, 128, 256, 32, 8}, {160, 160, 160, 160, 160, 160, 160}, 2},
    {"transform", transform, {2, 4, 8}, {1e6, 2e6, 4e6}, {4, 16, 16, 32, 64, 64, 8}, {3e6, 4e6, 8e6, 1.6e7, 3e7, 6e7, 1e6}, 1},
    {"tables", tables, {2, 4, 8}, {5e5, 1e6, 4e6}, {6, 16, 32, 64, 128, 16, 64}, {2e6, 4e6, 8e6, 4e6, 4e6, 2e7, 3e7}, 1},
    {"divides", divides, {1, 2, 4, 8}, {1}, {3, 6, 16, 32, 64, 128, 256}, {1, 1, 1, 1, 1, 1, 1}, 1},
    {"divides, three runs", divides, {2, 4, 8}, {1}, {3, 6, 16, 32, 64, 128, 16}, {1, 1, 1, 1, 1, 1, 1}, 1},
    {"divides, repeated", divides, {2, 4, 8, 16}, {1}, {6, 12, 32, 64, 128, 256, 512}, {1, 1, 1, 1, 1, 1, 1}, 3},
    {"master", master, {2, 4, 8}, {4e5, 1e6, 4e6}, {3, 16, 16, 64, 64, 128, 8}, {2e6, 4e6, 8e6, 8e6, 1.6e7, 4e6, 2e7}, 1},
    {"master, four sizes",
     master,
     {2, 4, 8},
     {2.5e5, 5e5, 1e6, 2e6},
     {6, 16, 16, 64, 64, 128, 8},
     {7e5, 2e6, 4e6, 4e6, 8e6, 2e6, 8e6},
     2},
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* One reading: runs vary by a fraction, and the kernel and allocators count in steps. */
static double reading(const struct kind *kind, double n, double s, double share)
{
    return kind->bytes(n, s) * (1 + share * normal()) + 0.5 * MIB * (uniform() - 0.5);
}

/* ---- the test ---- */

struct result {
    int asked, answered, held, below;
    double widths[STUDIES * MOST]; /* width of the band, as a fraction of the true value */
};

static void predict(const struct kind *kind, const struct mw_fit *fit, const struct mw_lapack *lapack, double share,
                    struct result *result)
{
    for (int i = 0; i < MOST && kind->held_n[i] > 0; i++) {
        double n = kind->held_n[i], s = kind->held_s[i], real = reading(kind, n, s, share);
        struct mw_fit_band band;
        result->asked++;
        if (mw_fit_reach(fit, n, s) != MW_FIT_REACHED)
            continue;
        band = mw_fit_predict(fit, lapack, n, s);
        if (mw_fit_is_vague(band))
            continue;
        result->widths[result->answered++] = (band.high - band.low) / kind->bytes(n, s);
        result->held += band.low <= real && real <= band.high;
        result->below += real > band.high;
    }
}

static void study(const struct kind *kind, const struct mw_lapack *lapack, bool noisy, struct result *result)
{
    static struct mw_fit fit;
    struct mw_fit_point points[4 * MOST * MOST];
    double share = noisy ? 0.005 + 0.015 * uniform() : 0.002 * uniform();
    size_t count = 0;

    for (int repeat = 0; repeat < kind->repeats; repeat++)
        for (int i = 0; kind->n[i] > 0; i++)
            for (int j = 0; kind->s[j] > 0; j++) {
                double bytes = reading(kind, kind->n[i], kind->s[j], share);
                points[count++] = (struct mw_fit_point){kind->n[i], kind->s[j], bytes, bytes};
            }
    mw_fit_make(&fit, lapack, points, count, "size", &(struct mw_fit_prior){0});
    predict(kind, &fit, lapack, share, result);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median_width(struct result *result)
{
    qsort(result->widths, (size_t)result->answered, sizeof(result->widths[0]), by_value);
    return result->answered ? result->widths[result->answered / 2] : 0;
}

static void bands_hold(void **unused)
{
    static struct result results[KINDS];
    int answered = 0, held = 0, asked = 0;
    struct mw_err err;
    const struct mw_lapack *lapack = mw_lapack_load(&err);

    (void)unused;
    if (!lapack)
        skip();
    state = 2024;
    for (size_t i = 0; i < KINDS; i++) {
        struct result *result = &results[i];
        for (int j = 0; j < STUDIES; j++)
            study(&kinds[i], lapack, j % 2, result);
        printf("# %-34s %3d of %3d held (%5.1f %%), %2d above; %3d of %3d answered; width %.0f %%\n", kinds[i].name,
               result->held, result->answered, 100.0 * result->held / fmax(1, result->answered), result->below,
               result->answered, result->asked, 100 * median_width(result));
        assert_true(result->held >= 0.88 * result->answered);
        assert_true(median_width(result) < 0.4);
        assert_true(result->answered >= 0.5 * result->asked);
        asked += result->asked;
        answered += result->answered;
        held += result->held;
    }
    printf("# all: %d of %d held (%.1f %%), %d asked\n", held, answered, 100.0 * held / answered, asked);
    assert_true(answered >= 300);
    assert_true(held >= 0.93 * answered);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bands_hold),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
