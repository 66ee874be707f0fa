# SPDX-License-Identifier: MIT
# The examples are MPI programs as a user would write them, so they're built with the MPI's own compilers.
examples_sources = examples/field.c examples/fft.c examples/transpose.c examples/mpi_distributed_compute.c
examples_headers = examples/field.h examples/fft.h examples/transpose.h

EXTRA_DIST += $(examples_sources) $(examples_headers) examples/fortran_heat.f90 examples/README.md

examples/mpi_distributed_compute: $(examples_sources) $(examples_headers) pmpi/memwatch.h
	@$(MKDIR_P) examples
	$(AM_V_GEN)cd $(srcdir) && $(MPI_CC) -std=gnu11 -g -O3 -Wall -Wextra -I. $(examples_sources) \
		-o $(abs_builddir)/$@ -ldl

# Programs of one file.
small_examples = examples/rank_table examples/replicated
EXTRA_DIST += examples/rank_table.c examples/replicated.c

$(small_examples): %: %.c pmpi/memwatch.h
	@$(MKDIR_P) examples
	$(AM_V_GEN)cd $(srcdir) && $(MPI_CC) -std=gnu11 -g -O2 -Wall -Wextra -I. $@.c -o $(abs_builddir)/$@ -ldl

if HAVE_MPI_CC
noinst_DATA += examples/mpi_distributed_compute $(small_examples)
CLEANFILES += examples/mpi_distributed_compute $(small_examples)
endif

if HAVE_MPI_FC
noinst_DATA += examples/fortran_heat
CLEANFILES += examples/fortran_heat

# In the Fortran of gfortran 8.
examples/fortran_heat: examples/fortran_heat.f90
	@$(MKDIR_P) examples
	$(AM_V_GEN)$(MPI_FC) -std=f2008 -g -O2 -Wall -Jexamples $(srcdir)/examples/fortran_heat.f90 -o $@
endif
