# SPDX-License-Identifier: MIT
# Which lines held the most at the peak of each phase: three phases with memory of known sizes at lines of their own, which is
# freed before the next one begins; in the report, on the page and in the record.
. "${srcdir:-.}/tests/lib.sh"

cat >judge.py <<'END'
import json, re, sys
told = {}
for line in open("out"):
    if line.startswith("LINE "):
        fields = dict(re.findall(r"(\w+)=(\S+)", line))
        told[fields["phase"], int(fields["rank"])] = fields
report = open("report").read()
record = json.load(open("r.json"))
UNITS = {"KiB": 1 << 10, "MiB": 1 << 20}
number = lambda text, unit: float(text) * UNITS[unit]

def close(bytes, error, line):
    size = int(line["bytes"])
    assert (error > 0) == (line["small"] == "1"), (error, line)
    assert abs(bytes - size) <= 6 * error + size // 20, (bytes, error, line)

def text():
    section = report[report.index("\nLines by phase"):].lstrip("\n")
    rows = section[:section.index("\n\n")].splitlines()[2:]
    shape = re.compile(r"  (\w+) +(\d) +[\d.]+ MiB +(?:([\d.]+) (\w+)  (?:± ([\d.]+) (\w+))? +\d+ %  (\S+) +(\w+)|see rank \d above)$")
    found = {row.split()[0]: shape.match(row) for row in rows if row[2] != " "}  # others: smaller lines of the same phase
    assert list(found) == ["read", "solve", "write"] and all(found.values()), rows
    assert len(rows) <= 9, rows
    read, solve, write = found.values()
    assert read.group(2) == "1" and solve.group(2) == "0", rows  # where more was held
    for name, match in found.items():
        line = told[name, int(match.group(2))]
        if name == "solve":  # the peak of the fullest rank, whose table has it
            assert "see rank" in match.group(0), rows
            assert re.search(r"^ +96.0 MiB .*matrix phase_lines.c:%s" % line["line"], report, re.M), report
            continue
        close(number(*match.group(3, 4)), number(*match.group(5, 6)) if match.group(5) else 0, line)
        assert match.group(7, 8) == ("phase_lines.c:" + line["line"], line["function"]), (match.group(0), line)

def in_record():
    for rank in record["ranks"]:
        sites, names = rank["heap"]["sites"], [phase["name"] for phase in rank["phases"]]
        phases = {names[phase["phase"]]: phase for phase in rank["heap"]["phases"]}
        assert sorted(phases) == ["read", "solve", "write"], phases
        for name, phase in phases.items():
            line = told[name, rank["rank"]]
            site, bytes = phase["sites"][0]
            assert sites[site]["label"] == "phase_lines.c:" + line["line"], (sites[site], line)
            close(bytes, (sites[site]["variance_bytes"] * bytes) ** .5, line)

def page():
    text = open("page.html").read()
    begin = text.index('<script type="application/json" id="data">') + len('<script type="application/json" id="data">')
    data = json.loads(text[begin:text.index("</script>", begin)])
    table = lambda key: [dict(zip([column["name"] for column in data[key]["columns"]], row)) for row in data[key]["rows"]]
    ranks, frames, stacks, phases = (table(key) for key in ("heap_ranks", "heap_frames", "heap_stacks", "heap_phases"))
    assert sorted((phase["rank"], phase["name"]) for phase in phases) == [(r, p) for r in (0, 1) for p in ("read", "solve", "write")]
    sites = table("heap_phase_sites")
    for i, phase in enumerate(phases):
        line = told[phase["name"], ranks[phase["rank"]]["rank"]]
        mine = [site for site in sites if site["phase"] == i]
        largest = max(mine, key=lambda site: site["bytes"])
        stack = stacks[largest["stack"]]["frames"]
        assert frames[stack[-1]]["line"] == "%s phase_lines.c:%s" % (line["function"], line["line"]), (frames[stack[-1]], line)
        assert frames[stack[0]]["function"] == "main", frames[stack[0]]
        close(largest["bytes"], largest["error"], line)
        # with the rest and what is not allocated: the phase's peak
        assert sum(site["bytes"] for site in mine) + phase["rest"] + phase["outside"] == phase["mark"], phase

globals()[sys.argv[1]]()
END

job() {
    "$memwatch" run --quiet --force -o r.json --report report --html page.html -- "$(mpirun_of "$1")" -n 2 \
        "$(program "$1" phase_lines)" >out 2>err || { cat err; return 1; }
}

for mpi in $(mpis); do
    check "$mpi: the job" job "$mpi"
    check "$mpi: the report" python3 judge.py text
    check "$mpi: the record" python3 judge.py in_record
    check "$mpi: the page" python3 judge.py page
done
done_testing
