/* SPDX-License-Identifier: MIT */
/* The file and position of each rank's record, to read it again if its details were not kept. */
#include "collector/base/mem.h"
#include "collector/base/safe_open.h"
#include "collector/merge/parts.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct origin {
    char *name; /* consecutive equal names share one string */
    off_t offset;
    bool gathered;
};

struct mw_merge_origins {
    struct origin *items; /* in the order in which ranks were added: the numbers in mw_merge.rank_keys */
    size_t count;
    const char *open_name; /* the gathered file that was read last, and its descriptor */
    int fd;
};

struct mw_merge_origins *mw_merge_origins_create(void)
{
    struct mw_merge_origins *origins = mw_mem_alloc(1, sizeof(*origins));

    origins->fd = -1;
    return origins;
}

void mw_merge_origins_destroy(struct mw_merge_origins *origins)
{
    for (size_t i = 0; i < origins->count; i++)
        if (i == 0 || origins->items[i].name != origins->items[i - 1].name)
            free(origins->items[i].name);
    if (origins->fd >= 0)
        close(origins->fd);
    free(origins->items);
    free(origins);
}

void mw_merge_origins_add(struct mw_merge_origins *origins, const char *name, bool gathered, off_t offset)
{
    const struct origin *last = origins->count ? &origins->items[origins->count - 1] : NULL;
    char *kept = last && strcmp(last->name, name) == 0 ? last->name : mw_mem_copy(name);

    *MW_MEM_PUSH(origins->items, origins->count) = (struct origin){kept, offset, gathered};
}

static int open_gathered(struct mw_merge *merge, const char *name, struct mw_err *err)
{
    struct mw_merge_origins *origins = merge->origins;

    if (origins->open_name == name && origins->fd >= 0)
        return 0;
    if (origins->fd >= 0)
        close(origins->fd);
    origins->open_name = name;
    origins->fd = merge->gathered_only ? mw_safe_open_path(name, NULL, err) : mw_safe_open(merge->dirfd, name, NULL, err);
    return origins->fd < 0 ? -1 : 0;
}

static int read_origin(struct mw_merge *merge, const struct origin *origin, struct mw_journal_read *journal, struct mw_err *err)
{
    off_t offset = origin->offset;

    if (!origin->gathered)
        return mw_journal_read_file(journal, merge->dirfd, origin->name, err);
    if (open_gathered(merge, origin->name, err) != 0)
        return -1;
    return mw_journal_read_next(journal, merge->origins->fd, &offset, err) == 1 ? 0 : -1;
}

int mw_merge_origins_read(struct mw_merge *merge, uint32_t index, const struct mw_model_rank *rank,
                          struct mw_journal_read *journal)
{
    const struct mw_ident *ident = &journal->ident;
    struct mw_err err;

    if (index >= merge->origins->count || read_origin(merge, &merge->origins->items[index], journal, &err) != 0)
        return -1;
    if (ident->pid == rank->own_pid && ident->start_ticks == rank->start_ticks)
        return 0;
    mw_journal_read_fini(journal); /* the file was replaced meanwhile */
    return -1;
}
