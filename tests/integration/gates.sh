# SPDX-License-Identifier: MIT
# Limits: a run that exceeds one ends with 10 or 11 and reports where; --kill-over ends it immediately.
. "${srcdir:-.}/tests/lib.sh"

gated() { # options, then -- and the command: its status; messages go to err
    "$memwatch" run --quiet --run-dir "$work/runs" "$@" >out 2>err
    echo $?
}

mkdir runs
check "an invalid size is refused before the start: 125" same "$(gated --max-rank-rss 12X -- touch started)" 125
check "the message shows a valid value" grep -q "^memwatch: --max-rank-rss: '12X'.*512M" err
check "--kill-over without a limit is refused" same "$(gated --kill-over -- touch started)" 125
check "--junit without a limit is refused" same "$(gated --junit some.xml -- touch started)" 125
check "nothing was started" test ! -e started

check "any command: 11" same "$(gated --max-per-proc-rss 100K -- sleep 0.2)" 11
check "names the process" grep -q '^memwatch: max-per-proc-rss: process [0-9]* had .* over the limit of 100 KiB: sleep' err
check "within its limits: 0" same "$(gated --max-per-proc-rss 1G --max-total-rss 1G -- sleep 0.2)" 0
check "without a message" test ! -s err
check "a failing command keeps its status" same "$(gated --max-per-proc-rss 100K -- sh -c 'sleep 0.2; exit 3')" 3
check "no rank to check is a warning" same "$(gated --max-rank-rss 1K -- sleep 0.1)" 0
check "which is printed" grep -q 'max-rank-rss: warning: no rank was recorded' err

# Where grow_and_die.c allocates: 32 MiB in each rank, and 64 MiB more in the growing one, by the same line.
held=$(grep -n '= malloc(bytes)' "$top_srcdir/tests/programs/grow_and_die.c" | cut -d: -f1)

for mpi in $(mpis); do
    job="$(mpirun_of "$mpi") -n 3 $(program "$mpi" grow_and_die) --mib 64"
    # shellcheck disable=SC2086
    {
        check "$mpi: a rank over its limit: 11" same "$(gated --max-rank-rss 80M -- $job)" 11
        check "$mpi: the rank, the certainty and the place" \
            grep -q '^memwatch: max-rank-rss: rank 1 had .* (exact), .* over the limit of 80.0 MiB, in .*grow_and_die.c' err
        check "$mpi: the line that allocated the most" \
            grep -Eq "^memwatch: max-rank-rss: rank 1 had .*, by [0-9.]+ m?s; 96.0 MiB of it at grow_and_die.c:$held\$" err
        check "$mpi: the job over its limit: 10" same "$(gated --max-total-rss 100M --max-rank-rss 80M -- $job)" 10
        check "$mpi: the line in the fullest rank" grep -q \
            "^memwatch: max-total-rss: .*; most in rank 1: .*; 96.0 MiB of it at grow_and_die.c:$held\$" err
        check "$mpi: above all peaks: 0" same "$(gated --max-total-rss 4G --max-rank-rss 2G -- $job)" 0
        rm -f checks.xml summary
        GITHUB_STEP_SUMMARY=$work/summary gated --max-rank-rss 80M --max-total-rss 4G --junit checks.xml --github -- $job >status
        check "$mpi: JUnit: one of two failed" grep -q 'tests="2" failures="1"' checks.xml
        check "$mpi: JUnit: the line" grep -q "name=\"max-rank-rss\" file=\".*grow_and_die.c\" line=\"$held\"" checks.xml
        check "$mpi: JUnit: in words" grep -q "96.0 MiB of it at grow_and_die.c:$held" checks.xml
        check "$mpi: JUnit: well-formed" python3 -c "import xml.dom.minidom; xml.dom.minidom.parse('checks.xml')"
        check "$mpi: GitHub: an error at a line" \
            grep -q '^::error title=memwatch max-rank-rss,file=.*grow_and_die.c,line=[0-9]*::rank 1 had' err
        check "$mpi: GitHub: the summary" grep -q '^| max-rank-rss | \*\*failed\*\* |' summary
        check "$mpi: stdout is only the program's" test ! -s out

        gated --max-rank-rss 80M --kill-over --keep -- "$(mpirun_of "$mpi")" -n 3 "$(program "$mpi" grow_and_die)" --mib 6400 >status
    }
    check "$mpi: --kill-over: 11" same "$(cat status)" 11
    check "$mpi: long before its end" grep -q 'over the limit of 80.0 MiB; ending the command' err
    "$memwatch" report "$(echo runs/*)" >report
    check "$mpi: the post-mortem has the reason" sh -c "tr -s ' \n' ' ' <report |
        grep -q 'ended from outside: memwatch ended it at .* (--kill-over): rank 1 had .* over --max-rank-rss 80.0 MiB'"
    check "$mpi: report checks the limits, too" same "$("$memwatch" report --max-rank-rss 80M "$(echo runs/*)" >out 2>err; echo $?)" 11
    check "$mpi: with the line that held the most" grep -Eq \
        "max-rank-rss: rank 1 had .*; (when it ended, )?[0-9.]+ MiB (of it|were) at grow_and_die.c:$held" err
    check "$mpi: with the sampled value of a killed rank" grep -q 'max-rank-rss: rank 1 had .* (at least)' err
    rm -rf runs/*
done

# A process that ignores SIGTERM is killed after the grace period, with all its descendants.
seconds=77.$$ # to recognize its processes
check "SIGTERM ignored: killed" \
    same "$(gated --max-per-proc-rss 100K --kill-over -- sh -c 'trap "" TERM; sleep "$0" & wait; sleep "$0"' $seconds)" 11
check "nothing of it is left" sh -c '! pgrep -x -f "sleep $0"' $seconds
done_testing
