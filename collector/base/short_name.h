/* SPDX-License-Identifier: MIT */
/* Names of functions made shorter, so that they still tell functions apart: "LAMMPS_NS::Pair<double>::compute" becomes
 * "LAMMPS_NS::Pair::compute", "Pair::compute" beside others of that namespace, and "…::compute" where there is no room.
 * Names are cut between their parts; inside one only when it alone is too long, and then in its middle. */
#ifndef MW_COLLECTOR_BASE_SHORT_NAME_H
#define MW_COLLECTOR_BASE_SHORT_NAME_H

#include <stddef.h>

/* Copies a name of C, C++, Rust or Fortran without template arguments, parameters, ABI tags and anonymous namespaces; of
 * Rust's "<A as B>::f" it keeps "A::f". Never longer than the name; never empty unless the name is. */
void mw_short_name(char *out, size_t size, const char *name);

/* Bytes at the start of short names, of the namespaces that all names with a namespace share ("LAMMPS_NS::"). At least one
 * of them keeps two parts, class and function. 0: they share nothing, or fewer than two have a namespace. */
size_t mw_short_name_common(const char *const *names, size_t count);

/* Where a short name begins behind its first `length` bytes, if these are namespaces that it shares with `like`. */
const char *mw_short_name_behind(const char *name, const char *like, size_t length);

/* Copies a clean name into `out` (at least 16 bytes), cut to `width` columns: first its outer parts give way, then the middle
 * of its last one. */
void mw_short_name_fit(char *out, size_t size, const char *name, int width);

/* The same for what is between two names, "a::b Barrier → c::d Allreduce": each gets a half, or what the other leaves.
 * Without an arrow, or parts to leave out, the middle of the whole gives way. */
void mw_short_name_fit_pair(char *out, size_t size, const char *text, int width);

#endif
