/* SPDX-License-Identifier: MIT */
/* The checks of `memwatch doctor`: a table with a row for each. */
#ifndef MW_LAUNCHER_DOCTOR_CHECKS_H
#define MW_LAUNCHER_DOCTOR_CHECKS_H

#include "launcher/doctor/try.h"

#include <stddef.h>

enum mw_doctor_state {
    MW_DOCTOR_INFO, /* informational */
    MW_DOCTOR_GOOD,
    MW_DOCTOR_BAD /* a run would be incomplete */
};

struct mw_doctor_check {
    const char *name;
    /* Writes the result, one or more lines, and returns its level. */
    enum mw_doctor_state (*look)(struct mw_doctor_text *found);
    const char *advice; /* how to fix it, printed with MW_DOCTOR_BAD */
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
