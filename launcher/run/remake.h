/* SPDX-License-Identifier: MIT */
/* The run directory may be removed or moved while the job runs (systemd's RemoveIPC, tmpwatch, rm, mv). The job is not
 * affected; the directory is created again for ranks that start later, and files that memwatch still has open are
 * restored at the end. */
#ifndef MW_LAUNCHER_RUN_REMAKE_H
#define MW_LAUNCHER_RUN_REMAKE_H

#include "collector/model/model.h"
#include "launcher/hosts/hub.h"
#include "launcher/rundir/rundir.h"
#include "launcher/sample/sampler.h"

#include <limits.h>
#include <stdint.h>

struct mw_remake {
    unsigned times;          /* how often it was created again */
    uint64_t noticed_ns;     /* when the first loss was noticed; 0: none */
    size_t restored;         /* journals put back */
    char moved_to[PATH_MAX]; /* where the directory was moved to; "" if it was not */
};

/* Checks that the directory and its token exist, and creates them again if not. Descriptor numbers stay the same.
 * Inexpensive. */
void mw_remake_look(struct mw_remake *remake, struct mw_rundir *dir, struct mw_sampler *sampler, struct mw_hub *hub);

/* Call after the end of the job: does the same, and restores files that are missing and still open. */
void mw_remake_restore(struct mw_remake *remake, struct mw_rundir *dir, struct mw_sampler *sampler, struct mw_hub *hub);

/* Adds a note to the report if anything was lost. */
void mw_remake_note(const struct mw_remake *remake, const struct mw_rundir *dir, struct mw_model *model);

#endif
