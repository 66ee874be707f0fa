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

# Runs that ended early need less memory, which proves nothing.
"$memwatch" run --quiet -o failed.json -- "$(mpirun_of "$mpi")" -n 2 sh -c 'exit 3' >failed.out 2>&1
"$memwatch" run --quiet -o plain.json -- true
first=$(ls -d before/* | head -n 1)
check "a candidate that failed: 125" same "$(compare before failed.json)" 125
check "says which, why, and what to do" grep -q '^memwatch: CANDIDATE, failed.json: the run failed, with status 3; not compared (--allow-failed' err
check "nothing on stdout" test ! -s out
check "a base that failed: 125" same "$(compare failed.json,"$first" before)" 125
check "without ranks, against ranks: 125" same "$(compare before plain.json)" 125
check "says so" grep -q '^memwatch: CANDIDATE has a run without MPI ranks, BASE has ranks; not compared' err
check "both without ranks: 0" same "$(compare plain.json plain.json; grep -c "^✓ 0 grew" out)" "0
1"
check "--allow-failed: 0" same "$(compare --allow-failed --junit allowed.xml before failed.json)" 0
check "warned" grep -q '^memwatch: warning: CANDIDATE, failed.json: the run failed' err
check "but not called good" same "$(grep -c -e '✓' -e 'Not conclusive' out; grep -c '^? 0 grew,' out)" "1
1"
check "nor passed" grep -q 'runs that failed were compared' allowed.xml
check "JSON says so" same "$(compare --allow-failed --json before failed.json; python3 -c "
import json
run = json.load(open('out'))
print(run['sound'], run['base']['failed_runs'], run['candidate']['failed_runs'])")" "0
False 0 1"

check "what is not there: 1" same "$(compare before nowhere)" 1
check "one line" grep -q '^memwatch: cannot read nowhere: ' err
check "and nothing on stdout" test ! -s out
mkdir empty
check "an empty directory: 1" same "$(compare before empty)" 1
check "says what to do" grep -q '^memwatch: empty holds no records.*-o empty/1.json' err
echo nonsense >nonsense
check "no record: 1" same "$(compare before nonsense)" 1
check "one path: 125" same "$(compare before)" 125
check "three paths: 125" same "$(compare before after again)" 125
check "a wrong axis: 125" same "$(compare --by colour before after)" 125
done_testing
