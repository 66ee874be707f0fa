/* SPDX-License-Identifier: MIT */
/* Enters the programs that the processes of the tree execute into the view, and finds out which processes are ranks, or are to
 * become ranks. */
#ifndef MW_LAUNCHER_SAMPLE_IMAGES_H
#define MW_LAUNCHER_SAMPLE_IMAGES_H

#include "launcher/sample/state.h"

#include <stdbool.h>
#include <stddef.h>

/* Updates the tree, and the view with its new processes, programs and ranks. */
void mw_images_update(struct mw_sampler *sampler);

/* Reads the environment of a process in the view once more: it may have been empty. Watches the end of one that is to
 * become a rank. */
void mw_images_read_environment(struct mw_sampler *sampler, struct mw_tree_process *process);

/* The command line, or the name in brackets if there is none (a kernel thread, a process of another user). */
void mw_images_command(struct mw_sampler *sampler, const struct mw_tree_process *process, char *command, size_t size);

/* Whether it was started as a rank, or by such a process with an environment that does not show it. */
bool mw_images_may_load_mpi(const struct mw_sampler *sampler, const struct mw_tree_process *process);

#endif
