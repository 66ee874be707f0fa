/* SPDX-License-Identifier: MIT */
/* Names of the stubs through which an object calls functions of others (.plt): no symbol table has them. */
#ifndef MW_COLLECTOR_SYMBOLS_PLT_NAMES_H
#define MW_COLLECTOR_SYMBOLS_PLT_NAMES_H

#include <elfutils/libdwfl.h>

/* The function that the stub around an address calls, and how far behind the stub's begin the address is, in bytes. Lives as
 * long as the module. NULL: it is in no stub, or in one that is not written as on x86-64. */
const char *mw_plt_names_find(Dwfl_Module *module, Dwarf_Addr address, GElf_Off *into);

#endif
