/* SPDX-License-Identifier: MIT */
/* Names of the stubs through which an object calls functions of other objects (.plt). Symbol tables do not have them. */
#ifndef MW_COLLECTOR_SYMBOLS_PLT_NAMES_H
#define MW_COLLECTOR_SYMBOLS_PLT_NAMES_H

#include <elfutils/libdwfl.h>

/* The function that the stub at an address calls, and the offset of the address in the stub, in bytes. Valid as long as the
 * module. NULL: the address is not in a stub, or not in one of the x86-64 form. */
const char *mw_plt_names_find(Dwfl_Module *module, Dwarf_Addr address, GElf_Off *into);

#endif
