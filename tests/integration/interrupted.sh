# SPDX-License-Identifier: MIT
# Signal handlers, jumps and cancellation while the library works: the job ends as without memwatch, and
# what could not be recorded is counted.
. "${srcdir:-.}/tests/lib.sh"

# ends MPI MODE...: as expected, in time.
ends() {
    mpi=$1
    shift
    rm -rf "$work/runs"
    mkdir "$work/runs"
    timeout 40 "$memwatch" run --keep --run-dir "$work/runs" --report report --force -- "$(mpirun_of "$mpi")" -n 1 \
        "$(program "$mpi" interrupted)" "$@" >out 2>err
    status=$?
    "$mwdump" "$work"/runs/* >dump 2>>err
    same $status 7 || { cat out err | head -n 30; return 1; }
}

unrecorded() { grep '^rank rank=0 ' dump | field unrecorded_calls; }
calls_of() { grep '^merged_site ' dump | grep "call=\"$1\" " | field calls | awk '{ sum += $1 } END { print sum + 0 }'; }
says_so() { grep -q 'not recorded: made in signal handlers' report || { cat report; return 1; }; }
has_all() { # of a call, as many as the program made
    same "$(calls_of "$1")" "$(sed -n 's/^made //p' out)" && same "$(unrecorded)" "${2-$(unrecorded)}"
}

for mpi in $(mpis); do
    for stack in 0 1 2; do
        check "$mpi: handlers make calls, stack $stack" ends "$mpi" calls $stack
        check "$mpi: calls are missing" [ "$(unrecorded)" -gt 0 ]
        check "$mpi: the report mentions it" says_so
        check "$mpi: handlers begin phases, stack $stack" ends "$mpi" phases $stack
        check "$mpi: every call is there" has_all MPI_Barrier
        check "$mpi: handlers jump, stack $stack" ends "$mpi" jumps $stack
    done
    check "$mpi: error handlers jump" ends "$mpi" errors
    check "$mpi: every call is there, and none is unrecorded" has_all MPI_Barrier 0
done
# MPICH's locks do not survive this
if [ -n "$OPENMPI_CC" ] && [ -n "$OPENMPI_RUN" ]; then
    check "openmpi: threads are cancelled asynchronously" ends openmpi cancel
    check "openmpi: the threads return PTHREAD_CANCELED" grep -q '^cancelled 200$' out
else
    skip "threads are cancelled asynchronously" "needs Open MPI"
fi
done_testing
