/* SPDX-License-Identifier: MIT */
/* A study as a web page. */
#include "collector/scale/study_report.h"

#include "collector/page/files.h"
#include "collector/page/write.h"

static const char *const scripts[] = {mw_page_scale_js, NULL};

struct told {
    const struct mw_study *study;
    const struct mw_forecast *forecast;
    const struct mw_report_style *style;
};

static void write_data(FILE *out, const void *context)
{
    const struct told *told = context;

    mw_scale_json_write(out, told->study, told->forecast, told->style);
}

static void write_text(FILE *out, const void *context)
{
    const struct told *told = context;
    struct mw_report_style style = *told->style;

    style.color = false;
    style.width = 110;
    mw_scale_text_write(out, told->study, told->forecast, &style);
}

int mw_scale_html_write(FILE *out, const struct mw_study *study, const struct mw_forecast *forecast,
                        const struct mw_report_style *style)
{
    const struct told told = {study, forecast, style};
    const struct mw_page page = {
        .title = study->command, .scripts = scripts, .text = write_text, .data = write_data, .context = &told};

    return mw_page_write(out, &page);
}
