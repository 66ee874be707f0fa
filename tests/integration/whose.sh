# SPDX-License-Identifier: MIT
# Memory that grows or shrinks inside MPI calls without being MPI's: what is said of MPI's own is a bound that holds, or
# nothing; in every form.
. "${srcdir:-.}/tests/lib.sh"
python=/usr/bin/python3 # the one that the system's packages are for
[ -x "$python" ] || python=python3

cat >judge.py <<'END'
import csv, json, re, sys
what, mib = sys.argv[1], int(sys.argv[2])
record = json.load(open("r.json"))
report, page = open("report").read(), open("page.html").read()
told = re.findall(r"OWN rank=(\d+) bytes=(-?\d+) multiple=(\d)", open("err").read())
own, multiple = {int(r): int(b) for r, b, _ in told}, any(m == "1" for _, _, m in told)
ranks, MIB = record["ranks"], 1 << 20
rows = {int(row["rank"]): row for row in csv.DictReader(open("r.csv")) if row["rank"] and row["role"] == "rank"}
heading = next(line for line in report.splitlines() if line.startswith("MPI calls"))
said = " ".join(report[report.index(heading):].split())
assert len(ranks) == len(own) == 2
for rank in ranks:
    size = mib * MIB - 2 * rank["error_bytes"]
    # the program counts memwatch's own memory as well, and its readings err as ours do
    error = rank["shim_bytes"] + 2 * rank["error_bytes"]
    held, grown, row = rank["held_mpi_bytes"], rank["in_mpi"], rows[rank["rank"]]
    assert all(value >= 0 for value in grown.values()), grown
    assert (row["mpi_holds_bytes"], row["mpi_holds_kind"]) == (("", "unknown") if held is None else (str(held), "at_least")), row
    if what in ("early", "elsewhere"):
        assert rank["threads"] == "in_init" and held is None, (rank["threads"], held)
    else:
        assert rank["threads"] == ("after_init" if what == "later" or multiple else "none"), rank["threads"]
        assert abs(held - own[rank["rank"]]) < error, (held, own)
    if what == "table" and rank["rank"] == 1:  # the root has touched its own before
        assert grown["received_bytes"] >= mib * MIB and grown["later_bytes"] > size, grown
    if what == "file":
        assert grown["later_bytes"] > size, grown
    if what in ("windows", "attribute"):
        assert grown["fell_bytes"] > size, grown
if what == "op":  # which rank calls it is MPI's business
    assert max(rank["in_mpi"]["later_bytes"] for rank in ranks) > size, ranks
known = [rank["held_mpi_bytes"] for rank in ranks if rank["held_mpi_bytes"] is not None]
assert ("is not known: other threads ran" in heading) == (not known), heading
assert not known or re.search(r"memory: ≥ [0-9.]+ [KM]iB, which MPI_Init took", heading), heading
if what == "table":
    assert re.search(r"later calls made RSS grow by [0-9.]+ MiB.*: MPI's memory, or the program's that was first touched there, "
                     r"such as receive buffers \(≤ [0-9.]+ MiB were received\)", said), said
if what in ("windows", "attribute"):
    assert re.search(r"fall by [0-9.]+ MiB.*: MPI's memory, or the program's that was .*freed there", said), said
assert ("other threads ran during later calls" in said) == (what == "later" or multiple), said
assert "point-to-point and one-sided calls are not measured" in said
assert heading[len("MPI calls"):].strip() in page and "itself holds" not in report + page
END

told() { # MPI WHAT MIB
    rm -f r.json r.csv report page.html
    timeout 120 "$memwatch" run --exact -o r.json --csv r.csv --html page.html --report report -- "$(mpirun_of "$1")" -n 2 \
        "$(program "$1" whose)" "$2" "$3" >out 2>err || { cat err; return 1; }
    "$python" judge.py "$2" "$3" || { sed -n '/^MPI calls/,/^$/p' report; return 1; }
}

for mpi in $(mpis); do
    check "$mpi: a table of the program, received" told "$mpi" table 56
    check "$mpi: what an MPI_Op allocates" told "$mpi" op 24
    check "$mpi: a file read into memory of the program" told "$mpi" file 20
    check "$mpi: windows that the program has filled" told "$mpi" windows 28
    check "$mpi: what an attribute's function frees" told "$mpi" attribute 36
    check "$mpi: messages that nobody expects" told "$mpi" unexpected 6
    check "$mpi: MPI_Alloc_mem, MPI_Buffer_attach" told "$mpi" lent 12
    check "$mpi: a thread beside later calls" told "$mpi" later 16
    check "$mpi: MPI_THREAD_MULTIPLE" told "$mpi" multiple 1
    check "$mpi: a thread beside MPI_Init" told "$mpi" early 16
    check "$mpi: MPI in a thread" told "$mpi" elsewhere 32
done
done_testing
