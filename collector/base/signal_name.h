/* SPDX-License-Identifier: MIT */
/* Names of signals. sigabbrev_np() needs glibc 2.32; other C libraries have no equivalent. */
#ifndef MW_COLLECTOR_BASE_SIGNAL_NAME_H
#define MW_COLLECTOR_BASE_SIGNAL_NAME_H

/* "SIGSEGV" for SIGSEGV; NULL for real-time signals and unknown numbers. A constant: do not free it. */
const char *mw_signal_name(int signo);

#endif
