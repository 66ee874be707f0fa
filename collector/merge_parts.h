/* SPDX-License-Identifier: MIT */
/* What the parts of collector/merge share: the model in the making. Not for other files. */
#ifndef MW_COLLECTOR_MERGE_PARTS_H
#define MW_COLLECTOR_MERGE_PARTS_H

#include "collector/exits_read.h"
#include "collector/journal_read.h"
#include "collector/map.h"
#include "collector/model.h"
#include "collector/symbols.h"
#include "collector/view.h"

#include <limits.h>
#include <stdbool.h>

struct mw_merge {
    struct mw_model *model;
    const struct mw_view *view; /* or NULL */
    bool alone;                 /* one gathered file is all there is */
    struct mw_symbols *symbols;
    const struct mw_model_place **places; /* model's places by mw_symbols_place.id */
    size_t place_count;
    struct mw_map *rank_keys;   /* (host, pid, start_ticks) of the ranks so far */
    int64_t reference_offset;   /* wall minus monotonic clock on the reference host */
    bool has_reference;
    const char *reference;      /* that host's name; the model's string */
    struct mw_merge_clock {
        const char *host;       /* the model's string */
        int64_t shift_ns;       /* to rank 0's host */
        uint64_t error_ns;
    } *clocks;                  /* as ranks have measured them, one for each host that has one */
    size_t clock_count;
    const char *gathered_host;  /* where ranks say that their records were brought together; NULL nowhere */
    char path[PATH_MAX];        /* of the run directory; "" unknown */
};

/* merge_records.c: finds and reads records, journals first, since they know more than their gathered copies. */
int mw_merge_records_dir(struct mw_merge *merge, int dirfd, struct mw_err *err);
void mw_merge_records_gathered(struct mw_merge *merge, int fd, const char *name);
/* Only what they say of their hosts' clocks; before anything is taken. */
void mw_merge_records_clocks(struct mw_merge *merge, int dirfd);
void mw_merge_records_gathered_clocks(struct mw_merge *merge, int fd);

/* merge_take.c: fills a new rank, whose host and origin are set, from its record. */
void mw_merge_take(struct mw_merge *merge, const struct mw_journal_read *journal, struct mw_model_rank *rank);
/* Names a stretch between two calls, and sets its path. */
void mw_merge_take_name(struct mw_model *model, const struct mw_model_rank *rank, struct mw_model_phase *phase);

/* merge_ranks.c: takes a record, unless its process has one already; then all ranks are put in order. */
void mw_merge_ranks_add(struct mw_merge *merge, const struct mw_journal_read *journal, bool gathered,
                        const char *source);
void mw_merge_ranks_order(struct mw_merge *merge);

/* merge_places.c: addresses become places. */
const struct mw_model_place *mw_merge_places_find(struct mw_merge *merge, uint32_t module, uint64_t offset);

/* merge_hosts.c: the host's index; it is new when the name is. Its clock is compared by (wall, mono). */
uint32_t mw_merge_hosts_find(struct mw_merge *merge, const char *name, uint64_t wall_ns, uint64_t mono_ns);
/* The same by a name that stands in a file's name, which tells no clock: that of a host which nothing else names is
 * taken for the reference. */
uint32_t mw_merge_hosts_find_clean(struct mw_merge *merge, const char *clean);
/* Takes what a record says of its host's clock. To be called with all records before hosts are looked for. */
void mw_merge_hosts_clock(struct mw_merge *merge, const struct mw_ident *ident, const struct mw_state *state);
/* A time of that host on the reference axis; 0 stays 0. */
uint64_t mw_merge_hosts_time(const struct mw_model *model, uint32_t host, uint64_t ns);

/* merge_layers.c: moves the places of calls out of communication layers. When all ranks are there, before the rest. */
void mw_merge_layers(struct mw_merge *merge);

/* Each fills its part of the model from what is there already; in this order. */
void mw_merge_processes(struct mw_merge *merge, const struct mw_exits_read *exits);
void mw_merge_job(struct mw_merge *merge);
void mw_merge_sites(struct mw_merge *merge);
void mw_merge_phases(struct mw_merge *merge);
void mw_merge_notes(struct mw_merge *merge);

#endif
