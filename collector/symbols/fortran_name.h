/* SPDX-License-Identifier: MIT */
/* Names of Fortran's module procedures, from the symbol table's: each compiler writes them in its way. */
#ifndef MW_COLLECTOR_SYMBOLS_FORTRAN_NAME_H
#define MW_COLLECTOR_SYMBOLS_FORTRAN_NAME_H

/* "mesh::total" of gfortran's "__mesh_MOD_total", Intel's "mesh_mp_total_" and flang's "_QMmeshPtotal". Free it. NULL: it is
 * not such a name. What is in no module has a name that C could have, and stays as it is. */
char *mw_fortran_name(const char *name);

#endif
