/* SPDX-License-Identifier: MIT */
/* Finds the separate file that holds a module's debug information, where distributions put it.
 *
 * Unlike libdwfl's own search it opens regular files only, and asks no server unless it was allowed to. */
#ifndef MW_COLLECTOR_SYMBOLS_DEBUG_FILES_H
#define MW_COLLECTOR_SYMBOLS_DEBUG_FILES_H

#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stddef.h>

/* May debuginfod be asked (the servers in DEBUGINFOD_URLS)? Not without this. */
void mw_debug_files_allow_network(bool allow);
bool mw_debug_files_network_allowed(void);

/* For Dwfl_Callbacks.find_debuginfo: by build id, then by the debug link (without one: "libmd.so.debug"), also for the
 * supplementary file that dwz makes. What is found has the module's build id, or where one of both has none, the checksum of
 * the link. Returns a descriptor that libdwfl closes, or -1. */
int mw_debug_files_find(Dwfl_Module *module, void **user, const char *name, Dwarf_Addr base, const char *path,
                        const char *link, GElf_Word crc, char **found);

/* Opens what is installed of a build id, for a module whose own file is not there or is another one: its debug file, or a
 * link to the file itself. Returns a descriptor, or -1. *found is its path; free it. */
int mw_debug_files_open(const void *build_id, size_t length, char **found);

/* Whether the debug information refers to no file but itself and what mw_debug_files_find() has opened. Of any other,
 * libdw would open whatever has its name. */
bool mw_debug_files_are_known(Dwfl_Module *module, Dwarf *dwarf);

#endif
