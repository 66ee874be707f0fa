/* SPDX-License-Identifier: MIT */
/* Makes a copied record safe to walk (the second half of reading it). */
#ifndef MW_COLLECTOR_JOURNAL_CHECK_H
#define MW_COLLECTOR_JOURNAL_CHECK_H

#include "collector/journal/copy.h"

/* Adds a remark to journal->damage; remarks beyond its room are dropped. */
void mw_journal_check_note(struct mw_journal_read *journal, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Terminates strings, bounds indices and depths, drops spikes that are half written. */
void mw_journal_check_all(struct mw_journal_read *journal);

#endif
