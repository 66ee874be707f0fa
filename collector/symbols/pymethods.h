/* SPDX-License-Identifier: MIT */
/* Names of the Python methods in an extension module (mpi4py, h5py, ...), even if it is stripped: its method tables have
 * each name with its function, and the relocations show where these tables are.
 */
#ifndef MW_COLLECTOR_SYMBOLS_PYMETHODS_H
#define MW_COLLECTOR_SYMBOLS_PYMETHODS_H

#include <elfutils/libdwfl.h>
#include <stdbool.h>

#define MW_PYMETHODS_NAME 200 /* bytes, with the NUL */

/* "mpi4py.MPI" for ".../dist-packages/mpi4py/MPI.cpython-311-x86_64-linux-gnu.so". Returns false if the path is not that of
 * an extension module. */
bool mw_pymethods_module(const char *path, char name[MW_PYMETHODS_NAME]);

/* The method whose function contains an address. Valid as long as the module. NULL if unknown. */
const char *mw_pymethods_find(Dwfl_Module *module, Dwarf_Addr address);

#endif
