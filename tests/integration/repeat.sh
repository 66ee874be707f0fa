# SPDX-License-Identifier: MIT
# --repeat N: N runs, each with separate files, and one table; --post-run-cmd.
. "${srcdir:-.}/tests/lib.sh"

mkdir runs
again() { "$memwatch" run --run-dir "$work/runs" "$@" >out 2>err; echo $?; }

check "three runs" same "$(again --quiet --repeat 3 -- sh -c 'echo run >>count; sleep 0.1')" 0
check "the command ran three times" same "$(grep -c run count)" 3
check "one table of them" grep -q '^memwatch  3 runs of sh -c' err
check "with smallest, median and largest" sh -c "grep -q 'smallest  *median  *largest  *spread' err &&
    grep -q 'memory of the job  *sum seen at one moment  *3  ≥' err"
check "nothing is left" same "$(ls runs)" ""
check "each has its own file" same "$(again --repeat 2 --report report.txt -- sleep 0.1; ls report.?.txt)" "0
report.1.txt
report.2.txt"
check "kept on request" same "$(again --quiet --repeat 2 --keep -- true; ls runs | grep -c memwatch)" "0
2"
rm -rf runs/*
check "the first status that is not 0, and all runs are made" \
    same "$(again --quiet --repeat 3 -- sh -c 'echo x >>tries; [ $(wc -l <tries) != 2 ] || exit 7'; wc -l <tries)" "7
3"
check "limits are checked in each" same "$(again --quiet --repeat 2 --max-per-proc-rss 100K -- sleep 0.2; \
    grep -c max-per-proc-rss err)" "11
2"
check "what cannot be started is tried once" same "$(again --quiet --repeat 3 -- "$work/nowhere"; grep -c 'cannot start' err)" "127
1"
check "no report to stdout" same "$(again --repeat 2 --report - -- true)" 125

# A signal to memwatch only ends the current run, and skips the rest.
"$memwatch" run --quiet --repeat 5 --run-dir "$work/runs" -- sh -c 'echo started >>begun; exec sleep 60' >out 2>err &
pid=$!
until_true test -s begun
kill -TERM $pid
wait $pid
check "SIGTERM: the run's status" same $? 143
check "no further run" same "$(wc -l <begun)" 1
check "nothing of it is left" same "$(ls runs)" ""

shows_ranks() {
    for row in 'fullest rank  *peak' 'rank 1  *peak' 'MPI_Allredu[^ ]*  *peak'; do
        grep -q "$row  *3  *=" err || { cat err; return 1; }
    done
}
for mpi in $(mpis); do
    "$memwatch" run --quiet --repeat 3 --run-dir "$work/runs" -- "$(mpirun_of "$mpi")" -n 2 "$(program "$mpi" spikes)" --mib 16 \
        >out 2>err
    check "$mpi: ranks and phases are in the table" shows_ranks
done

post='echo "said: $1" | tee -a post; test -d "$MEMWATCH_RECORD" && ls "$MEMWATCH_RECORD" >>post; echo "${LD_PRELOAD-no preload}" >>post'
check "--post-run-cmd: the run's status is kept" same "$(again --quiet --post-run-cmd "$post; exit 5" -- sh -c 'exit 3')" 3
check "it has the record" grep -q '^view-' post
check "and memwatch's environment" grep -qx 'no preload' post
check "its failure is reported" grep -q '^memwatch: --post-run-cmd ended with status 5' err
check "what it prints is not on stdout" sh -c 'test ! -s out && grep -q "^said: /" err'
check "the directory can be read" same "$(again --quiet --post-run-cmd "'$memwatch' report \"\$1\" >told" -- sleep 0.1; grep -c '^memwatch  sleep' told)" "0
1"
"$memwatch" run --quiet -o saved.json --post-run-cmd 'echo "$1 $MEMWATCH_RECORD" >post; test -s "$1"' -- sleep 0.1 2>err
check "it gets the file of -o" same "$(cat err post)" "saved.json saved.json"
check "nothing is left" same "$(ls runs)" ""
done_testing
