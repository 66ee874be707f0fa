# SPDX-License-Identifier: MIT
# Without a launcher: LD_PRELOAD alone. Rank 0 prints the report, or MEMWATCH_OUTPUT says where it goes, and nothing is
# left behind.
private=/dev/shm
. "${srcdir:-.}/tests/lib.sh"

none() { [ -z "$1" ] || { echo "$1"; return 1; }; }

# standalone MPI RANKS PROGRAM...: stdout in out, stderr in err.
standalone() {
    mpi=$1 ranks=$2
    shift 2
    "$(mpirun_of "$mpi")" -n "$ranks" env LD_PRELOAD="$shim" "$@" >out 2>err
}

for mpi in $(mpis); do
    standalone "$mpi" 4 "$(program "$mpi" spikes)" --mib 32 --rank 2 --calls 6 --at 4
    check "$mpi: the job ends well" [ $? = 0 ]
    check "$mpi: the report names the collective and its line" grep -q 'MPI_Allreduce.*spikes\.c:[0-9]' err
    check "$mpi: one report, from rank 0" same "$(grep -c '^ *Ranks' err)" 1
    check "$mpi: stdout is only the program's" none "$(grep -v -E '^(SPIKE|EXPECT)' out)"
    check "$mpi: nothing is left behind" nothing_left

    MEMWATCH_OUTPUT="$work/report-%r-%p-%%.txt" standalone "$mpi" 2 "$(program "$mpi" busy)" --calls 50
    file=$(find "$work" -name 'report-0-*-%.txt')
    check "$mpi: MEMWATCH_OUTPUT with %r, %p and %%" grep -q 'MPI_Allreduce' "$file"
    check "$mpi: then stderr has no report" none "$(grep 'MPI_Allreduce' err)"
    rm -f "$work"/report-*

    MEMWATCH_COMMAND=/bin/false standalone "$mpi" 2 "$(program "$mpi" busy)" --calls 5
    check "$mpi: a reporter that fails does not affect the job" [ $? = 0 ]
    kept=$(sed -n 's/.*read it with: memwatch report //p' err)
    check "$mpi: the record is kept, and its location is printed" sh -c "'$memwatch' report '$kept' 2>&1 | grep -q MPI_Allreduce"
    rm -rf "$(dirname "$kept")"

    MEMWATCH_OVERHEAD=lots MEMWATCH_EXACT=yes MEMWATCH_SITE_DEPTH=2 standalone "$mpi" 3 "$(program "$mpi" busy)" --calls 5
    check "$mpi: an invalid setting does not affect the job" [ $? = 0 ]
    check "$mpi: it is named once, with its value" same "$(grep -c 'MEMWATCH_OVERHEAD=lots is not.*: using 10000$' err)" 1
    check "$mpi: so is another, and a good one is not" same "$(grep -c '^memwatch: MEMWATCH_[A-Z_]*=' err)" 2

    for bad in MEMWATCH_EXACT=yes MEMWATCH_RUN_DIR=/nonexistent; do
        env $bad MEMWATCH_COMMAND=/bin/true "$(mpirun_of "$mpi")" -n 1 env LD_PRELOAD="$shim" "$(program "$mpi" closed_stderr)" >out 2>&1
        check "$mpi: $bad: a message to a stderr without a reader ends no rank" same "$?" 0
    done

    ranks_with 0
    "$(mpirun_of "$mpi")" -n 3 env LD_PRELOAD="$shim" ./some "$(program "$mpi" busy)" --calls 5 >out 2>err
    check "$mpi: ranks without the shim: the job does not hang" [ $? = 0 ]
    check "$mpi: the rank with the shim prints what is missing" grep -q 'not all ranks are recorded' err
    # the record stays, and can be read
    [ -n "$private_cannot" ] || rm -rf /dev/shm/memwatch-*
done
done_testing
