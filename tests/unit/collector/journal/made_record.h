/* SPDX-License-Identifier: MIT */
/* A packed journal with an entry in every section, and what must hold for all that the reader accepts. */
#ifndef MW_TESTS_UNIT_COLLECTOR_JOURNAL_MADE_RECORD_H
#define MW_TESTS_UNIT_COLLECTOR_JOURNAL_MADE_RECORD_H

#include "collector/journal/journal.h"
#include "collector/journal/read.h"

/* Two modules, two sites, a phase, two ticks and two sites that are left. */
void made_fill_heap(struct mw_journal *journal);

/* A record with an entry in every section. */
void *made_record(size_t *size);

/* Properties of every record that the reader accepts, whatever the bytes were. */
void made_assert_safe(const struct mw_journal_read *j);

#endif
