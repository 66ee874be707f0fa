/* SPDX-License-Identifier: MIT */
/* Messages of the shim on the program's stderr. */
#ifndef MW_PMPI_BASE_LOG_H
#define MW_PMPI_BASE_LOG_H

/* Like dprintf(2, ...): one line, cleaned (collector/base/text.h). Raises neither SIGPIPE nor SIGXFSZ in the program
 * when stderr is a closed pipe or a full file. Does nothing when no system call may be made. */
void mw_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
