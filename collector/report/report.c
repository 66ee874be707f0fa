/* SPDX-License-Identifier: MIT */
#include "collector/report/report.h"

bool mw_report_lists(const struct mw_report_style *style, const char *command)
{
    if (style->include && regexec(style->include, command, 0, NULL, 0) != 0)
        return false;
    return !style->exclude || regexec(style->exclude, command, 0, NULL, 0) != 0;
}
