/* SPDX-License-Identifier: MIT */
#include "launcher/run/remake.h"

#include "collector/base/clock.h"
#include "collector/base/file_names.h"
#include "collector/base/units.h"
#include "collector/view/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The directory is not created again after so many removals. */
#define TIMES_MOST 16

static void name_view(char name[sizeof(MW_FILE_VIEW) + 64], const struct mw_sampler *sampler)
{
    snprintf(name, sizeof(MW_FILE_VIEW) + 64, MW_FILE_VIEW "%.63s", sampler->view->host);
}

static bool has_view(const struct mw_rundir *dir, const struct mw_sampler *sampler)
{
    char name[sizeof(MW_FILE_VIEW) + 64];

    name_view(name, sampler);
    return !faccessat(dir->fd, name, F_OK, AT_SYMLINK_NOFOLLOW);
}

static void notice(struct mw_remake *remake)
{
    if (!remake->noticed_ns)
        remake->noticed_ns = mw_clock_now();
}

static void note_place(struct mw_remake *remake, const struct mw_rundir *dir)
{
    char link[32];
    ssize_t length;

    snprintf(link, sizeof(link), "/proc/self/fd/%d", dir->fd);
    length = readlink(link, remake->moved_to, sizeof(remake->moved_to) - 1);
    remake->moved_to[length > 0 ? length : 0] = '\0';
    if (length > 10 && !strcmp(remake->moved_to + length - 10, " (deleted)")) /* some file systems do not show it in st_nlink */
        remake->moved_to[0] = '\0';
}

void mw_remake_look(struct mw_remake *remake, struct mw_rundir *dir, struct mw_sampler *sampler, struct mw_hub *hub)
{
    enum mw_rundir_place place = mw_rundir_place(dir);

    if (place == MW_RUNDIR_THERE) {
        if (mw_rundir_has_token(dir)) {
            mw_token_repair(dir->token_fd, mw_token_id(dir->path));
            return;
        }
        notice(remake);
        mw_rundir_refill(dir);
        return;
    }
    notice(remake);
    if (place == MW_RUNDIR_MOVED)
        note_place(remake, dir);
    if (remake->times == TIMES_MOST || mw_rundir_again(dir) < 0)
        return;
    remake->times++;
    mw_adopt_watch_again(&sampler->adopt);
    mw_hub_again(hub);
}

void mw_remake_restore(struct mw_remake *remake, struct mw_rundir *dir, struct mw_sampler *sampler, struct mw_hub *hub)
{
    char name[sizeof(MW_FILE_VIEW) + 64];

    mw_remake_look(remake, dir, sampler, hub);
    remake->restored = mw_held_restore(&sampler->adopt.held, dir->fd);
    if (remake->restored)
        notice(remake);
    if (sampler->file.fd < 0 || has_view(dir, sampler))
        return;
    notice(remake);
    mw_view_file_sync(&sampler->file, sampler->view); /* creates a removed file again, but not a moved one */
    name_view(name, sampler);
    mw_held_restore_one(sampler->file.fd, dir->fd, name);
}

void mw_remake_note(const struct mw_remake *remake, const struct mw_rundir *dir, struct mw_model *model)
{
    const char *read = "";

    if (!remake->noticed_ns)
        return;
    if (remake->restored)
        read = mw_model_format(model, "%zu journal%s that memwatch had open %s still read; ", remake->restored,
                               remake->restored == 1 ? "" : "s", remake->restored == 1 ? "was" : "were");
    mw_model_note(model, MW_MODEL_NOTE_LOST,
                  "the run directory %s, or files in it, were %s while the job ran (noticed at %s): "
                  "%sranks that started %s may be missing",
                  dir->path, remake->moved_to[0] ? "moved" : "removed",
                  mw_units_time(mw_model_elapsed(model, remake->noticed_ns)).text, read,
                  mw_rundir_place(dir) == MW_RUNDIR_THERE ? "then" : "later");
}
