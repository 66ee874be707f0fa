/* SPDX-License-Identifier: MIT */
/* The run as a web page: one file that uses no network and blocks all access to it (Content-Security-Policy). */
#ifndef MW_COLLECTOR_PAGE_HTML_H
#define MW_COLLECTOR_PAGE_HTML_H

#include "collector/report/report.h"

mw_report_write mw_report_html_write;

#endif
