#!/bin/sh
# SPDX-License-Identifier: MIT
# memwatch started inside mpirun, as valgrind is: one line shows how to get one report, and the job is unchanged.
. "${srcdir:-.}/tests/lib.sh"

[ -n "$(mpis)" ] || skip_all 'no MPI library'

count() { grep -c -E "$1" err; }

for mpi in $(mpis); do
    run=$(mpirun_of "$mpi") app=$(program "$mpi" busy)
    "$run" -n 3 "$app" --calls 5 >plain 2>err
    "$run" -n 3 "$memwatch" run -- "$app" --calls 5 >out 2>err
    check "$mpi: the status is the job's" same "$?" 0
    check "$mpi: the output is the job's" same "$(grep -v ^TIME out | sort)" "$(grep -v ^TIME plain | sort)"
    check "$mpi: the message is printed once" same "$(count 'it records only that rank')" 1
    check "$mpi: with the command that shows all ranks" \
        grep -q -F "before mpirun: memwatch run -- mpirun -n 3 $app --calls 5" err
    check "$mpi: one report" same "$(count '^Ranks ')" 1
    check "$mpi: and one line for each other rank" same "$(count '^memwatch: rank [12]: peak = [0-9.]+ MiB ')" 2
    check "$mpi: the others are not reported as lost" same "$(count 'left no record')" 0
    check "$mpi: rank 0's report states its scope" same "$(tr -s ' \n' ' ' <err | grep -c 'started inside the job, as rank 0 of 3,')" 1

    # shellcheck disable=SC2016
    "$run" -n 2 sh -c '"$0" run --quiet -o rec.$PPID.$$ --report rep.$PPID.$$ -- "$1"; exit $?' "$memwatch" "$app" >out 2>err
    check "$mpi: --quiet prints nothing" same "$(count memwatch)" 0
    check "$mpi: a requested report is written by each rank" same "$(grep -l '^Ranks ' rep.* | wc -l)" 2
    check "$mpi: records contain the rank" same \
        "$(python3 -c 'import json, sys; print(sorted(json.load(open(f))["job"]["inside_rank"] for f in sys.argv[1:]))' rec.*)" '[0, 1]'
    rm -f rec.* rep.*

    "$run" -n 1 "$memwatch" run -- "$app" --calls 5 >out 2>err
    check "$mpi: no message for a job of one rank" same "$(count 'records only that rank|inside the job')" 0
    "$memwatch" run -- "$run" -n 2 "$app" --calls 5 >out 2>err
    check "$mpi: no message for the right order" same "$(count 'records only that rank|inside the job')" 0

    # A rank that fails: the status is what it is without memwatch.
    "$run" -n 2 "$memwatch" run -- sh -c 'exit 7' >out 2>err
    check "$mpi: a status of 7 is kept" same "$?" 7
done

done_testing
