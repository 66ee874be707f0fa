/* SPDX-License-Identifier: MIT */
/* Evidence why a process does not become a rank, read while it is alive: its environment, program file and mappings.
 * Each source is read once, or until it is conclusive. */
#ifndef MW_LAUNCHER_SAMPLE_EVIDENCE_H
#define MW_LAUNCHER_SAMPLE_EVIDENCE_H

#include "collector/view/view.h"
#include "launcher/process/environment.h"

/* Call for every program image, with the environment, which is borrowed (NULL: unreadable). Also reads the program
 * file. If the environment names memwatch's library, also determines whether the process can see that file. Sets
 * entry->facts (collector/journal/seen.h) and entry->preload. */
void mw_evidence_start(struct mw_view_process *entry, int procfd, const struct mw_environment *environment);

/* Call for a process that may become a rank: reads its mappings, which may include an MPI library only later. Sets
 * facts and entry->mpi. */
void mw_evidence_look(struct mw_view_process *entry, int procfd);

#endif
