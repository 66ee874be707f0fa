/* SPDX-License-Identifier: MIT */
/* What the files of this folder share: the model in the making. Not for other files. */
#ifndef MW_COLLECTOR_MERGE_PARTS_H
#define MW_COLLECTOR_MERGE_PARTS_H

#include "collector/base/map.h"
#include "collector/journal/exits_read.h"
#include "collector/journal/read.h"
#include "collector/model/model.h"
#include "collector/symbols/symbols.h"
#include "collector/view/file.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

struct mw_merge_origins;
struct mw_merge_layers;
struct mw_merge_sites;
struct mw_merge_phases;

struct mw_merge {
    struct mw_model *model;
    struct mw_view *views; /* of the hosts that were sampled, the launcher's first */
    size_t view_count;
    const struct mw_view *launcher; /* its view; NULL: nobody launched, or it left none */
    bool alone;                     /* one gathered file is all there is */
    bool is_part;                   /* `model` is a job of a run with several */
    int dirfd;                      /* the run directory; not with `alone` */
    size_t whole_ranks;             /* with more ranks than these their details are not kept, but read again */
    bool is_large;                  /* there are more */
    struct mw_symbols *symbols;
    struct mw_merge_origins *origins;
    struct mw_merge_layers *layers;
    /* Called for each record; `offset` is its position in the file `name`. */
    void (*take)(struct mw_merge *merge, const struct mw_journal_read *journal, bool gathered, const char *name, off_t offset);
    const struct mw_model_place **places; /* model's places by mw_symbols_place.id */
    size_t place_count;
    struct mw_map *rank_keys;  /* struct mw_merge_chains_key of the ranks so far: their number in order of coming */
    struct mw_map *host_keys;  /* name */
    struct mw_map *world_keys; /* world id */
    int64_t reference_offset;  /* wall minus monotonic clock on the reference host */
    bool has_reference;
    const char *reference; /* that host's name; the model's string */
    struct mw_merge_clock {
        const char *host; /* the model's string */
        int64_t shift_ns; /* to rank 0's host */
        uint64_t error_ns;
    } * clocks; /* as ranks have measured them, one for each host that has one */
    size_t clock_count;
    const char *gathered_host; /* where ranks say that their records were brought together; NULL nowhere */
    char path[PATH_MAX];       /* of the run directory; "" unknown */
};

/* merge/views.c: reads what samplers saw, before all else; their hosts are the model's first ones. */
void mw_merge_views_read(struct mw_merge *merge, int dirfd, const struct mw_view *seen);
void mw_merge_views_free(struct mw_merge *merge);

/* merge/peers.c: what became of the agents; when all records are read. */
void mw_merge_peers_read(struct mw_merge *merge, int dirfd);

/* merge/records.c: finds and reads records, journals first, since they know more than their gathered copies; hands each to
 * merge->take(). */
int mw_merge_records_dir(struct mw_merge *merge, int dirfd, struct mw_err *err);
void mw_merge_records_gathered(struct mw_merge *merge, int fd, const char *name);
/* Only what they say of their hosts' clocks; before anything is taken. */
void mw_merge_records_clocks(struct mw_merge *merge, int dirfd);
void mw_merge_records_gathered_clocks(struct mw_merge *merge, int fd);

/* merge/take.c: fills a new rank, whose host and origin are set, from its record. Of a large job's, only sites. */
void mw_merge_take(struct mw_merge *merge, const struct mw_journal_read *journal, struct mw_model_rank *rank);
/* The same for its sites, phases, spikes and ticks alone. */
void mw_merge_take_details(struct mw_merge *merge, const struct mw_journal_read *journal, struct mw_model_rank *rank);
/* Its curve alone. */
void mw_merge_take_ticks(const struct mw_journal_read *journal, struct mw_model_rank *rank);
/* Names a stretch between two calls, and sets its path. */
void mw_merge_take_name(struct mw_model *model, const struct mw_model_rank *rank, struct mw_model_phase *phase);

/* merge/ranks.c: makes a rank of a record, which comes from the file `source`; NULL if its process has one already. When all
 * are there they are put in order. */
struct mw_model_rank *mw_merge_ranks_add(struct mw_merge *merge, const struct mw_journal_read *journal, bool gathered,
                                         const char *source);
void mw_merge_ranks_order(struct mw_merge *merge);
/* When ranks have moved from one world to another; worlds without ranks go. Processes know their ranks by their index. */
void mw_merge_ranks_order_again(struct mw_merge *merge);
/* How many ranks came before this one, or MW_MAP_NONE. */
uint32_t mw_merge_ranks_number(const struct mw_merge *merge, const struct mw_model_rank *rank);

/* merge/origins.c: where the records of ranks lie, in the order of their coming. */
struct mw_merge_origins *mw_merge_origins_create(void);
void mw_merge_origins_destroy(struct mw_merge_origins *origins);
void mw_merge_origins_add(struct mw_merge_origins *origins, const char *name, bool gathered, off_t offset);
/* Reads the record of a rank again, which was preceded by `index` others. Returns 0, or -1 if it no longer exists. */
int mw_merge_origins_read(struct mw_merge *merge, uint32_t index, const struct mw_model_rank *rank,
                          struct mw_journal_read *journal);

/* merge/details.c: drops the details of the ranks so far when there are too many; then, when all are in order and the
 * job's times are known, merges the details of all: sites, phases, bounds. */
void mw_merge_details_limit(struct mw_merge *merge);
void mw_merge_details(struct mw_merge *merge);
/* Of that only the bounds; of a large run the details are let go again. */
void mw_merge_details_bounds(struct mw_merge *merge);
/* What each rank had up to `ns`, when the first one died. */
void mw_merge_details_held(struct mw_merge *merge, uint64_t ns);

/* merge/places.c: addresses become places. */
const struct mw_model_place *mw_merge_places_find(struct mw_merge *merge, uint32_t module, uint64_t offset);

/* What tells places apart: two calls in one line, or a loop that was unrolled, are one line to the reader, but without a
 * line two objects may have functions of one name. Strings are the model's, kept once: their addresses name them. */
struct mw_merge_place {
    const char *label;  /* NULL: no place */
    const char *module; /* base name, since hosts may have it in different folders; NULL: the place has a line */
    uint64_t offset;    /* likewise 0 */
};
struct mw_merge_place mw_merge_place(struct mw_model *model, const struct mw_model_place *place);

/* merge/hosts.c: the host's index; it is new when the name is. Its clock is compared by (wall, mono). */
uint32_t mw_merge_hosts_find(struct mw_merge *merge, const char *name, uint64_t wall_ns, uint64_t mono_ns);
/* The same by a name that stands in a file's name, which tells no clock: that of a host which nothing else names is
 * taken for the reference. */
uint32_t mw_merge_hosts_find_clean(struct mw_merge *merge, const char *clean);
/* Takes what a record says of its host's clock. To be called with all records before hosts are looked for. */
void mw_merge_hosts_clock(struct mw_merge *merge, const struct mw_ident *ident, const struct mw_state *state);
/* A time of that host on the reference axis; 0 stays 0. */
uint64_t mw_merge_hosts_time(const struct mw_model *model, uint32_t host, uint64_t ns);

/* What the host's sampler saw of it as a whole. */
void mw_merge_hosts_fill(struct mw_model *model, uint32_t host, const struct mw_view *view);
/* When the ranks' peaks are known. */
void mw_merge_hosts_count(struct mw_model *model);

/* merge/limits.c: what limits a host's processes together, by its sampler; its groups are there. */
void mw_merge_limits_fill(struct mw_model *model, uint32_t host, const struct mw_view *view);
/* A limit of a process, and what was seen to count against it; 0: no limit, nothing seen. */
struct mw_model_ulimit mw_merge_limits_sampled(uint64_t bytes, uint64_t used);
/* What a rank knows itself of its limits; then, what was sampled is joined: both are the larger one afterwards. */
void mw_merge_limits_take(struct mw_model_rank *rank, const struct mw_state *state);
void mw_merge_limits_join(struct mw_model_ulimit *rank, struct mw_model_ulimit *process);
/* When hosts, ranks and processes are there: of which limit the least was left. */
void mw_merge_limits(struct mw_model *model);

/* merge/layers.c: moves the places of calls out of communication layers. Each rank is looked at; when all are there it
 * is decided what is a layer, and then each rank's calls are put in place. */
struct mw_merge_layers *mw_merge_layers_create(struct mw_model *model);
void mw_merge_layers_destroy(struct mw_merge_layers *layers);
void mw_merge_layers_look(struct mw_merge_layers *layers, const struct mw_model_rank *rank);
void mw_merge_layers_decide(struct mw_merge_layers *layers);
void mw_merge_layers_place(struct mw_merge_layers *layers, struct mw_model_rank *rank);

/* merge/sites.c: adds one whole rank after the other, in order. _link() only finds what a rank's sites were merged to,
 * when its details were read once more. _finish() ends the work and frees it. */
struct mw_merge_sites *mw_merge_sites_create(struct mw_model *model);
void mw_merge_sites_add(struct mw_merge_sites *sites, uint32_t rank);
void mw_merge_sites_link(struct mw_merge_sites *sites, struct mw_model_rank *rank);
void mw_merge_sites_finish(struct mw_merge_sites *sites);

/* merge/phases.c: likewise. */
struct mw_merge_phases *mw_merge_phases_create(struct mw_model *model);
void mw_merge_phases_add(struct mw_merge_phases *phases, uint32_t rank);
void mw_merge_phases_link(struct mw_merge_phases *phases, struct mw_model_rank *rank);
void mw_merge_phases_finish(struct mw_merge_phases *phases);

/* Each fills its part of the model from what is there already; in this order. The first two come before the details and
 * must not follow a rank's pointers into its tables (in_site, phase, ...): of a large job these are empty then. */
void mw_merge_processes(struct mw_merge *merge, const struct mw_exits_read *exits);
void mw_merge_job(struct mw_merge *merge);
/* Of that only what the ranks say: their sums and spreads, their hosts' nodes. */
void mw_merge_job_ranks(struct mw_model *model);
/* What was sampled of a rank since its last boundary belongs to the phase that it has not left. For its details. */
void mw_merge_processes_place(const struct mw_model *model, struct mw_model_rank *rank);
/* Instead of the details, where there are several jobs: a complete model for each (merge/jobs.c). Returns whether there
 * are. */
bool mw_merge_jobs(struct mw_merge *merge);
/* merge/unrecorded.c: why there is no rank, or fewer than there should be. When the ranks have their processes. */
void mw_merge_unrecorded(struct mw_model *model);
/* merge/left.c: which processes outlived the job, and a note on them. */
void mw_merge_left(struct mw_model *model);
/* Behind the details. Whether the run has ended and memwatch is still with it; the first part of what follows. */
void mw_merge_deaths_run(struct mw_merge *merge);
void mw_merge_deaths(struct mw_merge *merge);
/* Last. */
void mw_merge_notes(struct mw_merge *merge);

#endif
