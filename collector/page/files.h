/* SPDX-License-Identifier: MIT */
/* The files of collector/page/web/, embedded unchanged in the command. */
#ifndef MW_COLLECTOR_PAGE_FILES_H
#define MW_COLLECTOR_PAGE_FILES_H

/* NUL-terminated. Styles and scripts: those shared by all pages, those of uPlot, and those of one page. */
extern const char mw_page_base_css[], mw_page_uplot_css[], mw_page_uplot_js[], mw_page_base_js[];
extern const char mw_page_html[]; /* every page, with placeholders for its parts */
/* In this order. */
extern const char mw_page_run_data_js[], mw_page_run_heat_js[], mw_page_run_curves_js[], mw_page_run_heap_js[],
    mw_page_run_flame_js[], mw_page_run_held_js[], mw_page_run_js[];
extern const char mw_page_scale_js[];

#endif
