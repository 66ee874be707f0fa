/* SPDX-License-Identifier: MIT */
/* Stacks of Python scripts: frames of the extension module, then those of Python functions. Callers hold the rank's lock. */
#ifndef MW_PMPI_MEASURE_SCRIPTS_H
#define MW_PMPI_MEASURE_SCRIPTS_H

#include "collector/journal/record.h"
#include "pmpi/base/python.h"

/* Return addresses, innermost first, up to the interpreter. Stores at most `most`. Returns how many. */
uint32_t mw_scripts_extension(struct mw_frame *frames, uint32_t most, void *const *raw, int depth);

/* The frames of Python functions, at most `most`: from the innermost one of a script of the user, or if there is none, of all.
 * Returns how many. */
uint32_t mw_scripts_frames(struct mw_frame *frames, uint32_t most, const struct mw_python_stack *python);

/* The complete stack. */
uint32_t mw_scripts_stack(struct mw_frame *frames, uint32_t most, void *const *raw, int depth,
                          const struct mw_python_stack *python);

#endif
