# SPDX-License-Identifier: MIT
# Memory that MPI allocates because the program asks for it is the program's, at the line of the call: MPI_Alloc_mem, windows.
. "${srcdir:-.}/tests/lib.sh"

cat >judge.py <<'END'
import json, re, sys
record, report = json.load(open("r.json")), open("report").read()
MIB = 1 << 20
told = {"LINE": [], "WINDOW": []}
for line in open("out"):
    kind = line.split(" ")[0]
    if kind in told:
        told[kind].append(dict(re.findall(r"(\w+)=(\S+)", line)))
assert len(told["LINE"]) == 6 and len(told["WINDOW"]) == 2, told
ranks = {rank["rank"]: rank for rank in record["ranks"]}
function = lambda frame: record["places"][frame]["function"]

def sites_of(rank, line):
    return [site for site in rank["heap"]["sites"] if site["label"] == "given.c:%s (via %s)" % (line["line"], line["call"])]

def lines():
    for line in told["LINE"]:
        sites = sites_of(ranks[int(line["rank"])], line)
        size, small = int(line["bytes"]), line["small"] == "1"
        bytes, error = sum(s["at_peak_bytes"] for s in sites), sum(s["at_peak_error_bytes"] ** 2 for s in sites) ** .5
        assert (error > 0) == small, (line, error)
        # MPI may have something around it
        slack = 6 * error + size // 20 if small else 16384
        assert -4096 - slack * small <= bytes - size <= slack, (line, bytes, error)
        for site in sites:
            assert site["owner"] == "program" and site["library"] == "", site
            # the stack begins with the call
            assert [function(frame) for frame in site["frames"]][:3] == [line["call"], line["function"], "main"], site

def mpi():  # what it needs itself, and nothing of that
    for rank in ranks.values():
        assert 0 < rank["held_mpi_bytes"] < 6 * MIB, rank["held_mpi_bytes"]
        parts = rank["heap"]["rows"]
        assert parts["shared_bytes"] > 12 * MIB, parts

def freed():  # as if it had never been
    for rank in ranks.values():
        for site in rank["heap"]["sites"]:
            if "via MPI_" in site["label"]:
                assert site["held_bytes"] < 65536 * 8, site
            if function(site["place"] or 0) == "again":
                assert site["same_call"] and site["at_peak_bytes"] == 0, site

def text():
    line = next(line for line in told["LINE"] if line["rank"] == "1" and line["function"] == "block")
    assert re.search(r"^ +44.0 MiB .* MPI_Alloc_mem ← block given.c:%s ← main :\d+ +1$" % line["line"], report, re.M), report
    windows()

def windows():
    row = report[report.index(" shared memory\n"):]
    window = told["WINDOW"][0]
    assert " ".join(row.split()).startswith("shared memory it may be windows: MPI_Win_allocate_shared given.c:%s " % window["line"]), row[:300]

globals()[sys.argv[1]]()
END

job() { # MPI, options of memwatch
    mpi_of=$1
    shift
    "$memwatch" run --quiet --force -o r.json --report report "$@" -- "$(mpirun_of "$mpi_of")" -n 2 \
        "$(program "$mpi_of" given)" >out 2>err || { cat err; return 1; }
}

for mpi in $(mpis); do
    check "$mpi: the job" job "$mpi"
    check "$mpi: each line has what it asked for" python3 judge.py lines
    check "$mpi: MPI's own memory" python3 judge.py mpi
    check "$mpi: when it is freed" python3 judge.py freed
    check "$mpi: the report" python3 judge.py text
    check "$mpi: the job, with few samples" job "$mpi" --heap-interval=4M
    check "$mpi: the windows are named though no block is recorded after them" python3 judge.py windows
done
done_testing
