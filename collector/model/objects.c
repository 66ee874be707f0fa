/* SPDX-License-Identifier: MIT */
#include "collector/model/objects.h"

#include "collector/model/model.h"

#define MANY 8

uint64_t mw_objects_left(const struct mw_model_site *site)
{
    return site->created > site->freed ? site->created - site->freed : 0;
}

bool mw_objects_are_growing(const struct mw_model_site *site, const struct mw_model_rank *rank)
{
    uint64_t left = mw_objects_left(site);
    uint64_t begin = rank->begin_ns > site->first_ns ? rank->begin_ns : site->first_ns;

    return left >= MANY && left >= site->created / 2 && rank->known_ns > begin && site->last_ns > begin &&
           site->last_ns - begin >= (rank->known_ns - begin) / 2;
}

const char *mw_objects_name(enum mw_object_kind kind, uint64_t count)
{
    static const char *const names[][2] = {
        [MW_OBJECT_NONE] = {"object", "objects"},
        [MW_OBJECT_COMM] = {"communicator", "communicators"},
        [MW_OBJECT_DATATYPE] = {"datatype", "datatypes"},
        [MW_OBJECT_GROUP] = {"group", "groups"},
        [MW_OBJECT_OP] = {"operation", "operations"},
        [MW_OBJECT_INFO] = {"info object", "info objects"},
        [MW_OBJECT_WINDOW] = {"window", "windows"},
        [MW_OBJECT_FILE] = {"open file", "open files"},
        [MW_OBJECT_REQUEST] = {"persistent request", "persistent requests"},
        [MW_OBJECT_SESSION] = {"session", "sessions"},
    };

    return names[kind < MW_OBJECT_KINDS ? kind : MW_OBJECT_NONE][count != 1];
}
