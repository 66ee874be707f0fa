/* SPDX-License-Identifier: MIT */
#ifndef MW_PMPI_BASE_SONAME_H
#define MW_PMPI_BASE_SONAME_H

/* The DT_SONAME of the loaded object that holds an address, as its author gave it, whatever the file is called. It stays
 * valid while the object is loaded. NULL when it has none, as in a program. */
const char *mw_soname(const void *address);

#endif
