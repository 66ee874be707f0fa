/* SPDX-License-Identifier: MIT */
/* This host's name as file names and the wire carry it. */
#ifndef MW_LAUNCHER_OWN_HOST_H
#define MW_LAUNCHER_OWN_HOST_H

#define MW_OWN_HOST 64

/* gethostname(), cut to 63 characters; what is not of [A-Za-z0-9._-] becomes '_'. Never empty. */
void mw_own_host(char host[MW_OWN_HOST]);

#endif
