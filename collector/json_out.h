/* SPDX-License-Identifier: MIT */
/* Values of JSON on their way into a file. */
#ifndef MW_COLLECTOR_JSON_OUT_H
#define MW_COLLECTOR_JSON_OUT_H

#include <stdint.h>
#include <stdio.h>

/* Numbers beyond INT64_MAX, which readers refuse, are written as that. */
void mw_json_out_unsigned(FILE *out, uint64_t value);

/* Reads back as the same double; null when it is no finite number. */
void mw_json_out_double(FILE *out, double value);

/* A clean string (collector/text.h: UTF-8), quoted. It can also stand in HTML: "<", ">" and "&" are escaped. */
void mw_json_out_string(FILE *out, const char *text);

#endif
