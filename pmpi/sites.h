/* SPDX-License-Identifier: MIT */
/* Call sites: one MPI call, on communicators of one size, from one place of the program. */
#ifndef MW_PMPI_SITES_H
#define MW_PMPI_SITES_H

#include <stdint.h>

/* How many frames of the program tell sites apart, 1 to MW_RECORD_SITE_FRAMES. */
void mw_sites_set_depth(int depth);

/* What tells sites apart besides the place. Strings must be constants: they are compared by address. */
struct mw_sites_key {
    const char *call;
    const char *suffix;  /* "" or "+Wait" */
    uint32_t comm_size;
    uint32_t start_site; /* site + 1 of the call that is completed, or 0 */
};

/* Index of the site of a call, made when it is new. `return_address` is the wrapper's. When the table is full, the last
 * entry stands for all that came too late, under the name "(other calls)". Callers hold the rank's lock. */
uint32_t mw_sites_find(const struct mw_sites_key *key, void *return_address);

#endif
