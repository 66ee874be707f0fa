/* SPDX-License-Identifier: MIT */
/* Values of JSON on their way into a file. */
#ifndef MW_COLLECTOR_BASE_JSON_OUT_H
#define MW_COLLECTOR_BASE_JSON_OUT_H

#include <stdint.h>
#include <stdio.h>

/* Numbers beyond INT64_MAX, which readers refuse, are written as that. */
void mw_json_out_unsigned(FILE *out, uint64_t value);

/* A mean or a share: the whole part, and nine significant digits at least; null when it is not a finite number. What is
 * counted in ns or bytes is written exactly, by the other functions. */
void mw_json_out_double(FILE *out, double value);

/* The value that is read back of what mw_json_out_double() writes. */
double mw_json_out_rounded(double value);

/* Exactly value / 10^decimals, without zeros at the end: of 1500 and 3, "1.5". At most 18 decimals. */
void mw_json_out_decimal(FILE *out, uint64_t value, int decimals);

/* Seconds, of ns. */
void mw_json_out_seconds(FILE *out, uint64_t ns);

/* A clean string (collector/base/text.h: UTF-8), quoted. It can also stand in HTML: "<", ">" and "&" are escaped. */
void mw_json_out_string(FILE *out, const char *text);

#endif
