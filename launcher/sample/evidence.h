/* SPDX-License-Identifier: MIT */
/* What may tell why a process becomes no rank, looked at while it lives: its environment, its program file, its mappings. Each
 * source is read once, or until it has something to say. */
#ifndef MW_LAUNCHER_SAMPLE_EVIDENCE_H
#define MW_LAUNCHER_SAMPLE_EVIDENCE_H

#include "collector/view/view.h"
#include "launcher/process/environment.h"

/* Of every program image: by the environment, which is borrowed (NULL: it may not be read), and the program file. Where the
 * environment names memwatch's library, also whether the process can see that file. Sets entry->facts (collector/journal/seen.h) and
 * entry->preload. */
void mw_evidence_start(struct mw_view_process *entry, int procfd, const struct mw_environment *environment);

/* Of a process that may become a rank: its mappings, in which an MPI library may come late. Sets facts and entry->mpi. */
void mw_evidence_look(struct mw_view_process *entry, int procfd);

#endif
