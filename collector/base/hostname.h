/* SPDX-License-Identifier: MIT */
/* A host's name as part of a file's name: pids repeat from host to host, and a run directory may be shared. */
#ifndef MW_COLLECTOR_BASE_HOSTNAME_H
#define MW_COLLECTOR_BASE_HOSTNAME_H

#define MW_HOSTNAME_SIZE 64 /* with the NUL; longer names are cut */
/* What is left in one. Not isalnum(): a locale must not make two names of one. */
#define MW_HOSTNAME_ALLOWED "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

/* Copies a name, with everything but letters, digits, '.', '_' and '-' made '_'. An empty one becomes "_". */
void mw_hostname_clean(const char *from, char clean[MW_HOSTNAME_SIZE]);

/* The same of this host's own name. */
void mw_hostname_own(char clean[MW_HOSTNAME_SIZE]);

#endif
