/* SPDX-License-Identifier: MIT */
/* Host names as part of file names: pids repeat on other hosts, and a run directory may be shared. */
#ifndef MW_COLLECTOR_BASE_HOSTNAME_H
#define MW_COLLECTOR_BASE_HOSTNAME_H

#define MW_HOSTNAME_SIZE 64 /* with the NUL; longer names are cut */
/* Allowed characters. Not isalnum(): the result must not depend on the locale. */
#define MW_HOSTNAME_ALLOWED "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

/* Copies a name and replaces every character that is not allowed by '_'. An empty name becomes "_". */
void mw_hostname_clean(const char *from, char clean[MW_HOSTNAME_SIZE]);

/* The same for the name of this host. */
void mw_hostname_local(char clean[MW_HOSTNAME_SIZE]);

#endif
