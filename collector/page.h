/* SPDX-License-Identifier: MIT */
/* The parts of a web page that stand in collector/page/, as they are there. */
#ifndef MW_COLLECTOR_PAGE_H
#define MW_COLLECTOR_PAGE_H

/* Terminated. Styles and scripts are the ones every page shares, uPlot's, and those of one page. */
extern const char mw_page_base_css[], mw_page_uplot_css[], mw_page_uplot_js[], mw_page_base_js[];
extern const char mw_page_run_html[], mw_page_run_js[];

#endif
