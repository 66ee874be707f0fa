/* SPDX-License-Identifier: MIT */
/* The libc's dlsym(), which the preloaded library's definition hides (pmpi/wrap/dlsym_calls.c). */
#ifndef MW_PMPI_BASE_DLSYM_H
#define MW_PMPI_BASE_DLSYM_H

typedef void *mw_dlsym_function(void *handle, const char *name);

/* NULL in a program without dlsym(): before glibc 2.34 it was in libdl. */
mw_dlsym_function *mw_dlsym_real(void);

#endif
