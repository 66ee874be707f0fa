/* SPDX-License-Identifier: MIT */
/* What `memwatch doctor` looks at: a table, a row for each thing that a complete run needs or that is good to know. */
#ifndef MW_LAUNCHER_DOCTOR_CHECKS_H
#define MW_LAUNCHER_DOCTOR_CHECKS_H

#include "launcher/doctor/try.h"

#include <stddef.h>

enum mw_doctor_state {
    MW_DOCTOR_INFO, /* good to know */
    MW_DOCTOR_GOOD,
    MW_DOCTOR_BAD   /* a run would not be complete */
};

struct mw_doctor_check {
    const char *name;
    /* Writes what was found, one or more lines, and says how good that is. */
    enum mw_doctor_state (*look)(struct mw_doctor_text *found);
    const char *advice; /* what to do when it is bad */
};

extern const struct mw_doctor_check mw_doctor_checks[];
extern const size_t mw_doctor_check_count;

/* doctor/mpi.c */
enum mw_doctor_state mw_doctor_libraries(struct mw_doctor_text *found);
enum mw_doctor_state mw_doctor_launchers(struct mw_doctor_text *found);
enum mw_doctor_state mw_doctor_shim(struct mw_doctor_text *found);

/* doctor/deaths.c */
enum mw_doctor_state mw_doctor_deaths(struct mw_doctor_text *found);

/* doctor/limits.c */
enum mw_doctor_state mw_doctor_memory(struct mw_doctor_text *found);
enum mw_doctor_state mw_doctor_cgroup(struct mw_doctor_text *found);

/* doctor/kernel.c */
enum mw_doctor_state mw_doctor_reset(struct mw_doctor_text *found);
enum mw_doctor_state mw_doctor_precision(struct mw_doctor_text *found);
enum mw_doctor_state mw_doctor_floor(struct mw_doctor_text *found);
enum mw_doctor_state mw_doctor_others(struct mw_doctor_text *found);
enum mw_doctor_state mw_doctor_children(struct mw_doctor_text *found);

#endif
