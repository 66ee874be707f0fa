# SPDX-License-Identifier: MIT
# A journal is readable while it is written, and outlives everything that may be killed.
. "${srcdir:-.}/tests/lib.sh"

mpi=$(mpis | head -n 1)
mkdir runs
setsid "$memwatch" run --keep --run-dir "$work/runs" -- "$(mpirun_of "$mpi")" -n 2 \
    "$top_builddir/examples/mpi_distributed_compute" --hold 400 >out 2>err &
n=0
until ls runs/*/journal-* >/dev/null 2>&1 || [ $n = 100 ]; do sleep 0.1; n=$((n + 1)); done
sleep 1.5
"$mwdump" runs/* >dump
check "both ranks are there while they run" same "$(grep -c '^rank .*stage=running' dump)" 2
check "with the phases they are in" grep -q '^phase .*kind=user' dump
check "memwatch report on the live directory" sh -c "'$memwatch' report '$work'/runs/* | grep -q 'data distribution\|initialization'"

# memwatch itself is killed: the job goes on, and its journals are there afterwards.
pid=$(pgrep -f -n "memwatch run --keep --run-dir $work/runs")
kill -9 "$pid"
n=0
while pgrep -f 'mpi_distributed_compute --hold 400' >/dev/null && [ $n -lt 300 ]; do sleep 0.1; n=$((n + 1)); done
check "memwatch killed: the job finishes and is right" grep -q 'verification OK' out
check "and can be reported" sh -c "'$memwatch' report '$work'/runs/* | grep -q 'communication'"
done_testing
