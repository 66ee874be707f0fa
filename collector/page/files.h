/* SPDX-License-Identifier: MIT */
/* The files of collector/page/web/, built into the command as they are there. */
#ifndef MW_COLLECTOR_PAGE_FILES_H
#define MW_COLLECTOR_PAGE_FILES_H

/* Terminated. Styles and scripts are the ones every page shares, uPlot's, and those of one page. */
extern const char mw_page_base_css[], mw_page_uplot_css[], mw_page_uplot_js[], mw_page_base_js[];
extern const char mw_page_html[]; /* every page, with marks where the parts go */
extern const char mw_page_run_data_js[], mw_page_run_heat_js[], mw_page_run_curves_js[], mw_page_run_js[]; /* in this order */
extern const char mw_page_scale_js[];

#endif
