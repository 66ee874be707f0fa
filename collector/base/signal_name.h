/* SPDX-License-Identifier: MIT */
/* Signals by name. glibc has sigabbrev_np() for it since 2.32 only, and other C libraries have nothing. */
#ifndef MW_COLLECTOR_BASE_SIGNAL_NAME_H
#define MW_COLLECTOR_BASE_SIGNAL_NAME_H

/* "SIGSEGV" of SIGSEGV; NULL for real-time signals and what is no signal. Never to be freed. */
const char *mw_signal_name(int signo);

#endif
