/* SPDX-License-Identifier: MIT */
/* The current state of a job for `memwatch top`: its ranks and hosts, read periodically from its run directory.
 *
 * Read-only: nothing in the directory is written, locked or created. Of a journal only the rank's state is read, and
 * its current call and phase if they are not known yet; a rank that has ended is not read again. If the directory is
 * removed, the last state is kept. */
#ifndef MW_LAUNCHER_TOP_DATA_H
#define MW_LAUNCHER_TOP_DATA_H

#include "launcher/top/state.h"

/* Opens a run directory and reads it for the first time. Returns 0, or -1 with a line in err. */
int mw_top_data_open(struct mw_top_data *data, const char *path, uint64_t now, struct mw_err *err);

/* Reads it again. `now`: mw_clock_now(). */
void mw_top_data_look(struct mw_top_data *data, uint64_t now);

void mw_top_data_close(struct mw_top_data *data);

#endif
