/* SPDX-License-Identifier: MIT */
/* What the shim says on the program's stderr. */
#ifndef MW_PMPI_BASE_SAY_H
#define MW_PMPI_BASE_SAY_H

/* Like dprintf(2, ...), one line, cleaned (collector/base/text.h). That nobody reads stderr, or that its file may not grow, must
 * not end the program: no SIGPIPE and no SIGXFSZ comes from it. */
void mw_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
