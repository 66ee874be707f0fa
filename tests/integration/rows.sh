# SPDX-License-Identifier: MIT
# Every row of the table, in every form that the MPI has: counted once, at its line, with its bytes.
. "${srcdir:-.}/tests/lib.sh"

ignore='MPI_Init|MPI_Init_thread|MPI_Finalize'
frame='MPI_Barrier|MPI_Win_create|MPI_Win_create_dynamic|MPI_Win_free|MPI_File_open|MPI_File_close'

# held PROGRAM MPI RANKS: runs it and holds its EXPECT lines against the record.
held() {
    options='--exact' run_mpi "$2" "$3" "$(program "$2" "$1")"
    status=$?
    [ "$status" != 77 ] || cannot "this MPI has none of these calls" || return
    [ "$status" = 0 ] || { echo "ended with $status"; cat out err; return 1; }
    awk -v ignore="$ignore${more:+|$more}" -f "$top_srcdir/tests/integration/compare.awk" out dump
}

for mpi in $(mpis); do
    for ranks in 2 3 4; do
        for name in rows_blocking rows_nonblocking rows_persistent rows_large; do
            check "$name, $mpi, $ranks ranks" held "$name" "$mpi" "$ranks"
        done
    done
    for ranks in 2 3; do
        more=$frame # collectives of these programs that other programs hold
        check "messages, $mpi, $ranks ranks" held rows_messages "$mpi" "$ranks"
        check "one-sided communication and files, $mpi, $ranks ranks" held rows_windows "$mpi" "$ranks"
        more=
    done
    check "more than 4 GiB, $mpi" held bytes64 "$mpi" 2
    check "communicators, windows and files, $mpi" held constructors "$mpi" 4
    check "MPI_Pcontrol with and without a name, $mpi" held busy "$mpi" 2
done
done_testing
