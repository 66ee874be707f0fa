# SPDX-License-Identifier: MIT
# All forms of one record agree: text, JSON, page, tables, metrics, trace, JUnit, Markdown.
. "${srcdir:-.}/tests/lib.sh"
python=/usr/bin/python3
[ -x "$python" ] || python=python3

cat >agree.py <<'END'
import csv, json, re, sys
died = sys.argv[2] == "died"
record = json.load(open("r.json"))
text = " ".join(open("r.txt").read().split())
page = json.loads(re.search(r'<script[^>]*id="data"[^>]*>(.*?)</script>', open("r.html").read(), re.S).group(1))
events = json.load(open("trace.json"))["traceEvents"]
table = {name: list(csv.DictReader(open(name + ".csv", newline=""))) for name in ("processes", "timeline", "phases")}
metrics = [line.rsplit(" ", 1) for line in open("metrics.txt") if line[0] != "#"]
metric = {re.sub(r"[{].*", "", name): float(value) for name, value in metrics} # of families with one sample
job, peak, cost, ranks = record["job"], record["peak"], record["cost"], record["ranks"]
MARK = {"exact": "=", "at_least": "≥", "at_most": "≤"}

def size(n): return "%.1f MiB" % (n / 1048576) if n >= 1048576 else "%.0f KiB" % (n / 1024)
def is_time(n, shown): # to the displayed digits
    value, unit = shown.split()
    return abs(float(value) * {"ms": 1e6, "s": 1e9}[unit] - n) <= n / 190
def equal(*values): assert len(set(values)) == 1, values
def most(values): return max((int(v) for v in values if v not in ("", None)), default=0)
def says(words): assert words in text, words
def total(rows, name): return sum(int(row[name]) for row in rows if row[name])
page_ranks = [dict(zip((c["name"] for c in page["ranks"]["columns"]), row)) for row in page["ranks"]["rows"]]
rank_rows = {int(row["rank"]): row for row in table["processes"] if row["rank"]}

def duration():
    ns = job["command_end_ns"] - job["begin_ns"]
    assert re.search(r'"duration_seconds":[\d.]{3,20},', open("r.json").read())
    assert abs(record["duration_seconds"] - ns / 1e9) < 1e-9
    equal(record["duration_seconds"], metric["memwatch_job_duration_seconds"])
    shown = re.search(r"ended with status \d+ after ([\d.]+ \w+)", text).group(1)
    assert is_time(ns, shown), (ns, shown)
    assert "after " + shown in " ".join(page["summary"])
    begin, end = record["start_time"], record["end_time"]
    span = 60 * (int(end[14:16]) - int(begin[14:16])) % 3600 + float(end[17:-1]) - float(begin[17:-1])
    assert abs(span - ns / 1e9) < 0.0025, (span, ns)

def ranks_peaks():
    for i, rank in enumerate(ranks):
        bytes, kind = rank["peak"]["bytes"], rank["peak"]["kind"]
        row = rank_rows[rank["rank"]]
        shown = next(r for r in page_ranks if r["label"] == str(rank["rank"]))
        gauge = next(float(v) for n, v in metrics if n.startswith("memwatch_rank_rss_peak_bytes") and
                     'rank="%d"' % rank["rank"] in n and 'kind="%s"' % kind in n)
        equal(bytes, int(row["rank_peak_bytes"]), shown["peak"]["bytes"], int(gauge))
        equal(kind, row["rank_peak_kind"], shown["peak"]["kind"])
        assert re.search(r"\b%d %d %s %s " % (rank["rank"], rank["pid"], MARK[kind], size(bytes)), text), rank["pid"]
        curve = [e["args"]["bytes"] for e in events if e["ph"] == "C" and e["name"] == "rank %d" % rank["rank"]]
        assert max(curve) <= bytes and (died or max(curve) >= bytes - rank["error_bytes"])
        process = record["processes"][rank["process"]]
        equal(bytes // 1024, process["max_rss_kib"], int(row["peak_bytes"]) // 1024)
        equal(rank["rss_at_end_bytes"], int(row["rss_at_end_bytes"]), shown["at_end"])
    largest = max(ranks, key=lambda r: r["peak"]["bytes"])
    says("largest peak %s %s in rank %d" % (MARK[largest["peak"]["kind"]], size(largest["peak"]["bytes"]), largest["rank"]))
    equal(record["rank_peak_bytes"]["max"], largest["peak"]["bytes"])

def totals():
    seen, upper = peak["seen"]["bytes"], peak["upper"]["bytes"]
    curve = [e["args"]["bytes"] for e in events if e["name"] == "sum of RSS, sampled"]
    equal(seen, int(metric["memwatch_job_rss_seen_bytes"]), page["seen"]["bytes"], most(page["seen_curve"]), max(curve),
          most(row["total_rss_bytes"] for row in table["timeline"]))
    equal(seen // 1024, record["max_total_rss_kib"], max(t["total_rss_kib"] for t in record["timeline"]))
    equal(upper, int(metric["memwatch_job_rss_upper_bytes"]), page["upper"]["bytes"])
    known = [bytes for bytes, known in record["bounds"] if known]
    assert most(row["total_upper_bytes"] for row in table["timeline"]) <= most(page["bound_curve"]) <= max(known) <= upper
    # (a slice of the page is not known where one of its cells is not)
    assert died or len(known) < len(record["bounds"]) or most(page["bound_curve"]) == max(known)
    assert max(known) == upper or (died and max(known) <= upper)
    says("≥ %s seen at one moment" % size(seen))
    says("≤ %s upper bound" % size(upper))
    assert upper >= seen
    says("≥ %s PSS" % size(peak["pss"]["bytes"])) if peak["pss"]["bytes"] else None

def over_time(): # the sampled sum and the upper bound refer to the same processes
    least = 0 if died else 3 # of a job that dies soon there may be few samples before the last records of the ranks
    both = [(a, b) for a, b in zip(page["seen_curve"], page["bound_curve"]) if a is not None and b is not None]
    assert len(both) > least and all(a <= b for a, b in both), [x for x in both if x[0] > x[1]][:3]
    rows = [row for row in table["timeline"] if row["total_rss_bytes"] and row["total_upper_bytes"]]
    assert len(rows) > least and all(int(row["total_rss_bytes"]) <= int(row["total_upper_bytes"]) for row in rows)

def samples():
    equal(job["samples"], record["samples"], total(table["timeline"], "samples"))
    shown = re.search(r"([\d,]+) samples, one every ([\d.]+ \w+) on average, longest gap ([\d.]+ \w+) \(([\d.]+ \w+) requested\)", text)
    equal(job["samples"], int(shown.group(1).replace(",", "")))
    assert is_time(job["gap_mean_ns"], shown.group(2)) and is_time(job["gap_max_ns"], shown.group(3))
    equal(shown.group(4), "50.0 ms") and equal(record["interval_ms"], 50.0)
    equal(job["gap_mean_ns"], round(record["interval_mean_ms"] * 1e6))
    equal(job["gap_max_ns"], round(record["interval_longest_ms"] * 1e6), record["hosts"][0]["gap_max_ns"])
    assert 0 < job["gap_mean_ns"] <= job["gap_max_ns"] <= job["end_ns"] - job["begin_ns"]

def calls():
    equal(cost["calls"], sum(r["calls"] for r in ranks), total(table["processes"], "mpi_calls"),
          sum(site["calls"] for site in record["sites"]), sum(row["calls"] for row in page_ranks))
    equal(cost["measured"], total(table["processes"], "mpi_calls_measured"), sum(row["measured"] for row in page_ranks))
    says("%s of %s calls measured" % ("{:,}".format(cost["measured"]), "{:,}".format(cost["calls"])))

def phases():
    for phase, row in zip(record["phases"], table["phases"]):
        equal(phase["path"], row["phase"]), equal(phase["visits"], int(row["visits"]))
        equal(phase["peak_bytes"]["max"] if phase["peak_kind"] != "unknown" else 0, int(row["peak_max_bytes"] or 0))

def numbers(): # no number has more digits than are known
    long = [n for form in ("r.json", "metrics.txt") for n in re.findall(r"[\[:, ]-?\d+\.0*[1-9]\d{9,}", open(form).read())]
    assert not long, long[:5]

def own():
    own = [int(line.split()[1]) * 1024 for line in open("out") if line.startswith("own ")]
    equal(cost["shim_bytes_max"], max(r["shim_bytes"] for r in ranks))
    says("at most %s of a rank's RSS" % size(cost["shim_bytes_max"]))
    for rank in ranks: # the program has read its libraries' pages itself
        assert not own or rank["shim_bytes"] >= min(own) * .7, (rank["shim_bytes"], own)
        assert rank["shim_bytes"] < 16 << 20

def deaths():
    equal(len(record["deaths"]), int(metric["memwatch_job_deaths"]), len([e for e in events if e.get("cat") == "death"]))
    first = record["deaths"][0]
    rank = ranks[first["rank"]]
    equal(first["rss"]["bytes"], rank["rss_at_end_bytes"])
    says("RSS then: ≥ %s" % size(rank["rss_at_end_bytes"]))
    held = dict(re.findall(r"rank (\d+) ([\d.]+ [KM]iB)", re.search(r"the others held then: (.*?) (?:✗|Peak)", text).group(1)))
    for other in ranks: # ranks that only waited for the end had the same amount then as at the end
        if other is not rank:
            number, unit = held[str(other["rank"])].split()
            assert abs(float(number) * 1048576 - other["rss_at_end_bytes"]) < 2 << 20, (held, other["rss_at_end_bytes"])

def verdicts():
    junit, summary = " ".join(open("j.xml").read().split()), " ".join(open("summary").read().split())
    largest = max(ranks, key=lambda r: r["peak"]["bytes"])
    for form in (junit, summary, " ".join(open("err").read().split())):
        assert "rank %d had %s" % (largest["rank"], size(largest["peak"]["bytes"])) in form, form
        assert size(peak["seen"]["bytes"]) in form, form

globals()[sys.argv[1]]()
END

# A run that makes all forms while it ends, and limits that it exceeds.
job() { # mpi program...
    mpi=$1
    shift
    rm -f summary
    GITHUB_STEP_SUMMARY=$PWD/summary "$memwatch" run -i 50 --force --max-rank-rss 1M --max-total-rss 2M --junit j.xml --github \
        -o r.json --report r.txt --html r.html --csv processes.csv --timeline timeline.csv --phases phases.csv \
        --trace trace.json --metrics metrics.txt -- "$(mpirun_of "$mpi")" -n 3 "$@" >out 2>err
}
all_agree() { # what well|died FORMS...
    job=$1 how=$2
    shift 2
    for form in "$@"; do
        check "$job: $form" "$python" agree.py "$form" "$how"
    done
}

everything="duration ranks_peaks totals over_time samples calls phases numbers own verdicts"
for mpi in $(mpis); do
    job "$mpi" "$(program "$mpi" spikes)"
    all_agree "$mpi, ends well" well $everything
    job "$mpi" "$(program "$mpi" own_rss)"
    all_agree "$mpi, memwatch's own memory" well own calls
    job "$mpi" "$(program "$mpi" own_rss)" kill
    all_agree "$mpi, memwatch's own memory where a rank is killed" died own
    job "$mpi" "$(program "$mpi" grow_and_die)" --rank 1 --mib 48 --how kill
    all_agree "$mpi, killed" died $everything deaths
done
"$memwatch" report --force -o again.json --report again.txt --html again.html --timeline again.csv r.json
check "the same from the record" sh -c 'cmp r.json again.json && cmp r.txt again.txt && cmp r.html again.html && cmp timeline.csv again.csv'
done_testing
