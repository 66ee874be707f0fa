# SPDX-License-Identifier: MIT
# Programs that use MPI by sessions, without MPI_Init or beside it: the record begins and ends as in other programs.
. "${srcdir:-.}/tests/lib.sh"

# Whether the MPI itself can do it: MPICH 4.0.2 crashes in its second MPI_Session_init after all sessions have ended.
can() { timeout 120 "$(mpirun_of "$1")" -n 3 "$(program "$1" sessions)" $2 >/dev/null 2>&1; }

# run MPI RANKS ARGUMENTS...
run() {
    mpi=$1 ranks=$2
    shift 2
    timeout 120 "$memwatch" run --force --exact --report rep -o rec -- "$(mpirun_of "$mpi")" -n "$ranks" \
        "$(program "$mpi" sessions)" "$@" >out 2>err
    run_status=$?
    return $run_status
}

# ask EXPRESSION: of the record, as `d`; of its ranks in order as `ranks`.
ask() { python3 -c 'import json, sys
d = json.load(open("rec"))
ranks = sorted((r for r in d["ranks"]), key=lambda r: -1 if r["rank"] is None else r["rank"])
calls = lambda r, name: sum(s["calls"] for s in r["sites"] if s["call"] == name)
print(eval(sys.argv[1]))' "$1"; }
are() { same "$(ask "$1")" "$2"; }

# complete MPI TITLE PROGRAM'S ARGUMENTS, BARRIERS, SESSIONS: of 3 ranks the record has all.
complete() {
    title="$1: $2"
    if ! can "$1" "$3"; then
        skip "$title" "this MPI fails without memwatch, too"
        return
    fi
    run "$1" 3 $3
    check "$title: ends well" same "$run_status" 0
    check "$title: ranks, in order" are '[(r["rank"], r["size"]) for r in ranks]' '[(0, 3), (1, 3), (2, 3)]'
    check "$title: each has all calls" are '{(calls(r, "MPI_Barrier"), calls(r, "MPI_Session_init"), calls(r, "MPI_Session_finalize")) for r in ranks}' \
        "{($4, $5, $5)}"
    check "$title: each has ended" are '{r["stage"] for r in ranks}' "{'exited'}"
    check "$title: no rank died" are 'len(d["deaths"])' 0
    check "$title: the last rank's peak, of 40 MiB and more, lies between Barriers" \
        are '(ranks[2]["peak"]["bytes"] > 40 << 20, ranks[2]["phases"][ranks[2]["peak_phase"]]["name"].count("MPI_Barrier"))' '(True, 2)'
}

for mpi in $(mpis); do
    "$(program "$mpi" sessions)" >out 2>err
    if [ $? = 77 ]; then
        skip "$mpi: sessions" "this MPI has none"
        continue
    fi
    complete "$mpi" "one session" "session" 2 1
    complete "$mpi" "three in turn" "session session session" 6 3
    complete "$mpi" "two at once" "two" 4 2
    complete "$mpi" "inside of MPI_Init" "init session finalize" 2 1
    complete "$mpi" "around MPI_Init" "open init session finalize close" 2 2

    run "$mpi" 3 fall
    check "$mpi: killed in a session: the rank is known" are '[(x["rank"], x["finalized"]) for x in d["deaths"]][:1]' '[(2, False)]'
    run "$mpi" 3 session die
    check "$mpi: killed after it: the rank is known" are '[(x["rank"], x["finalized"]) for x in d["deaths"]][:1]' '[(2, True)]'

    env LD_PRELOAD="$shim" "$(mpirun_of "$mpi")" -n 2 "$(program "$mpi" sessions)" session >out 2>err
    check "$mpi: without the launcher: ends well" same "$?" 0
    kept=$(sed -n 's/^memwatch: no report at the end, since MPI is used without MPI_Init.*: memwatch report //p' err)
    check "$mpi: without the launcher: one rank says where the record is" test -d "$kept"
    "$memwatch" report "$kept" -o rec --force >rep 2>&1
    check "$mpi: which has both ranks" are '[r["rank"] for r in ranks]' '[0, 1]'
    [ -z "$kept" ] || rm -rf "$kept"
done
done_testing
