/* SPDX-License-Identifier: MIT */
/* What a rank is called, in every form: by its number, before MPI_Init has returned by the number that its launcher's
 * variables give it, and without either by its process. Never by a number that it does not have. */
#ifndef MW_COLLECTOR_MODEL_RANK_NAME_H
#define MW_COLLECTOR_MODEL_RANK_NAME_H

#include "collector/base/units.h"
#include "collector/model/model.h"

#include <stdbool.h>

struct mw_rank_name {
    char text[64];
};

/* Whether it has a number: MPI_Init has returned. */
bool mw_rank_name_is_known(const struct mw_model *model, uint32_t rank);

/* For a cell: "3", "2.3" (of world 2), "(3)" by its launcher's variables, "pid 4711"; "-" for an index of no rank. */
struct mw_units mw_rank_name_short(const struct mw_model *model, uint32_t rank);

/* For a sentence: "rank 3", "rank 2.3", "process 4711 (would be rank 3)", "process 4711, not yet a rank". */
struct mw_rank_name mw_rank_name(const struct mw_model *model, uint32_t rank);

#endif
