# SPDX-License-Identifier: MIT
# The record of a run: a later report is the one that the run printed, and every record is valid for its schema.
. "${srcdir:-.}/tests/lib.sh"
. "${srcdir:-.}/tests/schema.sh"

schema=$top_srcdir/doc/record.schema.json
"$top_builddir/tests/tools/mwschema" >schema.json
check "doc/record.schema.json is that of this record (tests/tools/mwschema prints it)" cmp schema.json "$schema"

# same_report WHAT command...: runs it with -o; the report of the record must be that of the run directory.
same_report() {
    what=$1
    shift
    rm -rf runs record.json
    mkdir runs
    timeout 120 "$memwatch" run --keep --run-dir "$work/runs" -o record.json -- "$@" >out 2>err
    for options in '' --all --json '--include busy'; do
        # shellcheck disable=SC2086
        "$memwatch" report $options runs/* >from_directory 2>from_directory.err
        # shellcheck disable=SC2086
        "$memwatch" report $options record.json >again 2>again.err
        check "$what: report $options" cmp from_directory again
    done
    valid "$what" "$schema" record.json
}
# The same for MPI jobs: the record of a job has its ranks.
first_death() { "$python" -c 'import json, sys; d = json.load(open(sys.argv[1]))["deaths"][0]; print(d["rank"], d["cause"], d["number"])' "$1"; }
rank_count() { "$python" -c 'import json, sys; print(len(json.load(open(sys.argv[1]))["ranks"]))' "$1"; }

for mpi in $(mpis); do
    same_report "$mpi" "$(mpirun_of "$mpi")" -n 3 "$(program "$mpi" busy)" --calls 20
    check "$mpi: all ranks are in it" same "$(rank_count record.json)" 3
    same_report "$mpi: a job that dies" "$(mpirun_of "$mpi")" -n 3 "$(program "$mpi" grow_and_die)" --how segv --mib 16
    check "$mpi: a job that dies: with its post-mortem" same "$(first_death record.json)" "1 signal 11"
done
same_report "no ranks" sh -c 'exit 3'
same_report "a command line that is not UTF-8" sh -c ': "$0"; true' "$(printf 'a\377"\\\t<b')"

# stdout has the record, and nothing else.
"$memwatch" run --json -- sh -c 'echo from the program; exit 4' >out.json 2>err
check "--json: the status is the command's" same $? 4
valid "--json" "$schema" out.json
check "--json: the program's stdout goes to stderr" grep -q '^from the program' err
"$memwatch" run --json=file.json -- echo from the program >out 2>err
check "--json=FILE: stdout is the program's" same "$(cat out)" "from the program"
valid "--json=FILE" "$schema" file.json
"$memwatch" run --json=- -o - -- touch started >out 2>err
check "two records cannot both go to stdout" [ $? = 125 ]
check "and nothing was started" [ ! -e started ]

# Fields of the sampler.
cat >fields.py <<'END'
import json, sys
record = json.load(open(sys.argv[1]))
for name in ("command start_time end_time duration_seconds interval_ms max_total_rss_kib samples exit_code processes "
             "timeline filter filtered_process_count filtered_total_rss_kib").split():
    record[name]
for name in "pid ppid command max_rss_kib first_seen last_seen peak_time".split():
    record["processes"][0][name]
for name in "timestamp elapsed_seconds total_rss_kib process_count".split():
    record["timeline"][0][name]
assert record["exit_code"] == 0 and record["interval_ms"] == 20, record["interval_ms"]
assert abs(record["duration_seconds"] - 0.5) < 0.4, record["duration_seconds"]
assert record["max_total_rss_kib"] == max(moment["total_rss_kib"] for moment in record["timeline"])
assert record["filter"] == {"include": "^sleep", "exclude": None} and record["filtered_process_count"] == 1
END
"$memwatch" run -i 20 --quiet -o words.json --include '^sleep' -- sh -c 'sleep 0.5; true' >out 2>err
check "the fields of the sampler exist and are consistent" "$python" fields.py words.json

# What cannot be read.
head -c 2000 words.json >cut.json
"$memwatch" report cut.json >out 2>err
check "a cut record: status 1" same $? 1
check "a cut record: one line" grep -q '^memwatch: cut.json is not a complete record: line ' err
echo '{"schema": "other"}' >other.json
"$memwatch" report -o new.json other.json >out 2>err
check "another kind of file: status 1" same $? 1
check "another kind of file: one line" same "$(cat err)" \
    'memwatch: not a record of this memwatch: "schema" is other, not memwatch-record-1'
check "and no partial file" [ "$(ls | grep -c '^new.json')" = 0 ]
done_testing
