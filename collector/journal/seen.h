/* SPDX-License-Identifier: MIT */
/* Facts that explain why a process is not a rank, from samplers and exit records. Each was observed, none inferred. */
#ifndef MW_COLLECTOR_JOURNAL_SEEN_H
#define MW_COLLECTOR_JOURNAL_SEEN_H

/* From samplers (launcher/sample/evidence.h). If a fact's bit is 0, the fact is known to be false only if the bit of its
 * source is set. */
#define MW_SEEN_ENVIRON 1u     /* source: the environment that it was started with */
#define MW_SEEN_PRELOAD 2u     /*   LD_PRELOAD names memwatch's library there */
#define MW_SEEN_RUN 4u         /*   and MEMWATCH_RUN_DIR is set */
#define MW_SEEN_ELF 8u         /* source: its program file */
#define MW_SEEN_STATIC 0x10u   /*   statically linked: it has no loader */
#define MW_SEEN_FOREIGN 0x20u  /*   for another word size or machine than memwatch's library */
#define MW_SEEN_MAPS 0x40u     /* source: its mappings */
#define MW_SEEN_LIBRARY 0x80u  /*   memwatch's library is mapped */
#define MW_SEEN_AUXV 0x100u    /* source: its auxiliary vector */
#define MW_SEEN_SECURE 0x200u  /*   AT_SECURE: set-user-ID, or with capabilities */
#define MW_SEEN_ROOT 0x400u    /* source: the files that it can see */
#define MW_SEEN_NO_FILE 0x800u /*  memwatch's library is not visible to it */
#define MW_SEEN_NO_DIR 0x1000u /*  the run directory is not visible to it */
#define MW_SEEN_USER 0x2000u   /* it belongs to another user: memwatch has no permission to inspect it */

/* From the wait log (collector/view/wait_log_read.h). */
#define MW_SEEN_WAITED 0x4000u /* source: its parent's wait call alone. The parent starts ranks */

/* From exit records; memwatch's library was loaded in these processes. */
#define MW_SEEN_EXIT 0x10000u      /* source: an exit record */
#define MW_SEEN_LINKED 0x20000u    /*   an MPI library was loaded at program start; else by dlopen() */
#define MW_SEEN_CALLED 0x40000u    /*   it called MPI_Init, but could not be recorded */
#define MW_SEEN_NEW_ABI 0x80000u   /*   because this memwatch was not built for its MPI */
#define MW_SEEN_LAUNCHED 0x100000u /*  a job launcher's variables give it a rank */

#endif
