# SPDX-License-Identifier: MIT
# Memory that grows or shrinks inside MPI calls without being MPI's: MPI's own memory is what MPI allocates, whatever is touched
# inside its calls, and by which thread; in every form.
. "${srcdir:-.}/tests/lib.sh"
export UCX_VFS_ENABLE=n # of UCX 1.14 and later: else a thread of its own runs before MPI_Init
python=/usr/bin/python3 # the one that the system's packages are for
[ -x "$python" ] || python=python3

cat >judge.py <<'END'
import csv, json, re, sys
what, mib = sys.argv[1], int(sys.argv[2])
record = json.load(open("r.json"))
report, page = open("report").read(), open("page.html").read()
printed = re.findall(r"OWN rank=(\d+) bytes=(-?\d+) multiple=(\d)", open("err").read())
own, multiple = {int(r): int(b) for r, b, _ in printed}, any(m == "1" for _, _, m in printed)
ranks, MIB = record["ranks"], 1 << 20
rows = {int(row["rank"]): row for row in csv.DictReader(open("r.csv")) if row["rank"] and row["role"] == "rank"}
heading = next(line for line in report.splitlines() if line.startswith("MPI calls"))
said = " ".join(report[report.index(heading):].split())
assert len(ranks) == len(own) == 2
for rank in ranks:
    size = mib * MIB - 2 * rank["error_bytes"]
    # the program counts memwatch's own memory as well, and its readings have the same error
    error = rank["shim_bytes"] + 2 * rank["error_bytes"]
    held, grown, row, parts = rank["held_mpi_bytes"], rank["in_mpi"], rows[rank["rank"]], rank["heap"]["rows"]
    assert all(value >= 0 for value in grown.values()), grown
    assert held == parts["mpi_bytes"] and (row["mpi_holds_bytes"], row["mpi_holds_kind"]) == (str(held), "estimate"), row
    assert 0 < rank["held_mpi_error_bytes"] < held, rank["held_mpi_error_bytes"]
    # what MPI needs for itself is less than any of the sizes but that of messages; collective reading has a buffer of 16 MiB
    if what != "unexpected":
        assert held < (22 if what == "file" else 6) * MIB, (held, parts)
    elif rank["rank"] == 0:  # MPICH keeps messages in shared memory
        assert held + parts["shared_bytes"] > 0.9 * size, parts
    if what in ("early", "elsewhere"):
        assert rank["threads"] == "in_init", rank["threads"]
    else:
        assert rank["threads"] == ("after_init" if what == "later" or multiple else "none"), rank["threads"]
        assert abs(grown["init_bytes"] - own[rank["rank"]]) < error, (grown, own)
    if what == "table" and rank["rank"] == 1:  # the root has touched its table before
        assert grown["received_bytes"] >= mib * MIB and grown["later_bytes"] > size, grown
    if what == "file":
        assert grown["later_bytes"] > size, grown
    if what in ("windows", "attribute"):
        assert grown["fell_bytes"] > size, grown

def of_program(function):  # at the peak of each rank
    return [sum(site["at_peak_bytes"] for site in rank["heap"]["sites"] if site["owner"] == "program" and site["place"] is not None and
                record["places"][site["place"]]["function"] == function) for rank in ranks]
if what in ("table", "file"):  # touched by MPI first, in rank 1 or in both
    assert min(of_program(what)) > 0.95 * mib * MIB, of_program(what)
if what == "op":
    assert max(of_program("keep_some")) > 0.95 * mib * MIB, of_program("keep_some")
if what == "op":  # MPI decides which rank calls it
    assert max(rank["in_mpi"]["later_bytes"] for rank in ranks) > size, ranks
apart = any(rank["threads"] != "none" for rank in ranks)
assert re.search(r"MPI%s had allocated ~ [0-9.]+ [KM]iB ± [0-9.]+ [KM]iB, each rank at its peak%s$" %
                 ((", not other threads,", "") if apart else ("", ", and held at least that")), heading), heading
in_init = re.search(r"MPI_Init(_thread)? made RSS grow by [0-9.]+ [KM]iB: memory of MPI, code of its libraries, shared memory", said)
grew = sum(rank["in_mpi"]["init_bytes"] for rank in ranks)  # not where another thread freed more than that meanwhile
assert grew or what in ("early", "elsewhere"), ranks
assert bool(in_init) == bool(grew), said
if what == "table":
    assert re.search(r"later calls made RSS grow by [0-9.]+ MiB.*: MPI's memory, or the program's that was first touched there, "
                     r"such as receive buffers \(≤ [0-9.]+ MiB were received\)", said), said
if what in ("windows", "attribute"):
    assert re.search(r"fall by [0-9.]+ MiB.*: MPI's memory, or the program's that was .*freed there", said), said
assert ("other threads ran during later calls" in said) == (what == "later" or multiple), said
assert "not measured" not in said, said
assert heading[len("MPI calls"):].strip() in page and "itself holds" not in report + page
END

bound_holds() { # MPI WHAT MIB
    rm -f r.json r.csv report page.html
    timeout 120 "$memwatch" run --exact -o r.json --csv r.csv --html page.html --report report -- "$(mpirun_of "$1")" -n 2 \
        "$(program "$1" whose)" "$2" "$3" >out 2>err || { cat err; return 1; }
    "$python" judge.py "$2" "$3" || { sed -n '/^MPI calls/,/^$/p' report; return 1; }
}

for mpi in $(mpis); do
    check "$mpi: a table of the program, received" bound_holds "$mpi" table 56
    check "$mpi: what an MPI_Op allocates" bound_holds "$mpi" op 24
    check "$mpi: a file read into memory of the program" bound_holds "$mpi" file 20
    check "$mpi: windows that the program has filled" bound_holds "$mpi" windows 28
    check "$mpi: what an attribute's function frees" bound_holds "$mpi" attribute 36
    check "$mpi: unexpected messages" bound_holds "$mpi" unexpected 6
    check "$mpi: MPI_Alloc_mem, MPI_Buffer_attach" bound_holds "$mpi" lent 12
    check "$mpi: a thread beside later calls" bound_holds "$mpi" later 16
    check "$mpi: MPI_THREAD_MULTIPLE" bound_holds "$mpi" multiple 1
    check "$mpi: a thread beside MPI_Init" bound_holds "$mpi" early 16
    check "$mpi: MPI in a thread" bound_holds "$mpi" elsewhere 32
done
done_testing
