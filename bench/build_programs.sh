#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the benchmark's MPI programs for each MPI that was found, into bench/programs/<mpi>/ of the build directory.
set -eu
. tests/environment.sh
flags="-std=gnu11 -D_GNU_SOURCE -g -O2 -Wall -Wextra -I$top_srcdir -pthread"

build_all() { # mpi cc
    out=bench/programs/$1
    mkdir -p "$out"
    for file in "$top_srcdir"/bench/programs/*.c; do
        # shellcheck disable=SC2086
        "$2" $flags -o "$out/$(basename "$file" .c)" "$file" -ldl
    done
    # the section `program` uses the example
    # shellcheck disable=SC2086
    (cd "$top_srcdir" && "$2" $flags -o "$top_builddir/$out/mpi_distributed_compute" examples/field.c examples/fft.c \
        examples/transpose.c examples/mpi_distributed_compute.c -ldl -lm)
}

[ -z "$OPENMPI_CC" ] || build_all openmpi "$OPENMPI_CC"
[ -z "$MPICH_CC" ] || build_all mpich "$MPICH_CC"
