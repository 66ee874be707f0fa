# SPDX-License-Identifier: MIT
# Jobs that end unusually, have ranks without the shim, or call MPI at unusual times: unaffected, and always reported.
. "${srcdir:-.}/tests/lib.sh"

stage_told() { grep -q 'MPI_Finalize\|MPI_Abort' err; }

for mpi in $(mpis); do
    run_mpi "$mpi" 2 "$(program "$mpi" late_calls)"
    check "$mpi: MPI calls from callbacks inside MPI_Finalize" [ $? = 0 ]

    for how in abort segv kill exit; do
        "$(mpirun_of "$mpi")" -n 3 "$(program "$mpi" die)" --how $how --rank 1 >plain.out 2>&1
        plain=$?
        run_mpi "$mpi" 3 "$(program "$mpi" die)" --how $how --rank 1
        status=$?
        # Hydra reports the status of whichever rank's end it notices first: 3, or 9 of a rank that it killed
        case $mpi-$how-$status in mpich-exit-3 | mpich-exit-9) plain=$status ;; esac
        check "$mpi: $how: the command's exit status" same $status $plain
        check "$mpi: $how: three ranks are in the report" same "$(grep -c '^rank ' dump)" 3
        check "$mpi: $how: the report says who did not finish" grep -q 'rank 1' err
    done

    ranks_with 0
    options='' run_mpi "$mpi" 3 ./some "$(program "$mpi" busy)" --calls 9
    check "$mpi: a job of which two ranks have no shim does not hang" [ "$run_status" = 0 ]
    check "$mpi: and the report names the missing ranks" grep -q -E 'rank.*(1.*2|1-2)' err

    LD_PRELOAD="$(program "$mpi" pmpi_tool.so)" "$memwatch" run --keep --run-dir "$work" -- "$(mpirun_of "$mpi")" -n 2 \
        "$(program "$mpi" busy)" --calls 40 >out 2>err
    check "$mpi: with another PMPI tool preloaded: the job ends well" [ $? = 0 ]
    "$mwdump" "$work"/memwatch-* >dump
    check "$mpi: memwatch sees every call once" awk -v ignore='MPI_Init|MPI_Init_thread|MPI_Finalize' \
        -f "$top_srcdir/tests/integration/compare.awk" out dump
    check "$mpi: the other tool as well" grep -q 'TOOL allreduce=40' err
    rm -rf "$work"/memwatch-*

    # The launcher itself fails with a message: memwatch makes no guesses.
    "$memwatch" run -- "$(mpirun_of "$mpi")" -n 2 --nonsense true >out 2>err
    check "$mpi: the launcher fails: it is reported" grep -q ' exited with [0-9]* before it started a rank; its message' err
    check "$mpi: the launcher fails: no guesses" same "$(grep -c 'Why that may be' err)" 0
    "$memwatch" run -- "$(mpirun_of "$mpi")" -n 2 sh -c "sleep 0.4; exit 1" >out 2>err
    check "$mpi: the program fails: that message is not printed" same "$(grep -c 'before it started a rank' err)" 0
done

"$memwatch" run -- sh -c 'echo out; echo err >&2' >out 2>err
check "no MPI at all: the report says so" grep -q -i 'no rank reported' err
check "no MPI at all: stdout is unchanged" same "$(cat out)" out
done_testing
