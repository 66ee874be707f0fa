/* SPDX-License-Identifier: MIT */
/* A web page in one file: its parts put together, everything escaped, and nothing allowed but those parts. */
#ifndef MW_COLLECTOR_PAGE_WRITE_H
#define MW_COLLECTOR_PAGE_WRITE_H

#include <stdio.h>

struct mw_page {
    const char *title;
    const char *const *scripts;                   /* after uPlot and base.js, in this order; ended by NULL */
    void (*text)(FILE *out, const void *context); /* the same as plain text, for who reads without scripts */
    void (*data)(FILE *out, const void *context); /* JSON in which "<", ">" and "&" are escaped */
    const void *context;
};

/* Returns 0, or -1 when writing failed (errno). */
int mw_page_write(FILE *out, const struct mw_page *page);

#endif
