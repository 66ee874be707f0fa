/* SPDX-License-Identifier: MIT */
/* Somebody (systemd's RemoveIPC, tmpwatch, rm, mv) may take the run directory away under the job. The job does not mind; here
 * the directory is made again for ranks that start later, and what memwatch still has open is put back in the end. */
#ifndef MW_LAUNCHER_RUN_REMAKE_H
#define MW_LAUNCHER_RUN_REMAKE_H

#include "collector/model/model.h"
#include "launcher/hosts/hub.h"
#include "launcher/rundir/rundir.h"
#include "launcher/sample/sampler.h"

#include <limits.h>
#include <stdint.h>

struct mw_remake {
    unsigned times;           /* that it was made again */
    uint64_t noticed_ns;      /* when something was missing first; 0: nothing */
    size_t restored;          /* journals put back */
    char moved_to[PATH_MAX];  /* where somebody has moved one; "" nowhere */
};

/* Looks whether the directory and its token are there, and makes them again otherwise. Its descriptors keep their numbers.
 * Cheap. */
void mw_remake_look(struct mw_remake *remake, struct mw_rundir *dir, struct mw_sampler *sampler, struct mw_hub *hub);

/* When the job has ended: the same, and puts back what is missing and still open. */
void mw_remake_restore(struct mw_remake *remake, struct mw_rundir *dir, struct mw_sampler *sampler, struct mw_hub *hub);

/* Says in one line of the report what happened, if anything did. */
void mw_remake_note(const struct mw_remake *remake, const struct mw_rundir *dir, struct mw_model *model);

#endif
