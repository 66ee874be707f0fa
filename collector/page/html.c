/* SPDX-License-Identifier: MIT */
#include "collector/page/html.h"

#include "collector/page/data.h"
#include "collector/page/files.h"
#include "collector/page/write.h"
#include "collector/report/text/text.h"

static const char *const scripts[] = {mw_page_run_data_js,  mw_page_run_heat_js, mw_page_run_curves_js, mw_page_run_heap_js,
                                      mw_page_run_flame_js, mw_page_run_held_js, mw_page_run_js,        NULL};

struct run {
    const struct mw_model *model;
    const struct mw_report_style *style;
};

static void write_data(FILE *out, const void *context)
{
    const struct run *run = context;

    mw_page_data_write(out, run->model, run->style);
}

static void write_text(FILE *out, const void *context)
{
    const struct run *run = context;
    struct mw_report_style style = *run->style;

    style.color = false;
    style.width = 110;
    mw_report_text_write(out, run->model, &style);
}

int mw_report_html_write(FILE *out, const struct mw_model *model, const struct mw_report_style *style)
{
    const struct run run = {model, style};
    const char *command = model->job.command;
    const struct mw_page page = {
        .title = command[0] ? command : "a run", .scripts = scripts, .text = write_text, .data = write_data, .context = &run};

    return mw_page_write(out, &page);
}
