# SPDX-License-Identifier: MIT
# The same shim from Fortran: each collective counted exactly once, at the line of the Fortran program.
. "${srcdir:-.}/tests/lib.sh"

ignore='MPI_Init|MPI_Init_thread|MPI_Finalize'

held() {
    options='--exact' run_mpi "$2" "$3" "$(program "$2" "$1")" || { cat out err; return 1; }
    awk -v ignore="$ignore" -f "$top_srcdir/tests/integration/compare.awk" out dump
}

for mpi in $(mpis); do
    for name in count_mpifh count_usempi count_f08; do
        if [ -x "$(program "$mpi" "$name")" ]; then
            check "$name, $mpi" held "$name" "$mpi" 3
        else
            skip "$name, $mpi" "no Fortran compiler for $mpi was found"
        fi
    done
done
done_testing
