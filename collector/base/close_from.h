/* SPDX-License-Identifier: MIT */
/* For child processes that go on without exec: what the parent has open is not for them. A lock of an open file (that of the
 * run directory's token) would outlive the parent in them. */
#ifndef MW_COLLECTOR_BASE_CLOSE_FROM_H
#define MW_COLLECTOR_BASE_CLOSE_FROM_H

/* Closes all descriptors from `first` on. */
void mw_close_from(int first);

#endif
