/* SPDX-License-Identifier: MIT */
/* The names of the Python methods in an extension module (mpi4py, h5py, ...), also when it was stripped: its method
 * tables pair each name with its function, and the loader's relocations show where they are.
 */
#ifndef MW_COLLECTOR_SYMBOLS_PYMETHODS_H
#define MW_COLLECTOR_SYMBOLS_PYMETHODS_H

#include <elfutils/libdwfl.h>
#include <stdbool.h>

#define MW_PYMETHODS_NAME 200 /* bytes, with the NUL */

/* "mpi4py.MPI" of ".../dist-packages/mpi4py/MPI.cpython-311-x86_64-linux-gnu.so". false: the path
 * is not that of an extension module. */
bool mw_pymethods_module(const char *path, char name[MW_PYMETHODS_NAME]);

/* The method whose function is around an address. Lives as long as the module. NULL unknown. */
const char *mw_pymethods_find(Dwfl_Module *module, Dwarf_Addr address);

#endif
