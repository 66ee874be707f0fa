/* SPDX-License-Identifier: MIT */
/* The name of a rank in all reports: its number; before MPI_Init has returned the number from its launcher's variables;
 * without either its pid. */
#ifndef MW_COLLECTOR_MODEL_RANK_NAME_H
#define MW_COLLECTOR_MODEL_RANK_NAME_H

#include "collector/base/units.h"
#include "collector/model/model.h"

#include <stdbool.h>

struct mw_rank_name {
    char text[64];
};

/* Whether the rank has a number, that is, MPI_Init has returned. */
bool mw_rank_name_is_known(const struct mw_model *model, uint32_t rank);

/* For a table cell: "3", "2.3" (of world 2), "(3)" by its launcher's variables, "pid 4711"; "-" for MW_MODEL_NONE. */
struct mw_units mw_rank_name_short(const struct mw_model *model, uint32_t rank);

/* For a sentence: "rank 3", "rank 2.3", "process 4711 (would be rank 3)", "process 4711, not yet a rank". */
struct mw_rank_name mw_rank_name(const struct mw_model *model, uint32_t rank);

#endif
