/* SPDX-License-Identifier: MIT */
#include "collector/merge.h"

#include "collector/binding.h"
#include "collector/bounds.h"
#include "collector/merge_parts.h"
#include "collector/safe_open.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void begin(struct mw_merge *merge, int dirfd, const struct mw_view *view)
{
    char link[32];

    *merge = (struct mw_merge){.view = view,
                               .model = mw_model_create(),
                               .symbols = mw_symbols_create(),
                               .rank_keys = mw_map_create()};
    snprintf(link, sizeof(link), "/proc/self/fd/%d", dirfd);
    if (dirfd >= 0 && readlink(link, merge->path, sizeof(merge->path) - 1) < 0)
        merge->path[0] = '\0';
    if (dirfd >= 0)
        mw_merge_records_clocks(merge, dirfd);
    if (view) {
        uint32_t host = mw_merge_hosts_find(merge, view->host, view->begin_wall_ns, view->begin_ns);
        merge->model->hosts[host].is_launcher = true;
    }
}

/* Frees what only the merge needed. */
static struct mw_model *end(struct mw_merge *merge)
{
    struct mw_model *model = merge->model;

    mw_binding_fini();
    mw_symbols_destroy(merge->symbols);
    mw_map_destroy(merge->rank_keys);
    free(merge->places);
    free(merge->clocks);
    return model;
}

/* From ranks as they were read to the whole model. */
static void complete(struct mw_merge *merge, const struct mw_exits_read *exits)
{
    mw_merge_ranks_order(merge);
    mw_merge_layers(merge);
    mw_merge_processes(merge, exits);
    mw_merge_job(merge);
    mw_merge_sites(merge);
    mw_merge_phases(merge);
    mw_bounds_fill(merge->model);
    mw_merge_notes(merge);
}

static void note_exits(struct mw_model *model, const struct mw_exits_read *exits)
{
    if (exits->damaged_bytes)
        mw_model_note(model, MW_MODEL_NOTE_LOST, "%llu bytes of the exit records are damaged and were left out",
                      (unsigned long long)exits->damaged_bytes);
    if (exits->ignored)
        mw_model_note(model, MW_MODEL_NOTE_LOST, "only the first %u exit records were read", MW_EXITS_READ_MAX);
}

struct mw_model *mw_merge_run(int dirfd, const struct mw_view *view, struct mw_err *err)
{
    struct mw_exits_read exits;
    struct mw_merge merge;
    struct mw_err problem;

    begin(&merge, dirfd, view);
    if (mw_merge_records_dir(&merge, dirfd, err) != 0) {
        mw_model_destroy(end(&merge));
        return NULL;
    }
    if (mw_exits_read_dir(&exits, dirfd, &problem) != 0)
        mw_model_note(merge.model, MW_MODEL_NOTE_LOST, "exit records left out: %s", problem.text);
    note_exits(merge.model, &exits);
    complete(&merge, &exits);
    mw_exits_read_fini(&exits);
    return end(&merge);
}

struct mw_model *mw_merge_gathered(const char *path, struct mw_err *err)
{
    struct mw_exits_read none = {0};
    struct mw_merge merge;
    int fd = mw_safe_open_path(path, NULL, err);

    if (fd < 0)
        return NULL;
    begin(&merge, -1, NULL);
    merge.alone = true;
    mw_merge_records_gathered_clocks(&merge, fd);
    mw_merge_records_gathered(&merge, fd, path);
    close(fd);
    if (merge.model->rank_count == 0) {
        mw_err_set(err, "%s holds no record that could be read%s%s", path, merge.model->note_count ? ": " : "",
                   merge.model->note_count ? merge.model->notes[0].text : "");
        mw_model_destroy(end(&merge));
        return NULL;
    }
    complete(&merge, &none);
    return end(&merge);
}
