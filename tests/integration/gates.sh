# SPDX-License-Identifier: MIT
# Limits: a run that was over one ends with 10 or 11 and says where; --kill-over ends it at once.
. "${srcdir:-.}/tests/lib.sh"

gated() { # options, then -- and the command: its status; what is said goes to err
    "$memwatch" run --quiet --run-dir "$work/runs" "$@" >out 2>err
    echo $?
}

mkdir runs
check "a size without sense is refused before the start: 125" same "$(gated --max-rank-rss 12X -- touch started)" 125
check "and says what to write" grep -q "^memwatch: --max-rank-rss: '12X'.*512M" err
check "--kill-over alone is refused" same "$(gated --kill-over -- touch started)" 125
check "--junit alone is refused" same "$(gated --junit some.xml -- touch started)" 125
check "nothing was started" test ! -e started

check "any command: 11" same "$(gated --max-per-proc-rss 100K -- sleep 0.2)" 11
check "names the process" grep -q '^memwatch: max-per-proc-rss: process [0-9]* had .* over the limit of 100 KiB: sleep' err
check "within its limits: 0" same "$(gated --max-per-proc-rss 1G --max-total-rss 1G -- sleep 0.2)" 0
check "and nothing is said" test ! -s err
check "a failing command keeps its status" same "$(gated --max-per-proc-rss 100K -- sh -c 'sleep 0.2; exit 3')" 3
check "no rank to judge is a warning" same "$(gated --max-rank-rss 1K -- sleep 0.1)" 0
check "that is said" grep -q 'max-rank-rss: warning: no rank was recorded' err

for mpi in $(mpis); do
    job="$(mpirun_of "$mpi") -n 3 $(program "$mpi" grow_and_die) --mib 64"
    # shellcheck disable=SC2086
    {
        check "$mpi: a rank over its limit: 11" same "$(gated --max-rank-rss 80M -- $job)" 11
        check "$mpi: which, how sure, and where" \
            grep -q '^memwatch: max-rank-rss: rank 1 had .* (exact), .* over the limit of 80.0 MiB, in .*grow_and_die.c' err
        check "$mpi: the job over its limit: 10" same "$(gated --max-total-rss 100M --max-rank-rss 80M -- $job)" 10
        check "$mpi: above what anybody had: 0" same "$(gated --max-total-rss 4G --max-rank-rss 2G -- $job)" 0
        rm -f checks.xml summary
        GITHUB_STEP_SUMMARY=$work/summary gated --max-rank-rss 80M --max-total-rss 4G --junit checks.xml --github -- $job >status
        check "$mpi: JUnit: one of two failed" grep -q 'tests="2" failures="1"' checks.xml
        check "$mpi: JUnit: well-formed" python3 -c "import xml.dom.minidom; xml.dom.minidom.parse('checks.xml')"
        check "$mpi: GitHub: an error at a line" \
            grep -q '^::error title=memwatch max-rank-rss,file=.*grow_and_die.c,line=[0-9]*::rank 1 had' err
        check "$mpi: GitHub: the summary" grep -q '^| max-rank-rss | \*\*failed\*\* |' summary
        check "$mpi: stdout stays the program's" test ! -s out

        gated --max-rank-rss 80M --kill-over --keep -- "$(mpirun_of "$mpi")" -n 3 "$(program "$mpi" grow_and_die)" --mib 6400 >status
    }
    check "$mpi: --kill-over: 11" same "$(cat status)" 11
    check "$mpi: long before its end" grep -q 'over the limit of 80.0 MiB; ending the command' err
    "$memwatch" report "$(echo runs/*)" >report
    check "$mpi: the post-mortem says why" sh -c "tr -s ' \n' ' ' <report |
        grep -q 'ended from outside: memwatch ended it at .* (--kill-over): rank 1 had .* over --max-rank-rss 80.0 MiB'"
    check "$mpi: report judges, too" same "$("$memwatch" report --max-rank-rss 80M "$(echo runs/*)" >out 2>err; echo $?)" 11
    check "$mpi: by what was seen of a rank that was killed" grep -q 'max-rank-rss: rank 1 had .* (at least)' err
    rm -rf runs/*
done

# Who ignores SIGTERM is killed after the grace, and all that it has started.
seconds=77.$$ # by which its processes are known
check "deaf to SIGTERM: killed" \
    same "$(gated --max-per-proc-rss 100K --kill-over -- sh -c 'trap "" TERM; sleep "$0" & wait; sleep "$0"' $seconds)" 11
check "nothing of it is left" sh -c '! pgrep -x -f "sleep $0"' $seconds
done_testing
