/* SPDX-License-Identifier: MIT */
/* Shortens names of functions so that they stay distinct: "LAMMPS_NS::Pair<double>::compute" becomes
 * "LAMMPS_NS::Pair::compute", "Pair::compute" next to others of that namespace, and "…::compute" if space is short. Names
 * are cut between their parts; a part is cut, in its middle, only if it is too long by itself. */
#ifndef MW_COLLECTOR_BASE_SHORT_NAME_H
#define MW_COLLECTOR_BASE_SHORT_NAME_H

#include <stddef.h>

/* Copies a name of C, C++, Rust or Fortran without template arguments, parameters, ABI tags and anonymous namespaces; Rust's
 * "<A as B>::f" becomes "A::f". Never longer than the name; never empty unless the name is. */
void mw_short_name(char *out, size_t size, const char *name);

/* Length in bytes of the prefix of namespaces that all names with a namespace share ("LAMMPS_NS::"). At least one name keeps
 * two parts, class and function, after it. 0 if they share nothing, or fewer than two have a namespace. */
size_t mw_short_name_common(const char *const *names, size_t count);

/* A short name without its first `length` bytes, if these are namespaces that it shares with `like`. */
const char *mw_short_name_behind(const char *name, const char *like, size_t length);

/* Copies a clean name into `out` (at least 16 bytes), cut to `width` columns: first the outer parts are dropped, then the
 * middle of the last part. */
void mw_short_name_fit(char *out, size_t size, const char *name, int width);

/* The same for a pair, "a::b Barrier → c::d Allreduce": each side gets half of the width, or what the other leaves. Without
 * an arrow or parts to drop, the middle of the text is cut. */
void mw_short_name_fit_pair(char *out, size_t size, const char *text, int width);

#endif
