# SPDX-License-Identifier: MIT
# What programs do to a library in their process: none of it may harm them, hang them, or falsify the numbers.
. "${srcdir:-.}/tests/lib.sh"

mib=1048576


# Whether the trick works without memwatch (not bsend with MPICH 4.2.1, whose MPI_Finalize hangs).
plain_works() {
    timeout 100 "$(mpirun_of "$mpi")" -n "$ranks" "$(program "$mpi" tricks)" "$trick" >plain.out 2>&1
    plain=$?
    [ $plain = "$expected" ] || cannot "it ends with $plain without memwatch as well, not $expected"
}

# runs_trick MPI RANKS TRICK STATUS: ends as without memwatch, in time.
runs_trick() {
    mpi=$1 ranks=$2 trick=$3 expected=$4
    rm -rf "$work/runs"
    mkdir "$work/runs"
    timeout 100 "$memwatch" run --exact --keep --run-dir "$work/runs" -- "$(mpirun_of "$mpi")" -n "$ranks" \
        "$(program "$mpi" tricks)" "$trick" >out 2>err
    status=$?
    "$mwdump" "$work"/runs/* >dump 2>>err
    [ "$status" = "$expected" ] || plain_works || return
    same $status "$expected" || { cat out err | head -n 30; return 1; }
    if grep 'hurt' err; then return 1; fi
}

# Measuring uses the initial credit of 20 ms of a run, and counting takes no time by that clock.
counting_is_free() {
    options='--overhead=0' run_mpi "$1" 1 "$(program "$1" own_clock)" 100000
    rank=$(grep '^rank rank=0 ' dump)
    [ "$(echo "$rank" | field coarse_calls)" -gt 80000 ] && [ "$(echo "$rank" | field measure_ns)" -lt 25000000 ]
}

# The peak of the phase between the Barrier and the Allgather.
peak_between() {
    grep '^phase rank=0 ' dump | grep -E 'name="MPI_Barrier tricks.c:[0-9]+ → MPI_Allgather' |
        grep 'peak_kind=exact' | field peak
}

for mpi in $(mpis); do
    check "$mpi: longjmp out of a collective" runs_trick "$mpi" 1 longjmp 0
    check "$mpi: a rank in MPI_Finalize still serves the others" runs_trick "$mpi" 2 bsend 0
    check "$mpi: exit() from a signal handler" runs_trick "$mpi" 1 exit-signal 3
    check "$mpi: cancelled threads" runs_trick "$mpi" 1 cancel 0
    check "$mpi: the program takes over the library's descriptors" runs_trick "$mpi" 1 descriptors 0
    check "$mpi: the program takes over low descriptors" runs_trick "$mpi" 1 low-descriptors 0
    check "$mpi: a child without atfork handlers" runs_trick "$mpi" 1 raw-fork 0
    check "$mpi: it is not the rank" [ "$(grep '^rank rank=0 ' dump | field peak)" -lt $((150 * mib)) ]
    check "$mpi: no communicator is left" runs_trick "$mpi" 2 contexts 0
    check "$mpi: the cost of counting does not include reading the clock" counting_is_free "$mpi"
    check "$mpi: a hundred collectives in flight" runs_trick "$mpi" 2 many-requests 0
    check "$mpi: a peak in that time is complete" [ "$(peak_between)" -gt $((100 * mib)) ]
done
done_testing
