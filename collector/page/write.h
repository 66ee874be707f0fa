/* SPDX-License-Identifier: MIT */
/* A web page in one file, assembled from its parts. Everything is escaped, and only those parts may run. */
#ifndef MW_COLLECTOR_PAGE_WRITE_H
#define MW_COLLECTOR_PAGE_WRITE_H

#include <stdio.h>

struct mw_page {
    const char *title;
    const char *const *scripts;                   /* in this order, after uPlot and base.js; terminated by NULL */
    void (*text)(FILE *out, const void *context); /* the same as plain text, for readers without scripts */
    void (*data)(FILE *out, const void *context); /* JSON in which "<", ">" and "&" are escaped */
    const void *context;
};

/* Returns 0, or -1 if writing failed (errno). */
int mw_page_write(FILE *out, const struct mw_page *page);

#endif
