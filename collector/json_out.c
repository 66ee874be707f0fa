/* SPDX-License-Identifier: MIT */
#include "collector/json_out.h"

#include "collector/markup.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

void mw_json_out_unsigned(FILE *out, uint64_t value)
{
    fprintf(out, "%" PRIu64, value > INT64_MAX ? INT64_MAX : value);
}

void mw_json_out_double(FILE *out, double value)
{
    char text[40];

    if (!isfinite(value)) {
        fputs("null", out);
        return;
    }
    snprintf(text, sizeof(text), "%.17g", value);
    fprintf(out, "%s%s", text, strpbrk(text, ".e") ? "" : ".0");
}

void mw_json_out_string(FILE *out, const char *text)
{
    putc('"', out);
    mw_markup_put(out, MW_MARKUP_JSON, text);
    putc('"', out);
}
