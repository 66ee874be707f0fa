/* SPDX-License-Identifier: MIT */
/* Compresses a report. */
#ifndef MW_COLLECTOR_REPORT_GZIP_H
#define MW_COLLECTOR_REPORT_GZIP_H

#include <stddef.h>
#include <stdio.h>

/* Writes the bytes as a gzip file without name and time, so that equal reports are equal files. Returns 0, or -1 with errno. */
int mw_gzip_write(FILE *out, const void *bytes, size_t size);

#endif
