# SPDX-License-Identifier: MIT
# Tables, traces and metrics: output for other programs. Each is read here by a third-party reader and compared
# with the record of the same run.
. "${srcdir:-.}/tests/lib.sh"
python=/usr/bin/python3 # the one that the system's packages are for
[ -x "$python" ] || python=python3

cat >hold.py <<'END'
import csv, json, sys
record = json.load(open("r.json"))
table = {name: list(csv.DictReader(open(name + ".csv", newline=""), strict=True))
         for name in ("processes", "timeline", "phases", "spikes")}
for name, rows in table.items():
    for row in rows:
        assert None not in row and None not in row.values(), (name, row)

def processes():
    seen = [p for p in record["processes"]]
    unseen = [r for r in record["ranks"] if r["process"] is None]
    assert len(table["processes"]) == len(seen) + len(unseen)
    for row, p in zip(table["processes"], seen):
        assert (int(row["pid"]), row["command"]) == (p["pid"], p["command"]), row
        assert row["peak_kind"] == p["peak"]["kind"]
        assert row["peak_bytes"] == (str(p["peak"]["bytes"]) if row["peak_kind"] != "unknown" else ""), row
    ranks = [row for row in table["processes"] if row["rank"] and row["image"] in ("", str(max(
        p["image"] for p in seen if p["pid"] == int(row["pid"]))))]
    assert sorted(int(row["rank"]) for row in ranks) == [r["rank"] for r in record["ranks"]]
    for row in ranks:
        rank = record["ranks"][int(row["rank"])]
        assert int(row["rank_peak_bytes"]) == rank["peak"]["bytes"] and int(row["mpi_calls"]) == rank["calls"]
        held = rank["held_mpi_bytes"] # not known of a rank that touched more after its last allocation, and died
        assert held is not None or record["deaths"]
        assert (row["mpi_holds_bytes"], row["mpi_holds_kind"]) == (("", "unknown") if held is None else (str(held), "estimate")), row
    assert any(row["mpi_holds_kind"] == "estimate" for row in ranks)

def timeline():
    sampled = [row for row in table["timeline"] if row["samples"] != "0"]
    assert [int(row["total_rss_bytes"]) for row in sampled] == [s[0] for s in record["slices"] if s[3]]
    assert max(int(row["total_rss_bytes"]) for row in sampled) == record["peak"]["seen"]["bytes"]
    for rank in record["ranks"]:
        column = [int(row["rank_%d_peak_bytes" % rank["rank"]] or 0) for row in table["timeline"]]
        assert max(column) == max(t[0] for t in rank["ticks"]), rank["rank"]

def phases():
    assert [row["phase"] for row in table["phases"]] == [p["path"] for p in record["phases"]]
    assert [int(row["growth_bytes"]) for row in table["phases"]] == [p["growth_bytes"]["sum"] for p in record["phases"]]

def spikes():
    assert len(table["spikes"]) == sum(len(r["spikes"]) for r in record["ranks"])
    if record["deaths"]:
        return
    largest = max(table["spikes"], key=lambda row: int(row["spike_bytes"]))
    assert largest["call"] == "MPI_Allreduce" and " main" in largest["stack"], largest
    assert 31 << 20 < int(largest["spike_bytes"]) < 34 << 20, largest

def trace():
    events = json.load(open("trace.json"))["traceEvents"]
    for event in events:
        assert event["ph"] in "MCXibe" and isinstance(event["pid"], int) and event["name"], event
        assert event["ph"] == "M" or event["ts"] >= 0, event
    assert sum(e["ph"] == "X" for e in events) == len(table["spikes"])
    curves = {e["name"] for e in events if e["ph"] == "C" and e["pid"] and ": % of time in " not in e["name"]}
    assert curves == {"rank %d" % r["rank"] for r in record["ranks"]}
    # a phase that came more than once is not a bar from its first time to its last, but covers its share of that time
    for rank in record["ranks"]:
        for phase in rank["phases"]:
            name = "rank %d: %% of time in %s (%d visits)" % (rank["rank"], phase["path"], phase["visits"])
            shares = [e for e in events if e["name"] == name]
            bars = [e for e in events if e["name"] == phase["path"] and e["ph"] == "b" and e["tid"] == record["ranks"].index(rank) + 1]
            if phase["kind"] == "user" and phase["visits"] > 1:
                assert len(shares) == 2 and not bars, name
                spent = (shares[1]["ts"] - shares[0]["ts"]) * shares[0]["args"]["percent"] / 100
                assert abs(spent - phase["time_ns"] / 1e3) < 2 + phase["time_ns"] / 1e6 and not shares[1]["args"]["percent"], name
            elif phase["kind"] == "user":
                assert len(bars) == 1 and not shares, name
    assert sum(e["ph"] == "b" for e in events) == sum(e["ph"] == "e" for e in events) > 0
    assert sum(e["ph"] == "i" for e in events) == len(record["deaths"])

def metrics():
    from prometheus_client.openmetrics.parser import text_string_to_metric_families
    from prometheus_client.parser import text_string_to_metric_families as plain
    text = open("metrics.txt").read()
    families = {f.name: f for f in text_string_to_metric_families(text)}
    series = [(s.name, tuple(sorted(s.labels.items()))) for f in plain(text) for s in f.samples]
    assert len(series) == len(set(series)) and all("run" in dict(labels) for _, labels in series), series
    assert {f.name for f in plain(text)} == set(families)
    peaks = {int(s.labels["rank"]): s.value for s in families["memwatch_rank_rss_peak_bytes"].samples}
    assert peaks == {r["rank"]: r["peak"]["bytes"] for r in record["ranks"]}
    assert families["memwatch_job_rss_seen_bytes"].samples[0].value == record["peak"]["seen"]["bytes"]

def dashboard():
    import re
    labels = {}
    for name, inside in re.findall(r"^(\w+)\{(.*)\} [-0-9]", open("metrics.txt").read(), re.M):
        labels[name] = set(re.findall(r'(\w+)="', inside))
    panels = json.load(open(sys.argv[2]))["panels"]
    assert len({p["id"] for p in panels}) == len(panels)
    for panel in panels:
        for target in panel["targets"]:
            names = re.findall(r"memwatch_\w+", target["expr"])
            assert names and set(names) <= set(labels), (target["expr"], sorted(labels))
            used = set(re.findall(r"\{\{(\w+)\}\}", target.get("legendFormat", ""))) | set(re.findall(r"(\w+)=", target["expr"]))
            assert all(used <= labels[name] for name in names), (target, labels)

globals()[sys.argv[1]]()
END
report_tables() { # of a path
    "$memwatch" report --force -o r.json --csv processes.csv --timeline timeline.csv --timeline-ranks --phases phases.csv \
        --spikes spikes.csv --trace trace.json --metrics metrics.txt "$1"
}
has_parser() { "$python" -c 'import prometheus_client.openmetrics.parser' 2>/dev/null; }

# The main job is built for one MPI; with the other one a job dies.
main=openmpi
[ -n "$OPENMPI_CC" ] || main=mpich
for mpi in $(mpis); do
    if [ $mpi = $main ]; then
        set -- "$top_builddir/examples/mpi_distributed_compute" --size 262144 --spike 32
    else
        set -- "$(program $mpi grow_and_die)" --how segv --mib 32
    fi
    rm -rf runs
    mkdir runs
    "$memwatch" run --quiet --keep --run-dir "$work/runs" -- "$(mpirun_of "$mpi")" -n 3 "$@" >out 2>err
    check "$mpi: all tables in one run" report_tables runs/*
    for what in processes timeline phases spikes trace; do
        check "$mpi: $what" "$python" hold.py $what
    done
    [ $mpi != $main ] || check "the metrics and labels of the dashboard are there" "$python" hold.py dashboard "$top_srcdir/doc/grafana.json"
    if has_parser; then
        check "$mpi: metrics" "$python" hold.py metrics
    else
        skip "$mpi: metrics" "needs python3-prometheus-client"
    fi
done

# Unusual text stays in its cell.
"$memwatch" run --quiet --csv odd.csv -- sh -c ': "$0"; sleep 0.2' "$(printf 'a,"b"\r\nc</script>\377')"
check "quotes, commas and line ends" "$python" -c '
import csv
rows = list(csv.reader(open("odd.csv", newline=""), strict=True))
assert {len(row) for row in rows} == {33}, rows
assert any("a,\"b\"??c</script>?" in row[6] for row in rows), rows'
"$memwatch" run --quiet --csv filtered.csv --exclude '^/bin/sleep' -- sh -c '/bin/sleep 0.2; /bin/true'
check "--exclude leaves rows out" [ "$(grep -c ',/bin/sleep 0.2' filtered.csv)" = 0 ]
check "and only these" grep -q ',"\{0,1\}sh -c' filtered.csv

# One stdout, complete files.
"$memwatch" run --quiet --csv - --timeline t.csv -- true >out 2>err
check "--csv - goes to stdout" grep -q '^host,pid,ppid,' out
echo kept >exists.csv
"$memwatch" run --quiet --csv exists.csv -- touch started 2>err
check "an existing file is refused before anything starts" same "$?$(cat exists.csv)$(ls started 2>/dev/null)" 125kept
done_testing
