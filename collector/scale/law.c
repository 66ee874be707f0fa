/* SPDX-License-Identifier: MIT */
#include "collector/scale/law.h"

#include "collector/base/units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIKELY 0.0
#define RARE (-2.0)    /* seen in some programs */
#define STRANGE (-6.0) /* for several meanings of s */
#define DIVIDED (-6)   /* n_sixths of what is divided among the ranks */
#define ODD (-4.0)     /* not a known law, but a possible approximation */

const struct mw_law mw_laws[] = {
    /* only n */
    {{.n_sixths = -6}, LIKELY},
    {{.n_sixths = 6}, LIKELY},
    {{.n_logs = 1}, LIKELY},
    {{.n_sixths = -4}, LIKELY},
    {{.n_sixths = -3}, LIKELY},
    {{.n_sixths = 3}, RARE},
    {{.n_sixths = -2}, ODD},
    {{.n_sixths = 2}, ODD},
    {{.n_sixths = 4}, ODD},
    {{.n_sixths = 6, .n_logs = 1}, ODD},
    {{.n_sixths = 9}, ODD},
    {{.n_sixths = 12}, ODD},
    /* divided: linear, square, cube */
    {{.n_sixths = -6, .s_sixths = 6}, LIKELY},
    {{.n_sixths = -6, .s_sixths = 12}, LIKELY},
    {{.n_sixths = -6, .s_sixths = 18}, LIKELY},
    {{.n_sixths = -6, .s_sixths = 6, .s_logs = 1}, RARE},
    {{.n_sixths = -6, .s_sixths = 9}, ODD},
    /* its surface */
    {{.n_sixths = -4, .s_sixths = 4}, LIKELY},
    {{.n_sixths = -4, .s_sixths = 12}, LIKELY},
    {{.n_sixths = -3, .s_sixths = 3}, LIKELY},
    {{.n_sixths = -3, .s_sixths = 6}, LIKELY},
    {{.n_sixths = -3, .s_sixths = 12}, RARE},
    /* replicated in each rank */
    {{.s_sixths = 6}, LIKELY},
    {{.s_sixths = 12}, LIKELY},
    {{.s_sixths = 18}, LIKELY},
    {{.s_sixths = 6, .s_logs = 1}, RARE},
    {{.s_logs = 1}, RARE},
    {{.s_sixths = 3}, RARE},
    {{.s_sixths = 4}, RARE},
    {{.s_sixths = 2}, ODD},
    {{.s_sixths = 9}, ODD},
    {{.n_sixths = 6, .s_sixths = 6}, ODD},
    {{.n_logs = 1, .s_sixths = 6}, ODD},
};

const size_t mw_law_count = sizeof(mw_laws) / sizeof(mw_laws[0]);

/* Of the lower power of s, and of the higher one. */
static double both(const struct mw_law_term *low, const struct mw_law_term *high)
{
    int apart = high->s_sixths - low->s_sixths;

    if (low->s_sixths <= 0 || apart <= 0)
        return LIKELY;
    if (low->n_sixths == DIVIDED)
        return STRANGE;
    return apart > 6 && high->n_sixths != DIVIDED ? ODD : LIKELY;
}

double mw_law_together(const struct mw_law *a, const struct mw_law *b)
{
    return a->term.s_sixths < b->term.s_sixths ? both(&a->term, &b->term) : both(&b->term, &a->term);
}

double mw_law_value(const struct mw_law_term *term, double n, double s)
{
    double value = n < term->from_n || (term->to_n > 0 && n > term->to_n) ? 0 : 1;

    if (term->n_sixths)
        value *= pow(n, term->n_sixths / 6.0);
    if (term->s_sixths)
        value *= pow(s, term->s_sixths / 6.0);
    for (int i = 0; i < term->n_logs; i++)
        value *= log2(n);
    for (int i = 0; i < term->s_logs; i++)
        value *= log2(s);
    return value;
}

bool mw_law_needs_n(const struct mw_law_term *term)
{
    return term->n_sixths || term->n_logs || term->from_n > 0;
}

bool mw_law_needs_s(const struct mw_law_term *term)
{
    return term->s_sixths || term->s_logs;
}

bool mw_law_is_constant(const struct mw_law_term *term)
{
    return !mw_law_needs_n(term) && !mw_law_needs_s(term);
}

/* ---- text ---- */

#define EXACT 10240 /* above it, rounding to KiB keeps at least two digits */

static void put(char *text, size_t size, const char *more)
{
    size_t length = strlen(text);

    snprintf(text + length, size - length, "%s", more);
}

static void put_power(char *text, size_t size, const char *name, int sixths)
{
    char power[24];
    int top = abs(sixths), bottom = 6;

    for (int d = 6; d > 1; d--)
        if (top % d == 0 && bottom % d == 0) {
            top /= d;
            bottom /= d;
        }
    put(text, size, sixths < 0 ? " / " : " · ");
    put(text, size, name);
    if (bottom != 1)
        snprintf(power, sizeof(power), "^(%d/%d)", top, bottom);
    else
        snprintf(power, sizeof(power), "^%d", top);
    if (top != 1 || bottom != 1)
        put(text, size, power);
}

static void put_logs(char *text, size_t size, const char *name, int logs)
{
    if (!logs)
        return;
    put(text, size, " · log2(");
    put(text, size, name);
    put(text, size, logs > 1 ? ")²" : ")");
}

void mw_law_put(char *text, size_t size, const struct mw_law_term *term, double coef, const char *name_s)
{
    char small[32];

    snprintf(small, sizeof(small), coef < 1000 ? "%.3g B" : "%.0f B", coef);
    put(text, size, coef < EXACT ? small : mw_units_bytes_mean(coef).text);
    if (term->s_sixths > 0)
        put_power(text, size, name_s, term->s_sixths);
    put_logs(text, size, name_s, term->s_logs);
    if (term->n_sixths)
        put_power(text, size, "n", term->n_sixths);
    put_logs(text, size, "n", term->n_logs);
}
