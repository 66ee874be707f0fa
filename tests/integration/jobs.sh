# SPDX-License-Identifier: MIT
# Several MPI jobs under one command: each separate, in every form.
. "${srcdir:-.}/tests/lib.sh"
. "${srcdir:-.}/tests/schema.sh"

first=$(mpis | head -n 1)
last=$(mpis | tail -n 1) # another MPI, where there are two
here=$(mpirun_of "$first")
there=$(mpirun_of "$last")
a=$(program "$first" busy)
b=$(program "$last" leaks)
[ -x "$b" ] || b=$(program "$last" busy)

# What a record says of its jobs: "ranks/status/processes" of each, then the processes outside.
cat >jobs.py <<'END'
import json, sys
r = json.load(open(sys.argv[1]))
said = ["%d/%s/%d" % (len(j["ranks"]), "?" if j["job"]["status_unknown"] else j["job"]["exit_status"],
                      len([p for p in j["processes"] if p["role"] == "launcher"]) > 0) for j in r["jobs"]]
print(" ".join(said) or "one job of %d" % len(r["ranks"]))
END
jobs() { "$python" jobs.py "$1"; }
record() { # file, command...
    record=$1
    shift
    "$memwatch" run --quiet --force -o "$record" -- "$@" >out 2>err
}

record two.json sh -c "$here -n 3 '$a' --calls 7; $there -n 2 '$(program "$last" busy)' --calls 9"
check "two mpiruns are two jobs" same "$(jobs two.json)" "3/0/1 2/0/1"
valid "two jobs" "$top_srcdir/doc/record.schema.json" two.json
record two_at_once.json sh -c "$here -n 2 '$a' --calls 7 & $there -n 2 '$(program "$last" busy)' --calls 7 & wait"
check "two at the same time" same "$(jobs two_at_once.json)" "2/0/1 2/0/1"
if command -v bash >/dev/null; then
    record exec.json bash -c "$here -n 2 '$a' --calls 7; exec $here -n 1 '$a' --calls 7"
    check "a shell that becomes the second mpirun" same "$(jobs exec.json)" "2/0/1 1/0/1"
else
    skip "a shell that becomes the second mpirun" "needs bash"
fi
record python.json "$python" -c "
import subprocess
for n in ('1', '2'): subprocess.run(['$here', '-n', n, '$a', '--calls', '7'], check=True)"
check "mpiruns that a Python script starts" same "$(jobs python.json)" "1/0/1 2/0/1"
record alone.json sh -c "'$a' --calls 7; '$a' --calls 7"
check "programs without mpirun" same "$(jobs alone.json)" "1/0/0 1/0/0"
record one.json sh -c "true; $here -n 2 '$a' --calls 7; true"
check "one mpirun in a script is one job" same "$(jobs one.json)" "one job of 2"
record missing.json sh -c "$here -n 2 ./missing; $here -n 1 '$a' --calls 7"
check "one that starts no rank, and one that does" sh -c '[ "$1" != "0/0/1 1/0/1" ] && echo "$1" | grep -q "^0/[0-9?]*/1 1/0/1$"' _ "$(jobs missing.json)"
"$memwatch" report missing.json >missing.txt
check "the failed one is reported, without a guess about the library" sh -c '! grep -q "No rank reported" missing.txt'

# One that dies.
record died.json sh -c "$here -n 2 '$(program "$first" grow_and_die)' --how segv --mib 16; $there -n 2 '$(program "$last" busy)' --calls 7"
"$memwatch" report died.json >died.txt
check "the post-mortem is in its job" sh -c 'awk "/^Job 1/ { job = 1 } /^Job 2/ { job = 2 } /died first/ { print job }" died.txt | grep -qx 1'
check "and of no other" same "$(grep -c '^Post-mortem' died.txt)" 1

# A report on many jobs stays readable.
record many.json sh -c "for i in 1 2 3 4 5 6; do '$a' --calls 3; done"
"$memwatch" report many.json >many.txt
check "of many jobs a table has all, some have sections" same "$(grep -c '^Job [0-9]' many.txt) $(grep -c '^ *[1-6]  *1  ' many.txt)" "4 6"
"$memwatch" report --all many.json >many.txt
check "--all: all of them" same "$(grep -c '^Job [0-9]' many.txt)" 6

# The forms agree.
"$memwatch" report --csv p.csv --phases ph.csv --timeline t.csv --timeline-ranks --trace t.json --metrics m.txt --html h.html \
    two.json 2>err
cat >forms.py <<'END'
import csv, json
r = json.load(open("two.json"))
rows = {name: list(csv.DictReader(open(name + ".csv", newline=""), strict=True)) for name in ("p", "ph", "t")}
def pids(job): return sorted(p["pid"] for p in job["processes"])
for i, job in enumerate(r["jobs"]):
    assert job["number"] == i + 1
    assert sorted(int(p["pid"]) for p in rows["p"] if p["job"] == str(i + 1)) == pids(job)
    assert [p["phase"] for p in rows["ph"] if p["job"] == str(i + 1)] == [p["path"] for p in job["phases"]]
    for rank in job["ranks"]:
        column = "job_%d_rank_%d_peak_bytes" % (i + 1, rank["rank"])
        assert max(int(row[column] or 0) for row in rows["t"]) == max(t[0] for t in rank["ticks"]), column
    assert job["peak"]["upper"]["bytes"] <= r["peak"]["upper"]["bytes"] + job["peak"]["error_bytes"]
assert sorted(int(p["pid"]) for p in rows["p"] if not p["job"]) == pids(r)
assert not set(pids(r["jobs"][0])) & set(pids(r["jobs"][1]))
events = json.load(open("t.json"))["traceEvents"]
names = {e["pid"]: e["args"]["name"] for e in events if e["name"] == "process_name"}
assert sum(name.startswith("job ") for name in names.values()) == 2, names
ids = [(e["id"], e["name"]) for e in events if e["ph"] == "b"]
assert len(ids) == len(set(i for i, _ in ids)), ids
END
check "tables, trace and record agree" "$python" forms.py
check "the page has both" grep -q '"jobs":\[' h.html

# Comparisons are job by job.
cp two.json again.json
"$memwatch" compare two.json again.json >compared 2>&1
check "compare: equal" same "$? $(grep -c '^Job [12] of 2' compared)" "0 2"
"$memwatch" compare --json two.json again.json >compared.json 2>&1
check "compare --json: a list" "$python" -c 'import json; assert [j["regression"] for j in json.load(open("compared.json"))["jobs"]] == [False] * 2'
"$memwatch" compare two.json one.json >compared 2>&1
check "compare: another number of jobs is refused" same "$? $(grep -c 'must have the same jobs' compared)" "125 1"
"$memwatch" compare two.json python.json >compared 2>&1
check "compare: other numbers of ranks are refused" same "$? $(grep -c 'the jobs differ or are in another order' compared)" "125 1"

# A study uses each job as a run, if all run the same program.
mkdir study mixed
"$memwatch" scale --from study >/dev/null 2>&1
cp python.json study/
"$memwatch" scale --from study >scaled 2>&1
check "scale: a script's jobs are runs" grep -q '^  2 runs' scaled
cp two.json mixed/
record other.json sh -c "$here -n 1 '$a' --calls 7; $here -n 1 '$(program "$first" kept)'"
cp other.json mixed/
"$memwatch" scale --from mixed >scaled 2>&1
check "scale: jobs of several programs are left out" grep -q 'MPI jobs of different programs' scaled

# Limits: the message names job and rank.
"$memwatch" report --max-rank-rss 1M --junit j.xml two.json >out 2>err
check "gates name the job" same "$? $(grep -c 'job [12]: rank [0-9]* had' err)" "11 2"
done_testing
