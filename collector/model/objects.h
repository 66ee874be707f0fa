/* SPDX-License-Identifier: MIT */
/* MPI objects that a program creates and does not free. */
#ifndef MW_COLLECTOR_MODEL_OBJECTS_H
#define MW_COLLECTOR_MODEL_OBJECTS_H

#include "collector/model/rank.h"

#include <stdbool.h>

/* How many of a site's objects were not freed when the rank's record ended. */
uint64_t mw_objects_left(const struct mw_model_site *site);

/* Whether the site left more and more of them: many, at least half of what it created, and until late in the rank's life. What a
 * program creates at its start, for all of its run, does not count. */
bool mw_objects_are_growing(const struct mw_model_site *site, const struct mw_model_rank *rank);

/* "communicator", "datatype", ...; in the plural unless `count` is 1. */
const char *mw_objects_name(enum mw_object_kind kind, uint64_t count);

#endif
