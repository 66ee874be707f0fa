/* SPDX-License-Identifier: MIT */
#include "collector/page/files.h"

/* MW_PAGE_DIR: collector/page/web in the source tree. */
#define EMBED(name, file)                                                                                \
    __asm__(".pushsection .rodata\n.globl " #name "\n" #name ":\n.incbin \"" MW_PAGE_DIR "/" file "\"\n" \
            ".byte 0\n.popsection\n")

EMBED(mw_page_base_css, "base.css");
EMBED(mw_page_base_js, "base.js");
EMBED(mw_page_uplot_css, "uplot/uPlot.min.css");
EMBED(mw_page_uplot_js, "uplot/uPlot.iife.min.js");
EMBED(mw_page_html, "page.html");
EMBED(mw_page_run_data_js, "run_data.js");
EMBED(mw_page_run_heat_js, "run_heat.js");
EMBED(mw_page_run_curves_js, "run_curves.js");
EMBED(mw_page_run_heap_js, "run_heap.js");
EMBED(mw_page_run_flame_js, "run_flame.js");
EMBED(mw_page_run_held_js, "run_held.js");
EMBED(mw_page_run_js, "run.js");
EMBED(mw_page_scale_js, "scale.js");
