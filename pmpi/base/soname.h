/* SPDX-License-Identifier: MIT */
#ifndef MW_PMPI_BASE_SONAME_H
#define MW_PMPI_BASE_SONAME_H

/* The DT_SONAME of the loaded object that contains `address`, whatever its file is called. Valid while the object is
 * loaded. NULL: it has none, as in a program. */
const char *mw_soname(const void *address);

#endif
