/* SPDX-License-Identifier: MIT */
/* Demangles names of Fortran module procedures; each compiler mangles them differently. */
#ifndef MW_COLLECTOR_SYMBOLS_FORTRAN_NAME_H
#define MW_COLLECTOR_SYMBOLS_FORTRAN_NAME_H

/* "mesh::total" for gfortran's "__mesh_MOD_total", Intel's "mesh_mp_total_" and flang's "_QMmeshPtotal". The caller frees
 * it. NULL: it is not such a name. Procedures outside of modules have names like C functions and stay unchanged. */
char *mw_fortran_name(const char *name);

#endif
