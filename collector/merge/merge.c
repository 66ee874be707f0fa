/* SPDX-License-Identifier: MIT */
#include "collector/merge/merge.h"

#include "collector/base/safe_open.h"
#include "collector/merge/parts.h"
#include "collector/merge/worlds.h"
#include "collector/model/binding.h"
#include "collector/record/round.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static size_t detailed_ranks = MW_MERGE_DETAILED_RANKS;

void mw_merge_set_detailed_ranks(size_t ranks)
{
    detailed_ranks = ranks;
}

/* Adds a rank for a record. */
static void take(struct mw_merge *merge, const struct mw_journal_read *journal, bool gathered, const char *name, off_t offset)
{
    struct mw_model_rank *rank = mw_merge_ranks_add(merge, journal, gathered, name);

    if (!rank)
        return;
    mw_merge_origins_add(merge->origins, name, gathered, offset);
    mw_merge_layers_examine(merge->layers, rank);
    mw_merge_details_limit(merge);
}

static void begin(struct mw_merge *merge, int dirfd)
{
    char link[32];

    *merge = (struct mw_merge){.model = mw_model_create(),
                               .take = take,
                               .dirfd = dirfd,
                               .detailed_ranks = detailed_ranks,
                               .symbols = mw_symbols_create(),
                               .origins = mw_merge_origins_create(),
                               .rank_keys = mw_map_create(),
                               .host_keys = mw_map_create(),
                               .world_keys = mw_map_create()};
    merge->layers = mw_merge_layers_create(merge->model);
    snprintf(link, sizeof(link), "/proc/self/fd/%d", dirfd);
    if (dirfd >= 0 && readlink(link, merge->path, sizeof(merge->path) - 1) < 0)
        merge->path[0] = '\0';
    if (dirfd >= 0)
        mw_merge_records_clocks(merge, dirfd);
}

/* Frees everything that only the merge needed. */
static struct mw_model *end(struct mw_merge *merge)
{
    struct mw_model *model = merge->model;

    mw_merge_views_free(merge);
    mw_binding_fini();
    mw_symbols_destroy(merge->symbols);
    mw_merge_origins_destroy(merge->origins);
    mw_merge_layers_destroy(merge->layers);
    mw_map_destroy(merge->rank_keys);
    mw_map_destroy(merge->host_keys);
    mw_map_destroy(merge->world_keys);
    free(merge->places);
    free(merge->clocks);
    return model;
}

/* Makes the complete model from the ranks that were read. */
static void complete(struct mw_merge *merge, const struct mw_exits_read *exits)
{
    mw_merge_ranks_order(merge);
    mw_merge_processes(merge, exits);
    mw_merge_worlds(merge);
    mw_merge_job(merge);
    if (!mw_merge_jobs(merge))
        mw_merge_details(merge);
    mw_merge_deaths(merge);
    mw_merge_details_dead_heaps(merge);
    mw_merge_unrecorded(merge->model);
    mw_merge_left_running(merge->model);
    mw_merge_notes(merge);
    mw_merge_places_modules(merge);
    mw_record_round(merge->model);
    if (mw_symbols_problem(merge->symbols))
        mw_model_note(merge->model, MW_MODEL_NOTE_LOST, "%s", mw_symbols_problem(merge->symbols));
}

static void note_exits(struct mw_model *model, const struct mw_exits_read *exits)
{
    if (exits->damaged)
        mw_model_note(model, MW_MODEL_NOTE_LOST,
                      "exit records of %zu host%s are damaged and were left out: processes that no sample saw are missing",
                      exits->damaged, exits->damaged == 1 ? "" : "s");
    for (size_t i = 0; i < exits->count; i++)
        if (exits->entries[i].is_others)
            mw_model_note(model, MW_MODEL_NOTE_REMARK,
                          "%" PRIu64 " short processes of programs that were too many to list are 'other programs'",
                          exits->entries[i].entry.count);
}

struct mw_model *mw_merge_run(int dirfd, const struct mw_view *seen, struct mw_err *err)
{
    struct mw_exits_read exits;
    struct mw_merge merge;
    struct mw_err problem;

    begin(&merge, dirfd);
    mw_merge_views_read(&merge, dirfd, seen);
    if (mw_merge_records_dir(&merge, dirfd, err) != 0) {
        mw_model_destroy(end(&merge));
        return NULL;
    }
    mw_merge_peers_read(&merge, dirfd);
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
    begin(&merge, -1);
    merge.gathered_only = true;
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
