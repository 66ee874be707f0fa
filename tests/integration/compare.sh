# SPDX-License-Identifier: MIT
# memwatch compare: repeated runs of a real program before and after it needs 24 MiB more inside one call.
. "${srcdir:-.}/tests/lib.sh"

mpi=$(mpis | head -n 1)
runs() { # directory, MiB of the spike
    mkdir "$1"
    for n in 1 2 3; do
        "$memwatch" run --quiet --exact --keep --run-dir "$work/$1" -- "$(mpirun_of "$mpi")" -n 2 "$(program "$mpi" spikes)" \
            --mib "$2" >"$work/$1.out" 2>&1
    done
}
compare() { "$memwatch" compare "$@" >out 2>err; echo $?; }

runs before 8
runs again 8
runs after 32
check "the same program: 0" same "$(compare before again)" 0
check "nothing grew" grep -q '^✓ 0 grew' out
check "24 MiB more: 12" same "$(compare before after)" 12
check "the fullest rank grew, where" grep -q 'fullest rank .*+2[345]\.[0-9] MiB.* grew .*rank' out
check "by site: the call" same "$(compare --by site before after; grep -c '^  MPI_All.*rise inside a call .*+2[345]\.[0-9] MiB .*grew' out)" "12
1"
check "by rank" same "$(compare --by rank before after)" 12
check "the rank that it is in" grep -q '^  rank [01] .*+2[345]\.[0-9] MiB.* grew' out
check "the other way round nothing grew" same "$(compare after before)" 0
check "it shrank" grep -q ' shrank ' out
check "beyond a threshold that is higher: 0" same "$(compare --threshold 100% --by rank after,before again)" 0
check "a list of records" same "$(compare "$(echo before/* | tr ' ' ,)" "$(echo after/* | tr ' ' ,)")" 12
check "that are three a side" grep -q 'base  *3 runs, 2 ranks' out
check "one record a side" same "$(compare "$(ls -d before/* | head -n 1)" "$(ls -d after/* | head -n 1)")" 12
check "JSON" same "$(compare --json before after; python3 -c "
import json
run = json.load(open('out'))
grown = [row for row in run['rows'] if row['verdict'] == 'grew']
print(run['schema'], run['regression'], run['base']['runs'], all(row['change_bytes'] > 23 << 20 for row in grown))")" "12
1 True 3 True"
check "Markdown" same "$(compare --markdown before after; grep -c '^| fullest rank | peak | = .*\*\*grew\*\*' out)" "12
1"
check "JUnit" same "$(compare --junit checks.xml before after; grep -c '<failure message=' checks.xml | sed 's/[1-9][0-9]*/some/')" "12
some"

# The lines that grew: one that allocates large blocks, by 32 MiB in rank 1; then one of small blocks, by some 12 MiB each.
heap_runs() { # directory, program and options; the program may not be killed
    mkdir "$1"
    directory=$1 name=$2
    shift 2
    for n in 1 2; do
        "$memwatch" run --quiet -o "$directory/$n.json" -- "$(mpirun_of "$mpi")" -n 2 "$(program "$mpi" "$name")" "$@" >out 2>&1
    done
}
held=$(grep -n '= malloc(bytes)' "$top_srcdir/tests/programs/grow_and_die.c" | cut -d: -f1)
heap_runs blocks grow_and_die --how none --mib 16
heap_runs more_blocks grow_and_die --how none --mib 48
heap_runs small leaks --how small --visits 60
heap_runs more_small leaks --how small --visits 60 --kib 300
check "lines: 12" same "$(compare blocks more_blocks)" 12
check "the line that grew" \
    grep -q "^  hold grow_and_die.c:$held  *largest rank  *= 48.0 MiB  *= 80.0 MiB  *+32.0 MiB (+66.7 %)  *grew  *rank 1" out
check "and its mean" grep -q "^  hold grow_and_die.c:$held  *mean of ranks  *= 40.0 MiB  *= 56.0 MiB  *+16.0 MiB" out
check "GitHub: the job's finding names it, at the line" same "$(compare --github blocks more_blocks; grep -c \
    "^::error title=memwatch compare,file=.*grow_and_die.c,line=$held::job fullest rank: .*; the line that grew most: hold grow_and_die.c:$held, +32.0 MiB" err)" "12
1"
check "JUnit points at it" same "$(compare --junit lines.xml blocks more_blocks; grep -c "file=\".*grow_and_die.c\" line=\"$held\"" lines.xml |
    sed 's/[1-9]/some/')" "12
some"
check "JSON has it" same "$(compare --json blocks more_blocks; python3 -c "
import json
run = json.load(open('out'))
grown = [line for line in run['lines'] if line['verdict'] == 'grew']
print([(line['what'], line['change_bytes'] >> 20, line['line'], line['base']['kind'], line['base']['error_bytes']) for line in grown],
    run['base']['heap_runs'], all(row['group'] != 'line' for row in run['rows']))")" "12
[('largest rank', 32, $held, 'exact', 0), ('mean of ranks', 16, $held, 'exact', 0)] 2 True"
check "Markdown has it" same "$(compare --markdown blocks more_blocks; grep -c "^| hold grow\\\\_and\\\\_die.c:$held | largest rank | = 48.0 MiB | = 80.0 MiB | +32.0 MiB (+66.7 %) |  | \*\*grew" out)" "12
1"
check "an estimate has its error" same "$(compare small more_small; grep -c '^  hold_small leaks.c.* largest rank .*~ .*~ .*+1[0-9.]* MiB .*± [0-9]* KiB.* grew' out)" "12
1"
check "the same twice: no line" same "$(compare small small; grep -c '^Lines' out)" "0
0"
"$memwatch" run --quiet --no-heap -o no_heap.json -- "$(mpirun_of "$mpi")" -n 2 "$(program "$mpi" grow_and_die)" --mib 48 >out 2>&1
check "without allocations on one side: as before" same "$(compare blocks no_heap.json; grep -c -e '^Lines' -e 'the line that grew' out err)" "12
out:0
err:0"
check "and says so" grep -q 'which lines grew is not known: the candidate has no record of allocations' out

# Runs that ended early need less memory, which is no improvement.
"$memwatch" run --quiet -o failed.json -- "$(mpirun_of "$mpi")" -n 2 sh -c 'exit 3' >failed.out 2>&1
"$memwatch" run --quiet -o plain.json -- true
first=$(ls -d before/* | head -n 1)
check "a candidate that failed: 125" same "$(compare before failed.json)" 125
check "the message has the record, the reason and advice" grep -q '^memwatch: CANDIDATE, failed.json: the run failed, with status 3; not compared (use --allow-failed' err
check "nothing on stdout" test ! -s out
check "a base that failed: 125" same "$(compare failed.json,"$first" before)" 125
check "without ranks, against ranks: 125" same "$(compare before plain.json)" 125
check "the message says so" grep -q '^memwatch: CANDIDATE has a run without MPI ranks, BASE has ranks; not compared' err
check "both without ranks: 0" same "$(compare plain.json plain.json; grep -c "^✓ 0 grew" out)" "0
1"
check "--allow-failed: 0" same "$(compare --allow-failed --junit allowed.xml before failed.json)" 0
check "warned" grep -q '^memwatch: warning: CANDIDATE, failed.json: the run failed' err
check "but not reported as good" same "$(grep -c -e '✓' -e 'Not conclusive' out; grep -c '^? 0 grew,' out)" "1
1"
check "nor passed" grep -q 'runs that failed were compared' allowed.xml
check "JSON says so" same "$(compare --allow-failed --json before failed.json; python3 -c "
import json
run = json.load(open('out'))
print(run['sound'], run['base']['failed_runs'], run['candidate']['failed_runs'])")" "0
False 0 1"

check "a missing file: 1" same "$(compare before nowhere)" 1
check "one line" grep -q '^memwatch: cannot read nowhere: ' err
check "and nothing on stdout" test ! -s out
mkdir empty
check "an empty directory: 1" same "$(compare before empty)" 1
check "the message has advice" grep -q '^memwatch: no records in empty.*-o empty/1.json' err
echo nonsense >nonsense
check "no record: 1" same "$(compare before nonsense)" 1
check "one path: 125" same "$(compare before)" 125
check "three paths: 125" same "$(compare before after again)" 125
check "a wrong axis: 125" same "$(compare --by colour before after)" 125
done_testing
