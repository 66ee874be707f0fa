# SPDX-License-Identifier: MIT
# Whose memory it was, for other tools: three lines of known sizes in --heap, --folded and --pprof, which is read by pprof itself
# where there is one.
. "${srcdir:-.}/tests/lib.sh"
python=/usr/bin/python3 # the one that the system's packages are for
[ -x "$python" ] || python=python3
ranks=3

cat >judge.py <<'END'
import collections, csv, gzip, json, re, sys
record = json.load(open("r.json"))
told = [dict(re.findall(r"(\w+)=(\S+)", line)) for line in open("out") if line.startswith("LINE ")]
rows = list(csv.DictReader(open("h.csv", newline=""), strict=True))
marks = {rank["rank"]: rank["heap"]["mark_bytes"] for rank in record["ranks"]}
assert len(told) == 9, told
if sys.argv[1] not in ("empty", "jobs"):
    assert sorted(marks) == [0, 1, 2] and min(marks.values()) > 32 << 20, marks
SMALL = "fill_list"  # sampled; the other lines are exact

def fits(line, bytes, blocks, error):
    size, count = int(line["bytes"]), int(line["blocks"])
    slack = 6 * error + size // 1000 if line["function"] == SMALL else 8192 * count  # the ends of a block are parts of pages
    assert abs(bytes - size) <= slack, (line, bytes, error)
    assert (error > 0) == (line["function"] == SMALL), (line, error)
    assert abs(blocks - count) <= count * slack / size, (line, blocks)

def table():
    for row in rows:
        assert None not in row and None not in row.values(), row
    for rank, mark in marks.items():
        assert sum(int(row["bytes_at_peak"]) for row in rows if row["rank"] == str(rank)) == mark, rank
    for line in told:
        mine = [row for row in rows if (row["rank"], row["function"], row["line"]) == (line["rank"], line["function"], line["line"])]
        assert len(mine) == 1 and mine[0]["file"].endswith("/three_lines.c") and mine[0]["owner"] == "program", (line, mine)
        row = mine[0]
        fits(line, int(row["bytes_at_peak"]), int(row["blocks_at_peak"]), int(row["error_bytes"]))
        assert row["what"] == "three_lines.c:" + line["line"] and "%s %s" % (row["what"], line["function"]) in row["stack"], row
        assert (int(row["held_at_end_bytes"]) > 0) == (line["function"] == SMALL), row  # the others were freed
        assert int(row["allocated_bytes"]) >= int(row["bytes_at_peak"]), row
        assert row["phase"].startswith("MPI_Barrier three_lines.c:") or " → " in row["phase"], row
    assert any(row["owner"] == "mpi" and row["library"] for row in rows), "nothing of MPI"

def sums(of_line):  # by rank, of a table's rows
    result = collections.Counter()
    for row in rows:
        if of_line is None or (row["function"], row["line"]) == of_line:
            result[int(row["rank"])] += int(row["bytes_at_peak"])
    return result

def folded():
    lines = open("f.txt").read().splitlines()
    assert lines == sorted(lines, key=lambda line: line.rpartition(" ")[0].encode()) and len(lines) == len(set(lines))
    total = collections.Counter()
    for line in lines:
        stack, _, bytes = line.rpartition(" ")
        assert int(bytes) > 0 and re.match(r"rank \d+;.", stack), line
        total[int(stack[5:stack.index(";")])] += int(bytes)
    hidden = collections.Counter()  # amounts below 0 are not in it
    for row in rows:
        hidden[int(row["rank"])] += max(0, -int(row["bytes_at_peak"]))
    assert total == {rank: mark + hidden[rank] for rank, mark in marks.items()}, (total, marks, hidden)
    for line in told:
        of_it = [l for l in lines if l.startswith("rank %s;" % line["rank"]) and
                 ";three_lines.c:%s " % line["line"] in l]
        assert len(of_it) == 1 and ";main;" in of_it[0] and "_start" not in of_it[0], (line, of_it)
        assert int(of_it[0].split()[-1]) == sums((line["function"], line["line"]))[int(line["rank"])], of_it

def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128:
            return value, at

def fields(data):  # of a message: number to list of values
    result, at = collections.defaultdict(list), 0
    while at < len(data):
        tag, at = varint(data, at)
        assert tag & 7 in (0, 2), tag
        value, at = varint(data, at)
        if tag & 7 == 2:
            value, at = data[at:at + value], at + value
        result[tag >> 3].append(value)
    return result

def numbers(pieces):
    result = []
    for data in pieces:
        at = 0
        while at < len(data):
            value, at = varint(data, at)
            result.append(value - (1 << 64) if value >> 63 else value)
    return result

def profile():
    top = fields(gzip.open("p.pb.gz").read())
    text = [s.decode() for s in top[6]]
    one = lambda message, field: (message[field] or [0])[0]
    functions = {one(f, 1): f for f in map(fields, top[5])}
    locations = {one(l, 1): l for l in map(fields, top[4])}
    mappings = {one(m, 1): m for m in map(fields, top[3])}
    total = collections.Counter()
    by_line = collections.Counter()
    chains = collections.defaultdict(set)
    for sample in map(fields, top[2]):
        labels = {text[one(l, 1)]: text[one(l, 2)] or one(l, 3) for l in map(fields, sample[3])}
        bytes, blocks = numbers(sample[2])
        total[labels["rank"]] += bytes
        assert labels["host"] == record["hosts"][0]["name"] and labels["owner"], labels
        innermost = locations[numbers(sample[1])[0]]
        lines = [(text[one(functions[one(l, 1)], 2)], one(l, 2)) for l in map(fields, innermost[4])]
        by_line[labels["rank"], lines[0]] += bytes
        chains[lines[0][0]].add(tuple(name for name, _ in lines))
        if one(innermost, 2):
            mapping = mappings[one(innermost, 2)]
            assert one(mapping, 2) <= one(innermost, 3) < one(mapping, 3)
    assert total == marks, (total, marks)
    for line in told:
        of = (line["function"], int(line["line"]))
        assert by_line[int(line["rank"]), of] == sums((line["function"], line["line"]))[int(line["rank"])], line
    assert chains["grab"] == {("grab", "table")}, chains["grab"]  # inlined: two lines of one location
    programs = [m for m in mappings.values() if text[one(m, 5)].endswith("/three_lines")]
    assert len(programs) == 1 and re.fullmatch("[0-9a-f]{40}", text[one(programs[0], 6)]), programs
    assert text[one(top, 14)] == "space" and "memwatch" in text[numbers(top[13])[0]]

def jobs():  # two of them, with one rank and with two
    expected = {(job["number"], rank["rank"]): rank["heap"]["mark_bytes"] for job in record["jobs"] for rank in job["ranks"]}
    assert sorted(expected) == [(1, 0), (2, 0), (2, 1)] and min(expected.values()) > 32 << 20, expected
    top = fields(gzip.open("p.pb.gz").read())
    text, total = [s.decode() for s in top[6]], collections.Counter()
    for sample in map(fields, top[2]):
        labels = {text[l[1][0]]: l[3][0] if l[3] else 0 for l in map(fields, sample[3])}
        total[labels["job"], labels["rank"]] += numbers(sample[2])[0]
    assert total == expected, (total, expected)
    in_table = collections.Counter()
    for row in rows:
        in_table[int(row["job"]), int(row["rank"])] += int(row["bytes_at_peak"])
    assert in_table == expected, (in_table, expected)
    roots = {";".join(line.split(";")[:2]) for line in open("f.txt")}
    assert roots == {"job %d;rank %d" % key for key in expected}, roots

def top():  # pprof's own sums, over the ranks
    lines = open("top").read()
    assert "Type: space" in lines, lines
    for function in ("grab", "mesh", SMALL):
        bytes = sum(int(row["bytes_at_peak"]) for row in rows if row["function"] == function)
        shown = re.search(r"^ *(\d+)B +[\d.]+% +[\d.]+% +\d+B +[\d.]+%  %s\b".replace("%s", function), lines, re.M)
        assert shown and int(shown.group(1)) == bytes, (function, bytes, lines)

def rank():  # the same of one rank
    lines = open("rank").read()
    bytes = next(int(row["bytes_at_peak"]) for row in rows if (row["rank"], row["function"]) == ("2", "grab"))
    assert re.search(r"^ *%dB .* grab\b" % bytes, lines, re.M), (bytes, lines)

def empty():
    top = fields(gzip.open("p.pb.gz").read())
    assert not top[2] and len(top[1]) == 2 and b"no allocations were recorded" in top[6], top
    assert not rows_of_empty and open("f.txt").read() == ""

if sys.argv[1] == "empty":
    rows_of_empty = list(csv.DictReader(open("h.csv", newline="")))
globals()[sys.argv[1]]()
END

job() { # MPI [options...]
    mpi=$1
    shift
    "$memwatch" run --quiet --force -o r.json --pprof p.pb.gz --folded f.txt --heap h.csv "$@" -- "$(mpirun_of "$mpi")" -n $ranks \
        "$(program "$mpi" three_lines)" >out 2>err || { cat err; return 1; }
}

later() { # from the record
    "$memwatch" report --force --pprof q.pb.gz --folded g.txt --heap i.csv r.json && cmp p.pb.gz q.pb.gz && cmp f.txt g.txt &&
        cmp h.csv i.csv
}

on_stdout() {
    "$memwatch" report --pprof - r.json | cmp - p.pb.gz && "$memwatch" report --folded - r.json | cmp - f.txt &&
        "$memwatch" report --heap - r.json | cmp - h.csv
}

pprof() { # options... FILE; pprof keeps files in $HOME
    HOME=$work go tool pprof "$@" 2>pprof.err || { cat pprof.err; return 1; }
}
has_pprof() { command -v go >/dev/null 2>&1 && go tool -n pprof >/dev/null 2>&1; }

pprof_reads() {
    has_pprof || cannot "needs pprof (Debian: golang-go)" || return
    pprof -top -unit=B p.pb.gz >top && "$python" judge.py top && pprof -top -unit=B -tagfocus=rank=2 p.pb.gz >rank &&
        "$python" judge.py rank && pprof -comments p.pb.gz | grep -q '^memwatch: '
}

two_jobs() { # MPI
    program=$(program "$1" three_lines) start=$(mpirun_of "$1")
    # shellcheck disable=SC2016 # the inner shell expands it
    "$memwatch" run --quiet --force -o r.json --pprof p.pb.gz --folded f.txt --heap h.csv -- \
        sh -c '"$0" -n 1 "$1" && "$0" -n 2 "$1"' "$start" "$program" >out 2>err || { cat err; return 1; }
    "$python" judge.py jobs
}

on_terminal() { # nothing binary
    script -qec "'$memwatch' report --pprof - r.json" /dev/null </dev/null >shown && return 1
    grep -q '^memwatch: --pprof is not for a terminal: use --pprof=FILE' shown
}

without() { # MPI
    job "$1" --no-heap || return
    "$python" judge.py empty && grep -q '^memwatch: p.pb.gz has no allocations: ' err &&
        grep -q '^memwatch: f.txt has no allocations: ' err && grep -q '^memwatch: h.csv has no allocations: ' err
}

empty_is_read() {
    has_pprof || cannot "needs pprof (Debian: golang-go)" || return
    pprof -top p.pb.gz >top
}

for mpi in $(mpis); do
    check "$mpi: the job" job "$mpi"
    for what in table folded profile; do
        check "$mpi: $what" "$python" judge.py $what
    done
    check "$mpi: pprof reads it" pprof_reads
    check "$mpi: the same later, from the record" later
    check "$mpi: to stdout" on_stdout
    check "$mpi: two jobs" two_jobs "$mpi"
    check "$mpi: a profile is not written to a terminal" on_terminal
    check "$mpi: an empty form says why" without "$mpi"
    check "$mpi: and pprof reads it" empty_is_read
done

"$memwatch" run --quiet --pprof none.pb.gz -- true >out 2>err
check "a command without ranks" grep -q '^memwatch: none.pb.gz has no allocations: no process left a record' err
done_testing
