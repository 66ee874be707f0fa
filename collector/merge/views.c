/* SPDX-License-Identifier: MIT */
/* The samples of all hosts: reads the files of the samplers, and adds their hosts. */
#include "collector/base/file_names.h"
#include "collector/base/mem.h"
#include "collector/base/names.h"
#include "collector/merge/parts.h"
#include "collector/view/wait_log_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void read_one(struct mw_merge *merge, int dirfd, const char *name)
{
    struct mw_view view;
    struct mw_err err;

    if (mw_view_file_read(&view, dirfd, name, &err) < 0)
        mw_model_note(merge->model, MW_MODEL_NOTE_LOST, "%s left out: %s", name, err.text);
    else
        *MW_MEM_PUSH(merge->views, merge->view_count) = view;
}

/* The launcher's view goes first: all times are on its clock. */
static void find_launcher(struct mw_merge *merge)
{
    for (size_t i = 0; i < merge->view_count; i++)
        if (merge->views[i].is_launcher) {
            struct mw_view first = merge->views[i];
            merge->views[i] = merge->views[0];
            merge->views[0] = first;
            merge->launcher = &merge->views[0];
            return;
        }
}

static void add_host(struct mw_merge *merge, const struct mw_view *view)
{
    uint32_t index = mw_merge_hosts_find(merge, view->host, view->begin_wall_ns, view->begin_ns);
    struct mw_model_host *host = &merge->model->hosts[index];

    host->is_launcher = view->is_launcher;
    host->view = view;
    if (view->error_ns && merge->launcher && merge->launcher != view) {
        host->shift_ns = view->shift_ns;
        host->clock_error_ns = view->error_ns;
    }
}

void mw_merge_views_read(struct mw_merge *merge, int dirfd, const struct mw_view *seen)
{
    char own[sizeof(MW_FILE_VIEW) + sizeof(seen->host)] = "";
    struct mw_names names;
    struct mw_err err;

    if (seen)
        snprintf(own, sizeof(own), MW_FILE_VIEW "%s", seen->host);
    if (seen)
        *MW_MEM_PUSH(merge->views, merge->view_count) = mw_view_copy(seen);
    if (mw_names_list(&names, dirfd, MW_FILE_VIEW, &err) < 0)
        return; /* the list of journals reports it */
    for (size_t i = 0; i < names.count; i++)
        if (strcmp(names.items[i], own) != 0)
            read_one(merge, dirfd, names.items[i]);
    mw_names_fini(&names);
    find_launcher(merge);
    for (size_t i = 0; i < merge->view_count; i++) {
        mw_wait_log_read(&merge->views[i], dirfd);
        add_host(merge, &merge->views[i]);
    }
}

void mw_merge_views_free(struct mw_merge *merge)
{
    for (size_t i = 0; i < merge->model->host_count; i++)
        merge->model->hosts[i].view = NULL;
    for (size_t i = 0; i < merge->view_count; i++)
        mw_view_free(&merge->views[i]);
    free(merge->views);
}
