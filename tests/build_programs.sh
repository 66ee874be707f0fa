#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds tests/programs for each MPI that was found, into tests/programs/<mpi>/ of the build directory.
set -eu
. tests/environment.sh
source=$top_srcdir/tests/programs
flags="-std=gnu11 -g -O2 -Wall -Wextra -I$top_srcdir"

newer() { [ ! -e "$2" ] || [ -n "$(find "$source" "$top_srcdir/pmpi/memwatch.h" -newer "$2" -print -quit)" ]; }

build_all() { # mpi cc fc
    out=tests/programs/$1
    mkdir -p "$out"
    if ! newer "$source" "$out/.stamp"; then return 0; fi
    for file in "$source"/*.c; do
        name=$(basename "$file" .c)
        case $name in
            pmpi_tool | abort_returns) "$2" $flags -shared -fPIC -o "$out/$name.so" "$file" ;;
            own_clock) "$2" $flags -rdynamic -o "$out/$name" "$file" ;;
            *) "$2" $flags -pthread -o "$out/$name" "$file" -ldl -lm ;;
        esac
    done
    for file in "$source"/*.F "$source"/*.F90; do
        [ -e "$file" ] && [ -n "$3" ] || continue
        name=$(basename "$file")
        mkdir -p "$out/mod"
        "$3" -ffree-line-length-none -g -O2 -J"$out/mod" -o "$out/${name%.*}" "$file"
    done
    : >"$out/.stamp"
}

[ -z "$OPENMPI_CC" ] || build_all openmpi "$OPENMPI_CC" "$OPENMPI_FC"
[ -z "$MPICH_CC" ] || build_all mpich "$MPICH_CC" "$MPICH_FC"
