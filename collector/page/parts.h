/* SPDX-License-Identifier: MIT */
/* The parts of a page's data. Internal. Each adds members to the current object. */
#ifndef MW_COLLECTOR_PAGE_PARTS_H
#define MW_COLLECTOR_PAGE_PARTS_H

#include "collector/page/curves.h"
#include "collector/report/report.h"

void mw_page_hosts(FILE *out, const struct mw_model *model);
void mw_page_ranks(FILE *out, const struct mw_model *model, const struct mw_page_curves *curves);
void mw_page_phases(FILE *out, const struct mw_model *model);
void mw_page_sites(FILE *out, const struct mw_model *model);
void mw_page_waterfall(FILE *out, const struct mw_model *model, const struct mw_report_style *style);
void mw_page_rises(FILE *out, const struct mw_model *model);
void mw_page_processes(FILE *out, const struct mw_model *model, const struct mw_report_style *style);

/* What ranks held at their peaks: collector/page/heap.c. */
void mw_page_heap(FILE *out, const struct mw_model *model, const struct mw_report_style *style);

#endif
