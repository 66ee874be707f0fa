/* SPDX-License-Identifier: MIT */
/* The names of the files in a run directory: all of them. launcher/hosts/host_files.c has their patterns; nothing else in a run
 * directory is ever deleted. <host> is a host's name as collector/base/hostname.h writes it. */
#ifndef MW_COLLECTOR_BASE_FILE_NAMES_H
#define MW_COLLECTOR_BASE_FILE_NAMES_H

/* Of ranks: a journal, <prefix><world id, 16 hex digits>-<host>-<pid> (mw_journal_name()). */
#define MW_FILE_JOURNAL "journal-"
/* In which processes without MPI are counted at their end: <prefix><host>. */
#define MW_FILE_EXITS "exits-"
/* How children of programs that start ranks ended: <prefix><host>. */
#define MW_FILE_WAITS "waits-"
/* What MPI_Gather brought to rank 0: packed journals one behind another, by rank. <prefix><world id>. */
#define MW_FILE_GATHERED "gathered-"
#define MW_FILE_GATHERED_PART ".part" /* behind it, while it is being written */

/* Of memwatch: what a sampler saw, <prefix><host>. */
#define MW_FILE_VIEW "view-"
/* The lock of a host's agent, and what the launcher knows of it: <prefix><host>. */
#define MW_FILE_AGENT "agent-"
#define MW_FILE_PEER "peer-"
/* What proves that it is a run directory (collector/base/token.h). */
#define MW_FILE_TOKEN "memwatch-run"
/* Empty, <prefix><host>: processes of that host use the directory whose pids are not those of where it was made. */
#define MW_FILE_OUTSIDE "outside-"
/* Empty ones: a report was made; the user wants to keep it. */
#define MW_FILE_REPORTED "reported"
#define MW_FILE_KEPT "kept"
/* Links to the preloaded libraries, where the paths of these cannot stand in LD_PRELOAD; and their own names. */
#define MW_FILE_SHIM "libmemwatch-pmpi.so"
#define MW_FILE_WAIT "libmemwatch-wait.so"

#endif
