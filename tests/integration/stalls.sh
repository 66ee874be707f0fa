# SPDX-License-Identifier: MIT
# A memwatch that has to wait in the middle of its samples, as on a busy host: a process is read long after the time of the
# sample, and much may have happened in between. What was read belongs to the rank all the same, but is not added up.
. "${srcdir:-.}/tests/lib.sh"

stalls=$top_builddir/tests/tools/.libs/stalls.so
job() { # seed how
    rm -rf runs
    mkdir runs
    LD_PRELOAD=$stalls STALLS_SEED=$1 "$memwatch" run --keep --run-dir "$work/runs" -- "$(mpirun_of "$mpi")" -n 4 \
        "$(program "$mpi" grow_and_die)" --how "$2" --mib 48 >out 2>err
    "$mwdump" "$work"/runs/* >dump
    gap=$(field job_gap_max_ns <dump)
    [ "$gap" -le $longest ] || longest=$gap
}
# Each of the four is one rank and one process, and nothing else is listed as having ended irregularly.
joined() {
    same "$(grep '^process role=rank ' dump | field rank | sort | tr '\n' ' ')" '0 1 2 3 ' && same "$(grep -c '^death ' dump)" "$1" ||
        { grep -E '^(process|death) ' dump; return 1; }
}
for mpi in $(mpis); do
    longest=0
    for seed in 1 2 3; do
        job $seed bus
        check "$mpi: a rank dies, seed $seed: it is named" grep -q 'rank 1 died first, at .*: killed by SIGBUS' err
        check "$mpi: a rank dies, seed $seed: each process is its rank" joined 4
    done
    job 5 none
    check "$mpi: none dies: each process is its rank" joined 0
    check "$mpi: samples were late" [ $longest -gt 150000000 ]
done
STALLS_ONE_IN=20 STALLS_MS=200 job 6 none
check "what was read in more than 50 ms is in no sum" grep -q 'samples took longer than 50 ms' err
check "but is what the processes had" joined 0
done_testing
