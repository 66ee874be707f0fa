/* SPDX-License-Identifier: MIT */
#include "collector/base/json_out.h"

#include "collector/base/markup.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS 9
#define DIGITS_MAX 17 /* precision of a double */

void mw_json_out_unsigned(FILE *out, uint64_t value)
{
    fprintf(out, "%" PRIu64, value > INT64_MAX ? INT64_MAX : value);
}

static void print_double(char text[40], double value)
{
    int integer_digits = fabs(value) >= 1 ? (int)log10(fabs(value)) + 1 : 0;

    snprintf(text, 40, "%.*g",
             integer_digits < DIGITS       ? DIGITS
             : integer_digits < DIGITS_MAX ? integer_digits
                                           : DIGITS_MAX,
             value);
}

double mw_json_out_rounded(double value)
{
    char text[40];

    if (!isfinite(value))
        return value;
    print_double(text, value);
    return strtod(text, NULL);
}

void mw_json_out_double(FILE *out, double value)
{
    char text[40];

    if (!isfinite(value)) {
        fputs("null", out);
        return;
    }
    print_double(text, value);
    fprintf(out, "%s%s", text, strpbrk(text, ".e") ? "" : ".0");
}

void mw_json_out_decimal(FILE *out, uint64_t value, int decimals)
{
    uint64_t one = 1;
    char fraction[24];
    int length = decimals;

    for (int i = 0; i < decimals; i++)
        one *= 10;
    snprintf(fraction, sizeof(fraction), "%0*" PRIu64, decimals, value % one);
    while (length > 1 && fraction[length - 1] == '0')
        length--;
    fprintf(out, "%" PRIu64 ".%.*s", value / one, length, fraction);
}

void mw_json_out_seconds(FILE *out, uint64_t ns)
{
    mw_json_out_decimal(out, ns, 9);
}

void mw_json_out_string(FILE *out, const char *text)
{
    putc('"', out);
    mw_markup_put(out, MW_MARKUP_JSON, text);
    putc('"', out);
}
