/* SPDX-License-Identifier: MIT */
/* Finds the lines whose memory a growing phase has left behind.
 *
 * A rank knows of each stack what was still allocated at MPI_Finalize, by eighths of the run in which it was allocated. A
 * line is named if what it allocated in those of the phase fits the phase's growth: at least a tenth of it, at most twice,
 * and more than two standard deviations of an estimate. If the phase lasted four eighths or more, a stack counts only if it
 * goes on at half the rate or more in the later half, and without its first eighth if that holds more than three times the
 * others: a cache is filled early. In a shorter phase the line must have about as many blocks as a leak has visits. */
#ifndef MW_COLLECTOR_FINDINGS_LEAK_LINES_H
#define MW_COLLECTOR_FINDINGS_LEAK_LINES_H

#include "collector/model/heap_largest.h"

#define MW_LEAK_LINES 3

struct mw_leak_lines {
    struct mw_heap_largest lines[MW_LEAK_LINES]; /* the largest first */
    uint32_t count;
    double visits; /* of the phase */
};

/* `slope`: the phase's growth, in bytes per visit. */
struct mw_leak_lines mw_leak_lines_find(const struct mw_model_rank *rank, const struct mw_model_phase *phase, double slope);

/* "; still allocated at MPI_Finalize: 5.9 MiB at a.c:14, called from a.c:28 (100 KiB a visit)"; "" if there are none. */
void mw_leak_lines_describe(char *text, size_t size, const struct mw_model_rank *rank, const struct mw_leak_lines *found);

#endif
