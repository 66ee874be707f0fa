/* SPDX-License-Identifier: MIT */
/* Demangles symbol names of C++, Rust and Fortran modules.
 *
 * The C++ runtime demangles C++ names and Rust's older ones. It is loaded at the first such name; if it is missing these
 * names stay mangled. So the command does not depend on it and does not load it while sampling.
 */
#ifndef MW_COLLECTOR_SYMBOLS_DEMANGLE_H
#define MW_COLLECTOR_SYMBOLS_DEMANGLE_H

/* "mesh::Field::sum" for "_ZN4mesh5Field3sumEi": without return type, parameters, and Rust's hash; "solve" for
 * "solve.isra.0". The caller frees it. NULL: the name is not mangled, or cannot be demangled. */
char *mw_demangle(const char *name);

/* Removes the return type, parameters, "const", "[clone ...]" and Rust's hash from a demangled name, in place. */
void mw_demangle_shorten(char *name);

#endif
