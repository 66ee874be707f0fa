# SPDX-License-Identifier: MIT
# A journal is readable while it is written, and survives whatever is killed.
. "${srcdir:-.}/tests/lib.sh"

mpi=$(mpis | head -n 1)
mkdir runs
"$memwatch" run --keep --run-dir "$work/runs" -- "$(mpirun_of "$mpi")" -n 2 \
    "$top_builddir/examples/mpi_distributed_compute" --hold 400 >out 2>err &
pid=$!
both_run() { # in a named phase; the dump is in dump
    "$mwdump" "$work"/runs/* >dump 2>&1 && [ "$(grep -c '^rank .*stage=running' dump)" = 2 ] && grep -q '^phase .*kind=user' dump
}
check "both ranks are there while they run, with the phases they are in" until_true both_run
ranks=$(grep '^rank ' dump | field pid)
kill -STOP $ranks # on a busy machine, so that they are still there after the report
check "memwatch report on the live directory" sh -c "'$memwatch' report '$work'/runs/* | grep -q 'data distribution\|initialization'"

# memwatch itself is killed: the job continues, and its journals exist afterwards.
kill -9 $pid
wait $pid 2>/dev/null
check "both ranks are still there" kill -0 $ranks
kill -CONT $ranks
all_ended() { for rank in $ranks; do ended "$rank" || return; done; }
check "and end" until_true all_ended
check "memwatch killed: the job finishes with the right result" until_true grep -q 'verification OK' out
check "and can be reported" sh -c "'$memwatch' report '$work'/runs/* | grep -q 'communication'"
done_testing
