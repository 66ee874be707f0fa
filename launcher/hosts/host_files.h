/* SPDX-License-Identifier: MIT */
/* The names of the files in a run directory: the one table of them. Some of them, which one host's ranks and agent write,
 * travel to the launcher. */
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
    MW_HOST_FILE_LOCAL /* does not travel: mw_host_files_kind() does not return it */
};

/* What `name` is, as a file of `host`: "journal-<16 hex>-<host>-<pid>" (of another PID namespace: with ".<inode>" behind it),
 * "exits-<host>", "waits-<host>", "view-<host>" or "gathered-<16 hex>" (which tells no host), and nothing else. */
enum mw_host_file mw_host_files_kind(const char *name, const char *host);

/* Whether memwatch itself gives files of a run directory such a name, on whatever host. */
bool mw_host_files_is_own(const char *name);

/* The longest that such a file may be, in bytes. */
uint64_t mw_host_files_limit(enum mw_host_file kind);

#endif
