/* SPDX-License-Identifier: MIT */
#include "tests/unit/collector/merge/merged.h"

#include "collector/base/err.h"
#include "collector/merge/merge.h"
#include "tests/unit/synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

bool merged_has_note(const struct mw_model *model, const char *text)
{
    for (size_t i = 0; i < model->note_count; i++)
        if (strstr(model->notes[i].text, text))
            return true;
    return false;
}

void merged_assert_note(const struct mw_model *model, const char *text)
{
    if (!merged_has_note(model, text))
        fail_msg("no note says \"%s\"%s%s", text, model->note_count ? "; the first is: " : "",
                 model->note_count ? model->notes[0].text : "");
}

struct mw_model *merged_run(const struct synthetic_dir *dir, const struct mw_view *view)
{
    struct mw_err err = {""};
    struct mw_model *model;

    if (view)
        synthetic_write_view(view, dir);
    model = mw_merge_run(dir->fd, NULL, &err);

    if (!model)
        fail_msg("%s", err.text);
    return model;
}

struct mw_model *merged_job(void (*job)(const struct synthetic_dir *dir, int ranks), int ranks, bool sampled)
{
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_model *model;

    synthetic_make(&dir);
    job(&dir, ranks);
    if (sampled)
        synthetic_view(&view, ranks);
    model = merged_run(&dir, sampled ? &view : NULL);
    if (sampled)
        mw_view_free(&view);
    synthetic_remove(&dir);
    return model;
}

const struct mw_model_merged_site *merged_site(const struct mw_model *model, const char *call)
{
    for (size_t i = 0; i < model->site_count; i++)
        if (!strcmp(model->sites[i].call, call))
            return &model->sites[i];
    fail_msg("no call site of %s", call);
    return NULL;
}

const struct mw_model_merged_phase *merged_phase(const struct mw_model *model, const char *path)
{
    for (size_t i = 0; i < model->phase_count; i++)
        if (!strcmp(model->phases[i].path, path))
            return &model->phases[i];
    fail_msg("no phase %s", path);
    return NULL;
}
