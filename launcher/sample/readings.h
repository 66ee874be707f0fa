/* SPDX-License-Identifier: MIT */
/* The memory of one process, read for a sample. */
#ifndef MW_LAUNCHER_SAMPLE_READINGS_H
#define MW_LAUNCHER_SAMPLE_READINGS_H

#include "launcher/sample/state.h"

#include <stdint.h>

/* Reads RSS into the view and, if that is due, what is more expensive: mark, huge pages, swap, address space. Returns RSS in bytes;
 * 0 if the process has ended, or has no separate memory. */
uint64_t mw_readings_take(struct mw_sampler *sampler, struct mw_tree_process *process);

#endif
