/* SPDX-License-Identifier: MIT */
/* Names of functions as their language writes them, from the symbol table's mangled ones (C++, Rust).
 *
 * The C++ runtime knows how; it is loaded when the first such name comes up, and where it isn't there names stay
 * mangled. So the command neither needs it nor pays for it while it samples.
 */
#ifndef MW_COLLECTOR_DEMANGLE_H
#define MW_COLLECTOR_DEMANGLE_H

/* "mesh::Field::sum" of "_ZN4mesh5Field3sumEi": without parameters, and without Rust's hash. Free it. NULL: the name
 * is not mangled, or nobody can read it. */
char *mw_demangle(const char *name);

/* Cuts what follows a demangled name proper: its parameters, "const", "[clone ...]", Rust's hash. In place. */
void mw_demangle_shorten(char *name);

#endif
