/* SPDX-License-Identifier: MIT */
/* Finds the separate file with a module's debug information where distributions install it.
 *
 * Unlike libdwfl's search it opens only regular files, and queries servers only if allowed. */
#ifndef MW_COLLECTOR_SYMBOLS_DEBUG_FILES_H
#define MW_COLLECTOR_SYMBOLS_DEBUG_FILES_H

#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stddef.h>

/* Allows queries to debuginfod (the servers in DEBUGINFOD_URLS). The default is not to query. */
void mw_debug_files_allow_network(bool allow);
bool mw_debug_files_network_allowed(void);

/* For Dwfl_Callbacks.find_debuginfo: by build id, then by the debug link (without one: "libmd.so.debug"), also for the
 * supplementary file that dwz makes. The file has the module's build id, or if one of the two has none, the checksum of the
 * link. Returns a descriptor that libdwfl closes, or -1. */
int mw_debug_files_find(Dwfl_Module *module, void **user, const char *name, Dwarf_Addr base, const char *path, const char *link,
                        GElf_Word crc, char **found);

/* Opens an installed file by build id, for a module whose file is missing or has changed: its debug file, or a link to the
 * file itself. Returns a descriptor, or -1. *found is its path; the caller frees it. */
int mw_debug_files_open(const void *build_id, size_t length, char **found);

/* Whether the debug information refers only to itself and to files that mw_debug_files_find() has opened. libdw would open
 * any other by name, without checks. */
bool mw_debug_files_are_known(Dwfl_Module *module, Dwarf *dwarf);

#endif
