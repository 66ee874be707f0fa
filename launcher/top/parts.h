/* SPDX-License-Identifier: MIT */
/* The parts of launcher/top/data: hosts by their views, ranks by their journals. */
#ifndef MW_LAUNCHER_TOP_PARTS_H
#define MW_LAUNCHER_TOP_PARTS_H

#include "launcher/top/state.h"

/* The host of that name as an index, made when it is new. */
uint32_t mw_top_hosts_find(struct mw_top_data *data, const char *name);

/* Reads the views that are there, and those of before whose files are gone by now. */
void mw_top_hosts_read(struct mw_top_data *data);

/* Sums and headroom, once the members are known. */
void mw_top_hosts_sum(struct mw_top_data *data);

void mw_top_hosts_free(struct mw_top_data *data);

/* On the launcher's axis; 0 when that is not known of the host. */
uint64_t mw_top_hosts_time(const struct mw_top_host *host, uint64_t ns);

/* Whether a process was alive in its sampler's last sample. */
bool mw_top_hosts_lives(const struct mw_view *view, const struct mw_view_process *process);

/* Reads the journals of ranks that have not ended. */
void mw_top_ranks_read(struct mw_top_data *data);

/* A member's memory, growth and end, by its host's view and its own journal. */
void mw_top_ranks_settle(struct mw_top_data *data);

/* The numbers of worlds and jobs, once a world is new. */
void mw_top_jobs_number(struct mw_top_data *data);

/* How many ranks of each world live, once the members are known. */
void mw_top_jobs_count(struct mw_top_data *data);

/* What is not right about a file; the first one is kept. */
void mw_top_data_complain(struct mw_top_data *data, const char *name, const struct mw_err *err);

#endif
