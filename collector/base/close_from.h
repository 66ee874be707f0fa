/* SPDX-License-Identifier: MIT */
/* For child processes that do not exec. Without it they would keep the parent's open file locks (that of the run directory's
 * token) after the parent has ended. */
#ifndef MW_COLLECTOR_BASE_CLOSE_FROM_H
#define MW_COLLECTOR_BASE_CLOSE_FROM_H

/* Closes all descriptors >= `first`. */
void mw_close_from(int first);

#endif
