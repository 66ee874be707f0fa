/* SPDX-License-Identifier: MIT */
/* Reads the small files of a control group. */
#ifndef MW_LAUNCHER_SAMPLE_CGROUP_FILES_H
#define MW_LAUNCHER_SAMPLE_CGROUP_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MW_CGROUP_FILES_NO_LIMIT UINT64_MAX
#define MW_CGROUP_FILES_UNLIMITED (1ULL << 60) /* values from here on mean "no limit" */

/* Room for memory.stat of either version. */
#define MW_CGROUP_FILES_ROOM 8192

/* The number in the file; 0 if there is none, or "max". */
uint64_t mw_cgroup_files_number(const char *directory, const char *name);

/* A limit. No limit is "max" (v2), or a number near 2^63 (v1), returned as MW_CGROUP_FILES_NO_LIMIT. Returns false if
 * the file cannot be read. */
bool mw_cgroup_files_limit(const char *directory, const char *name, uint64_t *bytes);

/* Reads a file of "NAME VALUE" lines into `text`. Returns false, and "", if it cannot be read. */
bool mw_cgroup_files_text(const char *directory, const char *name, char text[MW_CGROUP_FILES_ROOM]);

/* The number after "NAME " at the start of a line of such a text; returns whether there is one (0 otherwise). */
bool mw_cgroup_files_field(const char *text, const char *name, uint64_t *value);

/* Both in one call. */
bool mw_cgroup_files_find(const char *directory, const char *file, const char *name, uint64_t *value);

#endif
