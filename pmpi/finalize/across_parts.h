/* SPDX-License-Identifier: MIT */
/* What both sides of pmpi/finalize/across share: what goes over the wire, in the order of the structs. Not for other files. */
#ifndef MW_PMPI_FINALIZE_ACROSS_PARTS_H
#define MW_PMPI_FINALIZE_ACROSS_PARTS_H

#include "collector/base/hostname.h"
#include "collector/base/magic.h"
#include "pmpi/finalize/peers.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MW_ACROSS_MAGIC "MWACROSS"
#define MW_ACROSS_TOKEN 32 /* hex digits */
#define MW_ACROSS_PINGS 16

/* From the host, followed by `count` ranks (int32_t). */
struct mw_across_hello {
    char magic[8] MW_MAGIC;
    uint32_t version; /* MW_RECORD_VERSION */
    uint32_t endian;  /* MW_RECORD_ENDIAN */
    char token[MW_ACROSS_TOKEN];
    char host[MW_HOSTNAME_SIZE];
    uint32_t safe; /* 1: the records reach the launcher anyway */
    uint32_t count;
};

/* From rank 0. When the records are wanted: MW_ACROSS_PINGS times a uint64_t from rank 0, answered by the host's
 * CLOCK_MONOTONIC (uint64_t); then from the host, for each rank, a uint64_t length and a packed record. The end. */
struct mw_across_verdict {
    uint32_t wanted;
    uint32_t reserved;
};

/* From rank 0. */
struct mw_across_end {
    uint32_t stored; /* 1: the host's records are in the gathered file */
    uint32_t known;  /* 1: the clock was measured */
    int64_t shift_ns;
    uint64_t error_ns;
    char host[MW_HOSTNAME_SIZE]; /* where that file stays; "" when it reaches the launcher */
};

/* This host's side. */
struct mw_across_here {
    bool safe;
    struct mw_peers peers;
    const struct mw_record_head **ready; /* of these, those that are in MPI_Finalize */
    int ready_count;
    uint64_t deadline; /* for all to be there */
};

/* Looks who is ready now. */
void mw_across_look(struct mw_across_here *here);

/* Packs a journal of this host into memory of mw_journal_length() bytes. Returns its length. */
uint64_t mw_across_pack(const struct mw_record_head *head, void *buffer);

/* Writes down in this rank's record what the gather found out. */
void mw_across_note(const struct mw_across_end *end);

/* across_root.c: rank 0's side. Whether every rank is in the file. */
bool mw_across_root(struct mw_across_here *here, const char *service, const char *name);

/* Removes the journals of this world on this host, and the directory when nothing is left in it. */
void mw_across_remove(const struct mw_across_here *here);

#endif
