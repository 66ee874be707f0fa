# SPDX-License-Identifier: MIT
# Jobs of several programs and worlds, ranks without the library, and ranks started by other programs.
. "${srcdir:-.}/tests/lib.sh"

limit=300 # seconds, with valgrind on a busy machine: a job that hangs is a failure, not a test that never ends
peak_of() { sed -n "s/^rank rank=$1 .* peak=\([0-9]*\) .*/\1/p" dump; }
ranks() { sed -n 's/^rank rank=\([0-9-]*\) .*/\1/p' dump | sort -n | tr '\n' ' '; }
none_missing() { ! grep 'left no record' err; }

run_job() { # arguments of mpirun...
    rm -rf "$work/runs"
    mkdir "$work/runs"
    timeout $limit "$memwatch" run --keep --run-dir "$work/runs" -- "$(mpirun_of "$mpi")" "$@" >out 2>err
    run_status=$?
    "$mwdump" "$work"/runs/* >dump 2>>err
    return $run_status
}

# In one of a hundred such jobs Hydra ends with 1, also without memwatch.
no_finalize() {
    for _ in 1 2 3; do
        timeout $limit "$(mpirun_of "$mpi")" -n 2 "$(program "$mpi" odd_init)" --no-finalize >plain.out 2>&1
        plain=$?
        run_job -n 2 "$(program "$mpi" odd_init)" --no-finalize
        [ "$run_status" != $plain ] || return 0
    done
    same "$run_status" $plain
}

for mpi in $(mpis); do
    busy=$(program "$mpi" busy)
    cp "$busy" "$work/a"
    cp "$busy" "$work/b"
    if mpmd_starts "$mpi"; then
        run_job -n 1 ./a --calls 9 : -n 3 ./b --calls 9
        check "$mpi: MPMD: the job ends well" same "$run_status" 0
        check "$mpi: MPMD: one world of four ranks" same "$(ranks)" "0 1 2 3 "
        check "$mpi: MPMD: the calls of both programs are counted" awk -v ignore='MPI_Init|MPI_Init_thread|MPI_Finalize' \
            -f "$top_srcdir/tests/integration/compare.awk" out dump
    else
        skip "$mpi: MPMD" "$no_mpmd"
    fi

    ranks_with 1 2
    run_job -n 3 ./some "$busy" --calls 9
    check "$mpi: rank 0 has no shim: the job ends" same "$run_status" 0
    check "$mpi: rank 0 has no shim: the others are reported" same "$(ranks)" "1 2 "
    check "$mpi: rank 0 has no shim: the report names it" grep -q 'left no record: rank 0' err
    ranks_with 2
    run_job -n 5 ./some "$busy" --calls 9
    check "$mpi: one rank of five has the shim: the job ends" same "$run_status" 0
    check "$mpi: one rank of five has the shim: the report names the others" grep -q 'ranks 0-1, 3-4' err
    run_job -n 2 env -u LD_PRELOAD "$busy" --calls 9
    check "$mpi: no rank has the shim: the report says so" grep -q -i 'no rank reported' err

    run_job -n 2 "$(program "$mpi" odd_init)" --mib 40
    check "$mpi: a late MPI_Init: the peak before it is known" near "$(peak_of 1)" $((44 << 20)) $((3 << 20))
    run_job -n 2 "$(program "$mpi" odd_init)" --never
    check "$mpi: no MPI_Init at all: the job's status" same "$run_status" 0
    check "$mpi: no MPI_Init at all: the processes are reported" grep -q -E '^  odd_init .*= 4[0-9]\.[0-9] MiB' err
    check "$mpi: no MPI_Finalize: the job's status" no_finalize
    check "$mpi: no MPI_Finalize: the report says so" grep -q 'without MPI_Finalize' err

    spawn=$(program "$mpi" spawn)
    if timeout $limit "$(mpirun_of "$mpi")" -n 2 "$spawn" --children 3 >plain.out 2>&1; then
        run_job -n 2 "$spawn" --children 3
        check "$mpi: MPI_Comm_spawn: the job ends well" same "$run_status" 0
        check "$mpi: MPI_Comm_spawn: the children are a separate world" \
            same "$(sed -n 's/^rank rank=\([0-9]*\) world=\([0-9]*\) .* size=\([0-9]*\) .*/\2:\1\/\3/p' dump | sort | tr '\n' ' ')" \
            "0:0/2 0:1/2 1:0/3 1:1/3 1:2/3 "
        check "$mpi: MPI_Comm_spawn: known as spawned" same "$(grep -c '^rank .* world=1 .*spawned=1' dump)" 3
        tr -s ' \n' ' ' <err >joined
        check "$mpi: MPI_Comm_spawn: the report says so" \
            grep -q 'world 2 (3 ranks) was started by MPI_Comm_spawn at [0-9.]* [mn]*s' joined
        check "$mpi: MPI_Comm_spawn: no rank is missing" none_missing
    else
        skip "$mpi: MPI_Comm_spawn" "it fails without memwatch as well: $(grep -m 1 -i 'error' plain.out | tr -d '#')"
    fi

    started_by() { # the programs between mpirun and a rank...
        if [ "$1" != sh ] && ! timeout $limit "$@" true >plain.out 2>&1; then
            skip "$mpi: ranks started through $1" "$(head -n 1 plain.out | tr -d '#')"
            return
        fi
        run_job -n 2 "$@" "$busy" --calls 9
        check "$mpi: ranks started through $1: the job ends well" same "$run_status" 0
        check "$mpi: ranks started through $1: both are reported" same "$(ranks)" "0 1 "
    }
    started_by sh -c 'true; exec "$0" "$@"'
    started_by numactl --localalloc
    started_by valgrind -q
    started_by gdb -q -batch -ex run --args
done
done_testing
