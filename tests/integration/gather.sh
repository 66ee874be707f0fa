# SPDX-License-Identifier: MIT
# The gather brings every rank's complete record to rank 0, in any number of rounds.
. "${srcdir:-.}/tests/lib.sh"

# What both copies of a record must agree on.
facts() {
    "$mwdump" "$1" | grep -E '^(rank|site|phase) ' | grep -v -E '^(site|phase) .*(MPI_Finalize|kind=end)' |
        sed -n 's/^site rank=\([0-9]*\) .* where="\([^"]*\)".* call="\([^"]*\)".* calls=\([0-9]*\) .* sent=\([0-9]*\) .*/\1 \3 \2 \4 \5/p; s/^\(rank rank=[0-9]*\).* \(size=[0-9]*\) pid=\([0-9]*\) .*/\1 \2 \3/p' | sort
}

none() { [ -z "$1" ] || { echo "$1"; return 1; }; }

for mpi in $(mpis); do
    for library in "$shim" "$top_builddir/tests/.libs/libsmallrounds.so"; do
        for ranks in 1 2 8; do
            name="$mpi, $(basename "$library" .so), $ranks ranks"
            MEMWATCH_GATHER=1 MEMWATCH_SHIM=$library run_mpi "$mpi" $ranks "$(program "$mpi" busy)" --calls 30
            check "$name: the job ends well" [ $run_status = 0 ]
            check "$name: one gathered record" [ "$(ls "$rundir"/gathered-* | wc -l)" = 1 ]
            facts "$rundir" >from_journals
            facts "$rundir"/gathered-* >from_gathered
            check "$name: it holds every rank" same "$(grep -c '^rank' from_gathered)" $ranks
            check "$name: with the contents of their journals" diff from_journals from_gathered
        done
    done
    run_mpi "$mpi" 2 "$(program "$mpi" busy)" --calls 30
    check "$mpi: where the launcher reads the journals nothing is gathered" none "$(ls "$rundir" | grep ^gathered-)"
done
done_testing
