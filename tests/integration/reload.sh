# SPDX-License-Identifier: MIT
# Libraries that are loaded and unloaded after each other at the same address: each call is assigned to its library.
. "${srcdir:-.}/tests/lib.sh"

source=$top_srcdir/tests/programs/reload
line=$(grep -n '/\* here \*/' "$source/library.c" | cut -d: -f1)
calls() { grep '^merged_site ' dump | grep "where=\"$1:$line\"" | field calls; }

libraries() { # flags...
    for name in first second; do
        cp "$source/library.c" "$name.c" &&
            "$cc" -g -O2 -shared -fPIC "$@" -o "./$name.so" "$name.c" || return 1
    done
}

for mpi in $(mpis); do
    case $mpi in openmpi) cc=$OPENMPI_CC ;; mpich) cc=$MPICH_CC ;; esac
    check "$mpi: builds" "$cc" -g -O2 -o reload "$source/main.c" -ldl
    for flags in -Wl,--build-id -Wl,--build-id=none; do
        check "$mpi: builds with $flags" libraries $flags
        run_mpi "$mpi" 2 ./reload ./first.so ./second.so ./first.so ./second.so ./second.so
        check "$mpi: $flags: the job ends well" same "$?" 0
        if [ "$(cat out)" = reused ]; then
            check "$mpi: $flags: the first library's calls, 2 ranks x 2 times x 10" same "$(calls first.c)" 40
            check "$mpi: $flags: the second one's, 2 x 3 x 10" same "$(calls second.c)" 60
        else
            skip "$mpi: $flags: each call is its own library's" "they were loaded at different addresses"
        fi
        check "$mpi: $flags: a library is one module, however often it is loaded" \
            same "$(grep -c '^site rank=0 .*call="MPI_Allreduce"' dump)" 2
    done
done
done_testing
