/* SPDX-License-Identifier: MIT */
/* Writes JSON values to a file. */
#ifndef MW_COLLECTOR_BASE_JSON_OUT_H
#define MW_COLLECTOR_BASE_JSON_OUT_H

#include <stdint.h>
#include <stdio.h>

/* Numbers above INT64_MAX, which readers reject, are written as INT64_MAX. */
void mw_json_out_unsigned(FILE *out, uint64_t value);

/* A mean or a share: all integer digits, and at least nine significant digits; null if it is not finite. For counts of ns or
 * bytes, which must be exact, use the other functions. */
void mw_json_out_double(FILE *out, double value);

/* The value that a reader gets from the output of mw_json_out_double(). */
double mw_json_out_rounded(double value);

/* Exactly value / 10^decimals, without trailing zeros: 1500 and 3 give "1.5". At most 18 decimals. */
void mw_json_out_decimal(FILE *out, uint64_t value, int decimals);

/* Converts ns to seconds. */
void mw_json_out_seconds(FILE *out, uint64_t ns);

/* A clean string (collector/base/text.h: UTF-8), quoted. Safe inside HTML: "<", ">" and "&" are escaped. */
void mw_json_out_string(FILE *out, const char *text);

#endif
