/* SPDX-License-Identifier: MIT */
/* Shared by the files of this folder: the model under construction. Private to this folder. */
#ifndef MW_COLLECTOR_MERGE_PARTS_H
#define MW_COLLECTOR_MERGE_PARTS_H

#include "collector/base/map.h"
#include "collector/journal/exits_read.h"
#include "collector/journal/read.h"
#include "collector/model/model.h"
#include "collector/record/fields.h"
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
    struct mw_view *views; /* of the sampled hosts, the launcher's first */
    size_t view_count;
    const struct mw_view *launcher; /* the launcher's view; NULL: no launcher, or it left none */
    bool gathered_only;             /* the only input is one gathered file */
    bool is_part;                   /* `model` is one job of a run with several */
    int dirfd;                      /* the run directory; not valid with `gathered_only` */
    size_t detailed_ranks;          /* with more ranks than this, their details are not kept, but read again */
    bool is_large;                  /* there are more than `detailed_ranks` */
    struct mw_symbols *symbols;
    struct mw_merge_origins *origins;
    struct mw_merge_layers *layers;
    /* Called for each record; `offset` is its position in the file `name`. */
    void (*take)(struct mw_merge *merge, const struct mw_journal_read *journal, bool gathered, const char *name, off_t offset);
    const struct mw_model_place **places; /* the model's places by mw_symbols_place.id */
    size_t place_count;
    struct mw_map *rank_keys;  /* struct mw_merge_chains_key to the number of the rank, in order of addition */
    struct mw_map *host_keys;  /* name */
    struct mw_map *world_keys; /* world id */
    int64_t reference_offset;  /* wall minus monotonic clock on the reference host */
    bool has_reference;
    const char *reference; /* name of that host; the model's string */
    struct mw_merge_clock {
        const char *host; /* the model's string */
        int64_t shift_ns; /* added to this host's clock it gives that of rank 0's host */
        uint64_t error_ns;
    } * clocks; /* as measured by ranks, one for each host that has one */
    size_t clock_count;
    const char *gathered_host; /* the host where, according to the ranks, their records were gathered; NULL: none */
    char path[PATH_MAX];       /* of the run directory; "" if unknown */
};

/* merge/views.c: reads the samples, before everything else; their hosts are the first ones of the model. */
void mw_merge_views_read(struct mw_merge *merge, int dirfd, const struct mw_view *seen);
void mw_merge_views_free(struct mw_merge *merge);

/* merge/peers.c: the state of the agents. To be called after all records are read. */
void mw_merge_peers_read(struct mw_merge *merge, int dirfd);

/* merge/records.c: finds and reads records and passes each to merge->take(). Journals come first, since they contain more
 * than their gathered copies. */
int mw_merge_records_dir(struct mw_merge *merge, int dirfd, struct mw_err *err);
void mw_merge_records_gathered(struct mw_merge *merge, int fd, const char *name);
/* Reads only the clocks of the hosts; to be called before any record is merged. */
void mw_merge_records_clocks(struct mw_merge *merge, int dirfd);
void mw_merge_records_gathered_clocks(struct mw_merge *merge, int fd);

/* merge/take.c: fills a new rank, whose host and origin are set, from its record. In a large job, only the sites. */
void mw_merge_take(struct mw_merge *merge, const struct mw_journal_read *journal, struct mw_model_rank *rank);
/* The same, only for its sites, phases, spikes and ticks. */
void mw_merge_take_details(struct mw_merge *merge, const struct mw_journal_read *journal, struct mw_model_rank *rank);
/* Only the curve. */
void mw_merge_take_ticks(const struct mw_journal_read *journal, struct mw_model_rank *rank);
/* Names an interval between two calls, and sets its path. */
void mw_merge_take_name(struct mw_model *model, const struct mw_model_rank *rank, struct mw_model_phase *phase);

/* merge/fields.c: fills the fields of `item` that the journal has (mw_field.from) from `entry`, a checked struct of a journal
 * of that host. The other fields of `item` stay as they are. */
void mw_merge_fields_take(struct mw_model *model, uint32_t host, const struct mw_fields *fields, void *item, const void *entry);

/* An index of a journal, plus one or 0, as an index of the model. */
static inline uint32_t mw_merge_index_of(uint32_t plus_one)
{
    return plus_one ? plus_one - 1 : MW_MODEL_NONE;
}

/* merge/ranks.c: makes a rank from a record of the file `source`; NULL if its process already has one. The ranks are sorted
 * once all have been added. */
struct mw_model_rank *mw_merge_ranks_add(struct mw_merge *merge, const struct mw_journal_read *journal, bool gathered,
                                         const char *source);
void mw_merge_ranks_order(struct mw_merge *merge);
/* To be called after ranks have moved from one world to another; removes worlds without ranks. Updates the rank indices of
 * processes. */
void mw_merge_ranks_reorder(struct mw_merge *merge);
/* The number of ranks that were added before this one, or MW_MAP_NONE. */
uint32_t mw_merge_ranks_number(const struct mw_merge *merge, const struct mw_model_rank *rank);

/* merge/origins.c: the positions of the records of ranks, in the order in which ranks were added. */
struct mw_merge_origins *mw_merge_origins_create(void);
void mw_merge_origins_destroy(struct mw_merge_origins *origins);
void mw_merge_origins_add(struct mw_merge_origins *origins, const char *name, bool gathered, off_t offset);
/* Reads the record of the rank with number `index` again. Returns 0, or -1 if it no longer exists. */
int mw_merge_origins_read(struct mw_merge *merge, uint32_t index, const struct mw_model_rank *rank,
                          struct mw_journal_read *journal);

/* merge/details.c: drops the details of the ranks added so far if there are too many. Later, when all are sorted and the
 * times of the job are known, merges the details of all: sites, phases, bounds. */
void mw_merge_details_limit(struct mw_merge *merge);
void mw_merge_details(struct mw_merge *merge);
/* Only the bounds; in a large run the details are freed again. */
void mw_merge_details_bounds(struct mw_merge *merge);
/* The heap of those that may have died first, if its lists were not kept. Requires the deaths. */
void mw_merge_details_dead_heaps(struct mw_merge *merge);
/* The memory of each rank up to `ns`, when the first one died. */
void mw_merge_details_rss_at(struct mw_merge *merge, uint64_t ns);

/* merge/places.c: converts addresses to places. */
const struct mw_model_place *mw_merge_places_find(struct mw_merge *merge, uint32_t module, uint64_t offset);

/* `offset`: of a frame in Python, one of these functions. */
const struct mw_model_place *mw_merge_places_python(struct mw_merge *merge, const struct mw_function *functions,
                                                    uint64_t offset);

/* A call of MPI without its place, by name. */
const struct mw_model_place *mw_merge_places_call(struct mw_merge *merge, const char *name);

/* Lists the objects that places can be in. */
void mw_merge_places_modules(struct mw_merge *merge);

/* The identity of a place. Two calls in one line, or an unrolled loop, are one line to the reader; without a line, two
 * objects may have functions of the same name. Strings are the model's and stored once: their addresses identify them. */
struct mw_merge_place {
    const char *label;  /* NULL: no place */
    const char *module; /* base name, since hosts may have it in different folders; NULL: the place has a line */
    uint64_t offset;    /* 0 if the place has a line */
};
struct mw_merge_place mw_merge_place(struct mw_model *model, const struct mw_model_place *place);

/* merge/hosts.c: the index of the host, which is added if the name is new. Its clock is compared by (wall, mono). */
uint32_t mw_merge_hosts_find(struct mw_merge *merge, const char *name, uint64_t wall_ns, uint64_t mono_ns);
/* The same for a host known only from the name of a file, without a clock. If nothing else names that host, it gets the
 * clock of the reference host. */
uint32_t mw_merge_hosts_find_clean(struct mw_merge *merge, const char *clean);
/* Stores the clock of a record's host. To be called with all records before hosts are looked up. */
void mw_merge_hosts_clock(struct mw_merge *merge, const struct mw_ident *ident, const struct mw_state *state);

/* Fills in what the host's sampler saw of the host. */
void mw_merge_hosts_fill(struct mw_model *model, uint32_t host, const struct mw_view *view);
/* To be called when the peaks of the ranks are known. */
void mw_merge_hosts_count(struct mw_model *model);

/* merge/layers.c: moves the places of calls out of communication layers. First each rank is examined; then the layers are
 * determined; then the calls of each rank are assigned their place. */
struct mw_merge_layers *mw_merge_layers_create(struct mw_model *model);
void mw_merge_layers_destroy(struct mw_merge_layers *layers);
void mw_merge_layers_examine(struct mw_merge_layers *layers, const struct mw_model_rank *rank);
void mw_merge_layers_decide(struct mw_merge_layers *layers);
void mw_merge_layers_place(struct mw_merge_layers *layers, struct mw_model_rank *rank);

/* merge/sites.c: adds one complete rank after the other, in order. _link() only finds the merged sites of a rank whose
 * details were read again. _finish() completes the work and frees the state. */
struct mw_merge_sites *mw_merge_sites_create(struct mw_model *model);
void mw_merge_sites_add(struct mw_merge_sites *sites, uint32_t rank);
void mw_merge_sites_link(struct mw_merge_sites *sites, struct mw_model_rank *rank);
void mw_merge_sites_finish(struct mw_merge_sites *sites);

/* merge/phases.c: the same for phases. */
struct mw_merge_phases *mw_merge_phases_create(struct mw_model *model);
void mw_merge_phases_add(struct mw_merge_phases *phases, uint32_t rank);
void mw_merge_phases_link(struct mw_merge_phases *phases, struct mw_model_rank *rank);
void mw_merge_phases_finish(struct mw_merge_phases *phases);

/* merge/heap.c: whose memory it is. _take() fills in a rank's heap from its record, _sums() without its lists. */
void mw_merge_heap_take(struct mw_merge *merge, const struct mw_journal_read *journal, struct mw_model_rank *rank);
void mw_merge_heap_sums(struct mw_merge *merge, const struct mw_journal_read *journal, struct mw_model_rank *rank);

/* Each fills its part of the model from the parts before it; to be called in this order. The first two come before the
 * details and must not use the rank's indices into its tables (in_site, phase, ...): in a large job these tables are empty
 * then. */
void mw_merge_processes(struct mw_merge *merge, const struct mw_exits_read *exits);
void mw_merge_job(struct mw_merge *merge);
/* Only the part that comes from the ranks: their sums and spreads, and the nodes of their hosts. */
void mw_merge_job_ranks(struct mw_model *model);
/* Assigns the samples of a rank since its last boundary to the phase that it has not left. Requires the details. */
void mw_merge_processes_assign_peak(const struct mw_model *model, struct mw_model_rank *rank);
/* merge/jobs.c: replaces the details in a run with several jobs: makes a complete model for each. Returns whether there are
 * several. */
bool mw_merge_jobs(struct mw_merge *merge);
/* merge/unrecorded.c: why there is no rank, or fewer than expected. Requires the processes of the ranks. */
void mw_merge_unrecorded(struct mw_model *model);
/* merge/left_running.c: finds the processes that outlived the job, and adds a note on them. */
void mw_merge_left_running(struct mw_model *model);
/* To be called after the details: whether the run has ended and memwatch is still with it. The first part of the following
 * function. */
void mw_merge_deaths_run(struct mw_merge *merge);
void mw_merge_deaths(struct mw_merge *merge);
/* To be called last. */
void mw_merge_notes(struct mw_merge *merge);

#endif
