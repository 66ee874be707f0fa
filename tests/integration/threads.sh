# SPDX-License-Identifier: MIT
# MPI_THREAD_MULTIPLE: no count is lost, and collectives on helper threads do not cut the main thread's phases.
. "${srcdir:-.}/tests/lib.sh"

held() { # MPI THREADS
    run_mpi "$1" 2 "$(program "$1" threads)" --threads "$2" --calls 300
    status=$?
    [ "$status" != 77 ] || cannot "this MPI has no MPI_THREAD_MULTIPLE" || return
    [ "$status" = 0 ] || { echo "ended with $status"; cat out err; return 1; }
    awk -v ignore='MPI_Init|MPI_Init_thread|MPI_Finalize' -f "$top_srcdir/tests/integration/compare.awk" out dump || return 1
    # the main thread goes from Barrier to Barrier, independent of the others
    same "$(grep '^phase rank=0 ' dump | grep -c 'Allreduce')" 0
}

for mpi in $(mpis); do
    for threads in 1 4; do
        check "$threads helper threads, budget, $mpi" held "$mpi" $threads
        options=--exact
        check "$threads helper threads, every boundary measured, $mpi" held "$mpi" $threads
        options=
    done
done
done_testing
