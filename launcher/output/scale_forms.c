/* SPDX-License-Identifier: MIT */
#include "launcher/output/scale_forms.h"

#include "collector/base/message.h"
#include "launcher/output/output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const struct mw_scale_form_kind mw_scale_form_kinds[MW_SCALE_FORMS] = {
    [MW_SCALE_TEXT] = {"report", "Write the text to FILE instead of stdout", mw_scale_text_write, false},
    [MW_SCALE_JSON] = {"json", "Write the study as JSON to stdout, or to FILE", mw_scale_json_write, true},
    [MW_SCALE_CSV] = {"csv", "Write measurements and model values to FILE (CSV)", mw_scale_csv_write, false},
    [MW_SCALE_SVG] = {"svg", "Plot measurements, models and bands to FILE (needs gnuplot)", mw_scale_svg_write, false},
    [MW_SCALE_HTML] = {"html", "Write a self-contained web page to FILE", mw_scale_html_write, false},
};

static int write_one(enum mw_scale_form form, const char *path, bool force, const struct mw_study *study,
                     const struct mw_forecast *forecast, const struct mw_report_style *style)
{
    struct mw_output output;
    struct mw_err err;

    if (!strcmp(path, "-")) {
        if (!mw_scale_form_kinds[form].write(stdout, study, forecast, style) && !fflush(stdout))
            return 0;
        mw_message("memwatch: cannot write to stdout: %s\n", strerror(errno));
        return 1;
    }
    if (mw_output_open(&output, path, force, &err) < 0) {
        mw_message("memwatch: %s\n", err.text);
        return 1;
    }
    if (mw_scale_form_kinds[form].write(output.file, study, forecast, style) < 0) {
        mw_message("memwatch: cannot write %s: %s\n", path, strerror(errno));
        mw_output_abandon(&output);
        return 1;
    }
    if (mw_output_commit(&output, &err)) {
        mw_message("memwatch: %s\n", err.text);
        return 1;
    }
    return 0;
}

int mw_scale_forms_write(const mw_scale_paths paths, bool force, const struct mw_study *study,
                         const struct mw_forecast *forecast, const struct mw_report_style *style)
{
    struct mw_report_style plain = *style;
    int failed = 0;
    bool on_stdout = paths[MW_SCALE_TEXT] != NULL;

    plain.color = false;
    for (int i = 0; i < MW_SCALE_FORMS; i++) {
        if (!paths[i])
            continue;
        on_stdout |= !strcmp(paths[i], "-");
        failed |= write_one((enum mw_scale_form)i, paths[i], force, study, forecast, strcmp(paths[i], "-") ? &plain : style);
    }
    if (!on_stdout)
        failed |= write_one(MW_SCALE_TEXT, "-", force, study, forecast, style);
    return failed;
}

int mw_scale_forms_check(const mw_scale_paths paths, bool force, struct mw_err *err)
{
    bool on_stdout = false;

    for (int i = 0; i < MW_SCALE_FORMS; i++) {
        struct mw_output output;
        if (!paths[i])
            continue;
        if (!strcmp(paths[i], "-")) {
            if (on_stdout)
                return mw_err_set(err, "only one form can go to stdout: use =FILE for the others");
            on_stdout = true;
            continue;
        }
        if (mw_output_open(&output, paths[i], force, err) < 0)
            return -1;
        mw_output_abandon(&output);
    }
    return 0;
}
