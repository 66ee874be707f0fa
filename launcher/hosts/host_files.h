/* SPDX-License-Identifier: MIT */
/* The table of the names of files in a run directory. Files that a host's ranks and agent write are sent to the
 * launcher. */
#ifndef MW_LAUNCHER_HOSTS_HOST_FILES_H
#define MW_LAUNCHER_HOSTS_HOST_FILES_H

#include <stdbool.h>
#include <stdint.h>

enum mw_host_file {
    MW_HOST_FILE_NONE,
    MW_HOST_FILE_JOURNAL,
    MW_HOST_FILE_EXITS,
    MW_HOST_FILE_WAITS,
    MW_HOST_FILE_VIEW,
    MW_HOST_FILE_GATHERED,
    MW_HOST_FILE_LOCAL /* not sent: mw_host_files_kind() does not return it */
};

/* The kind of `name` as a file of `host`: "journal-<16 hex>-<host>-<pid>" (followed by ".<inode>" in another PID
 * namespace), "exits-<host>", "waits-<host>", "view-<host>" or "gathered-<16 hex>" (which contains no host). Any other
 * name is invalid. */
enum mw_host_file mw_host_files_kind(const char *name, const char *host);

/* Whether the name is one that memwatch gives to files of a run directory, on any host. */
bool mw_host_files_is_own(const char *name);

/* The maximum size of such a file in bytes. */
uint64_t mw_host_files_limit(enum mw_host_file kind);

#endif
