/* SPDX-License-Identifier: MIT */
/* Escapes untrusted text for other languages: one rule per language. */
#ifndef MW_COLLECTOR_BASE_MARKUP_H
#define MW_COLLECTOR_BASE_MARKUP_H

#include <stdio.h>

enum mw_markup {
    MW_MARKUP_XML,             /* HTML and XML 1.0, in text and in quoted attributes */
    MW_MARKUP_MARKDOWN,        /* in a line or a table cell: no markup, links or mentions */
    MW_MARKUP_GITHUB,          /* the message of a workflow command */
    MW_MARKUP_GITHUB_PROPERTY, /* its properties */
    MW_MARKUP_METRICS,         /* a label's value for Prometheus, in double quotes */
    MW_MARKUP_GNUPLOT,         /* in single quotes */
    MW_MARKUP_CSV,             /* in double quotes; spreadsheets must not read it as a formula */
    MW_MARKUP_JSON             /* in double quotes, also within <script> */
};

/* Writes `text`, cleaned (mw_text_clean) and escaped by the rule, without the quotes. */
void mw_markup_put(FILE *out, enum mw_markup rule, const char *text);

#endif
