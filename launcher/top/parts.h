/* SPDX-License-Identifier: MIT */
/* The parts of launcher/top/data: hosts from views, ranks from journals. */
#ifndef MW_LAUNCHER_TOP_PARTS_H
#define MW_LAUNCHER_TOP_PARTS_H

#include "launcher/top/state.h"

/* The index of the host of that name; added if it is new. */
uint32_t mw_top_hosts_find(struct mw_top_data *data, const char *name);

/* Reads existing views, and open ones whose files were removed. */
void mw_top_hosts_read(struct mw_top_data *data);

/* Computes sums and headroom, after the members are known. */
void mw_top_hosts_sum(struct mw_top_data *data);

void mw_top_hosts_free(struct mw_top_data *data);

/* Converts to the launcher's clock; 0 if the host's offset is unknown. */
uint64_t mw_top_hosts_time(const struct mw_top_host *host, uint64_t ns);

/* Whether a process was running in its sampler's last sample. */
bool mw_top_hosts_lives(const struct mw_view *view, const struct mw_view_process *process);

/* Reads the journals of ranks that have not ended. */
void mw_top_ranks_read(struct mw_top_data *data);

/* Sets a member's memory, growth and end, from its host's view and its journal. */
void mw_top_ranks_settle(struct mw_top_data *data);

/* Numbers worlds and jobs, after a new world was found. */
void mw_top_jobs_number(struct mw_top_data *data);

/* Counts the running ranks of each world, after the members are known. */
void mw_top_jobs_count(struct mw_top_data *data);

/* Notes an error with a file; the first one is kept. */
void mw_top_data_complain(struct mw_top_data *data, const char *name, const struct mw_err *err);

#endif
