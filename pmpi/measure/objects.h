/* SPDX-License-Identifier: MIT */
/* MPI objects that the program creates and has to free: communicators, datatypes, groups, operations, infos, windows, files,
 * persistent requests, sessions. Each is counted for its kind (mw_state.objects), and for the call site that created it
 * (mw_site.objects), also when it is freed somewhere else. Where two calls return one handle, which is freed as often, the last
 * one is taken to be freed first. Predefined objects do not count. Callers hold the rank's lock. */
#ifndef MW_PMPI_MEASURE_OBJECTS_H
#define MW_PMPI_MEASURE_OBJECTS_H

#include "pmpi/abi/ops.h"

#include <stdint.h>

/* Maximum number of live objects whose call site is known. Further ones are counted for their kind only. */
#define MW_OBJECTS 4096

/* The handle that the call's argument points to, 0 if the argument is NULL. Needs no lock. A call that frees the object
 * overwrites it: this is called before. */
uintptr_t mw_objects_handle(const struct mw_op_info *op, const uintptr_t *arguments);

/* A call of `site` has created the object; or has freed it. */
void mw_objects_created(enum mw_object_kind object, uintptr_t handle, uint32_t site);
void mw_objects_freed(enum mw_object_kind object, uintptr_t handle);

/* Repairs the table after an update was interrupted. */
void mw_objects_repair(void);

#endif
