/* SPDX-License-Identifier: MIT */
/* How a job stands now, for `memwatch top`: its ranks and hosts, read from its run directory again and again.
 *
 * Only ever reads: nothing in the directory is written, locked or made. Of a journal only the rank's state is read, and
 * of the call and phase it is in what is not known yet; a rank that has ended is not looked at again. What was seen
 * last stays when the directory goes. */
#ifndef MW_LAUNCHER_TOP_DATA_H
#define MW_LAUNCHER_TOP_DATA_H

#include "launcher/top/state.h"

/* Opens a run directory and looks at it for the first time. Returns 0, or -1 with a line in err. */
int mw_top_data_open(struct mw_top_data *data, const char *path, uint64_t now, struct mw_err *err);

/* Looks again. `now`: mw_clock_now(). */
void mw_top_data_look(struct mw_top_data *data, uint64_t now);

void mw_top_data_close(struct mw_top_data *data);

#endif
