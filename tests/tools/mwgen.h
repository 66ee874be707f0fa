/* SPDX-License-Identifier: MIT */
/* What the parts of mwgen share. */
#ifndef MW_TESTS_TOOLS_MWGEN_H
#define MW_TESTS_TOOLS_MWGEN_H

#include "collector/journal/journal.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define KIB (1ull << 10)
#define MIB (1ull << 20)
#define MS 1000000ull
#define WORLD 0x5ca1e0000000ull
#define WALL_NS (1700000000ull * 1000 * MS) /* start of the job */
#define MODULES 3
#define SPIKING_CALL "MPI_Alltoallv" /* the call with the largest spike */

struct module {
    struct mw_module record;
    uint64_t text, length; /* the code: offset and length */
};

struct generator {
    int ranks, hosts;
    uint64_t seed;
    bool journals, whole, live;
    int dirfd, gathered;
    off_t written;
    struct module modules[MODULES];
    size_t module_count;
    int first_missing, dead, largest, spiking;
    uint64_t peak_sum, peak_largest, spike;
    struct mw_journal journal;
    char *packed;
    /* State of the current rank. */
    int rank;
    uint64_t origin, peak;
};

/* Ends the program, with errno, if `condition` is false. */
void must(bool condition, const char *what);

/* The same number for the same arguments, independent of earlier calls (splitmix64). */
uint64_t number(const struct generator *g, uint64_t a, uint64_t b, uint64_t below);

/* The same for the current rank. */
uint64_t mine(const struct generator *g, uint64_t what, uint64_t below);

int host_of(const struct generator *g, int rank);

/* When the job began on that host; hosts were booted at different times. */
uint64_t boot_ns(int host);

/* Modules of the job: those of this program, and one that does not exist. */
void mwgen_find_modules(struct generator *g);

/* Makes the journal of a rank. */
void mwgen_make_record(struct generator *g, int rank);

/* The samples of a host. The first host is the launcher's. */
void mwgen_write_view(struct generator *g, int host);

#endif
