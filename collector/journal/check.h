/* SPDX-License-Identifier: MIT */
/* Validates a copied record, so that readers can walk it safely. */
#ifndef MW_COLLECTOR_JOURNAL_CHECK_H
#define MW_COLLECTOR_JOURNAL_CHECK_H

#include "collector/journal/copy.h"

/* Adds a remark to journal->damage. Remarks that do not fit are dropped. */
void mw_journal_check_note(struct mw_journal_read *journal, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Terminates strings, clamps indices and depths, and drops incompletely written spikes. */
void mw_journal_check_all(struct mw_journal_read *journal);

#endif
