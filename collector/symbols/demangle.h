/* SPDX-License-Identifier: MIT */
/* Names of functions as their language writes them, from the symbol table's mangled ones (C++, Rust, Fortran's modules).
 *
 * The C++ runtime knows C++ names and Rust's older ones; it is loaded when the first such name comes up, and where it isn't
 * there these names stay mangled. So the command neither needs it nor pays for it while it samples.
 */
#ifndef MW_COLLECTOR_SYMBOLS_DEMANGLE_H
#define MW_COLLECTOR_SYMBOLS_DEMANGLE_H

/* "mesh::Field::sum" of "_ZN4mesh5Field3sumEi": without a type of return, parameters, and Rust's hash; "solve" of the part
 * "solve.isra.0" of it. Free it. NULL: the name is not mangled, or nobody can read it. */
char *mw_demangle(const char *name);

/* Cuts what is around a demangled name proper: its type of return, parameters, "const", "[clone ...]", Rust's hash. In
 * place. */
void mw_demangle_shorten(char *name);

#endif
