/* SPDX-License-Identifier: MIT */
/* The names of all files in a run directory. launcher/hosts/host_files.c has their patterns; no other file in a run
 * directory is ever deleted. <host> is a host name in the form of collector/base/hostname.h. */
#ifndef MW_COLLECTOR_BASE_FILE_NAMES_H
#define MW_COLLECTOR_BASE_FILE_NAMES_H

/* Of ranks: a journal, <prefix><world id, 16 hex digits>-<host>-<pid> (mw_journal_name()). */
#define MW_FILE_JOURNAL "journal-"
/* Exit records of processes without MPI: <prefix><host>. */
#define MW_FILE_EXITS "exits-"
/* How children of programs that start ranks ended: <prefix><host>. */
#define MW_FILE_WAITS "waits-"
/* Journals gathered to rank 0 by MPI_Gather: packed, concatenated in rank order. <prefix><world id>. */
#define MW_FILE_GATHERED "gathered-"
#define MW_FILE_GATHERED_PART ".part" /* suffix while it is being written */

/* Of memwatch: the data of a sampler, <prefix><host>. */
#define MW_FILE_VIEW "view-"
/* The lock of a host's agent, and the launcher's state of the connection to it: <prefix><host>. */
#define MW_FILE_AGENT "agent-"
#define MW_FILE_PEER "peer-"
/* Identifies a run directory (collector/base/token.h). */
#define MW_FILE_TOKEN "memwatch-run"
/* Empty, <prefix><host>: processes of that host use the directory from another PID namespace than its creator's. */
#define MW_FILE_OUTSIDE "outside-"
/* Empty files: a report was made; the user asked to keep the directory. */
#define MW_FILE_REPORTED "reported"
#define MW_FILE_KEPT "kept"
/* Names of the preloaded libraries, and of links to them for paths that LD_PRELOAD cannot hold. */
#define MW_FILE_SHIM "libmemwatch-pmpi.so"
#define MW_FILE_WAIT "libmemwatch-wait.so"
#define MW_FILE_HEAP "libmemwatch-heap.so"

#endif
