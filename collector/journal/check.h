/* SPDX-License-Identifier: MIT */
/* Validates a copied record, so that readers can walk it safely. */
#ifndef MW_COLLECTOR_JOURNAL_CHECK_H
#define MW_COLLECTOR_JOURNAL_CHECK_H

#include "collector/journal/copy.h"

#include <stdbool.h>

/* Adds a remark to journal->damage. Remarks that do not fit are dropped. */
void mw_journal_check_note(struct mw_journal_read *journal, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Terminates the texts of functions. */
void mw_journal_check_functions(struct mw_function *functions, uint32_t count);

/* Whether a frame in Python is of one of `count` functions, or of MW_FUNCTION_OTHER. */
bool mw_journal_check_python(uint64_t offset, uint32_t count);

/* Terminates strings, clamps indices and depths, and drops incompletely written spikes and entries that are no phases. */
void mw_journal_check_all(struct mw_journal_read *journal);

/* Likewise for the heap, after that: drops entries without a site, out of order, or for a site or phase that has one. */
void mw_journal_check_heap(struct mw_journal_read *journal);

#endif
