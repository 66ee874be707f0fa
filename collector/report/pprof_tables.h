/* SPDX-License-Identifier: MIT */
/* The tables of a profile.proto that its samples refer to: strings, functions, locations, mappings. Each entry is made when it
 * is first looked up. */
#ifndef MW_COLLECTOR_REPORT_PPROF_TABLES_H
#define MW_COLLECTOR_REPORT_PPROF_TABLES_H

#include "collector/model/model.h"
#include "collector/report/protobuf.h"

#include <stdint.h>

struct mw_pprof_tables;

/* `model`: of the run, which has the modules. */
struct mw_pprof_tables *mw_pprof_tables_create(const struct mw_model *model);
void mw_pprof_tables_destroy(struct mw_pprof_tables *tables);

/* Index of a string. That of "" is 0. */
uint64_t mw_pprof_string(struct mw_pprof_tables *tables, const char *text);

/* Id of the location of a place and of those that it was inlined into. */
uint64_t mw_pprof_location(struct mw_pprof_tables *tables, const struct mw_model_place *place);

/* Id of a location that is a name without an address. */
uint64_t mw_pprof_named_location(struct mw_pprof_tables *tables, const char *name);

/* Adds the tables to a profile. The last call before the tables are destroyed. */
void mw_pprof_tables_put(struct mw_pprof_tables *tables, struct mw_protobuf *profile);

#endif
