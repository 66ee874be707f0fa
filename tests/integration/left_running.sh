#!/bin/sh
# SPDX-License-Identifier: MIT
# Helpers that outlive the job: they are named, with their memory, and neither waited for nor ended.
. "${srcdir:-.}/tests/lib.sh"

[ -n "$(mpis)" ] || skip_all 'no MPI library'

# run MPI HOW RANK COUNT MIB: the report in rep, the record in rec, the table in table.csv
run() {
    rm -f "$work/stop"
    timeout 120 "$memwatch" run --force --report rep -o rec --csv table.csv -- "$(mpirun_of "$1")" -n 2 "$(program "$1" leaves)" \
        "$2" "$3" "$4" "$5" "$work/stop" >out 2>err
}

value() { # of the record
    python3 -c 'import json, sys; d = json.load(open("rec")); print(eval(sys.argv[1]))' "$1"
}

left='[p for p in d["processes"] if p["left_running"]]'
one_line() { tr '\n' ' ' <rep | sed 's/  */ /g'; }
named() { one_line | grep -E "still running after the job$1"; }
live() { for pid in $(value "' '.join(str(p['pid']) for p in $left)"); do kill -0 "$pid" || return 1; done; }
gone() { ! live 2>/dev/null; }

for mpi in $(mpis); do
    run "$mpi" setsid 1 1 21
    check "$mpi: the status is the job's" same "$?" 0
    check "$mpi: one helper is named with its rank and its memory" named ': leaves of rank 1 \(pid [0-9]+, 2[0-9]\.[0-9] MiB\); memwatch stopped watching [0-9.]+ m?s after the command had ended'
    check "$mpi: it is in the record" same "$(value "len($left)")" 1
    check "$mpi: with its last RSS" near "$(value "${left}[0]['rss_last_bytes']")" $((23 << 20)) $((6 << 20))
    check "$mpi: and in the table" grep -q ',still running,' table.csv
    check "$mpi: it was not ended" live
    : >stop
    check "$mpi: it ends by itself" until_true gone

    run "$mpi" daemon 0 3 11
    check "$mpi: three daemons, added up" named ', with an RSS of [0-9.]+ MiB added up: leaves of rank 0 \(pid [0-9]+, 1[0-9]\.'
    check "$mpi: three in the record" same "$(value "len($left)")" 3
    check "$mpi: and none of them was ended" live
    : >stop
    until_true gone

    run "$mpi" setsid 0 0 1
    check "$mpi: no note if no process is left" sh -c '! grep -q "still running" rep'
done

rm -f stop
run "$(mpis | head -n 1)" exec 1 1 0
check 'a helper that is another program' named '.*[:,] (ba|da)?sh of rank 1 \(pid'
: >stop
"$memwatch" report --all rec >again 2>err
check 'a report of the record says the same' grep -q 'still running after the job' again

# No MPI, and the command is killed.
rm -f stop
"$memwatch" run --report rep -o rec --force -- sh -c '(until [ -e stop ]; do sleep 0.1; done) >/dev/null 2>&1 & kill -9 $$' >out 2>err
check 'without MPI: the status of the command' same "$?" 137
check 'without MPI: what it left' named '.*[:,] (ba|da)?sh \(pid'
: >stop

done_testing
