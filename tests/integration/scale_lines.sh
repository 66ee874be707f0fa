# SPDX-License-Identifier: MIT
# memwatch scale, the lines that allocated: laws of a program whose lines are known, in each form; records without lines.
. "${srcdir:-.}/tests/lib.sh"
. "${srcdir:-.}/tests/schema.sh"

ls /usr/lib/*/liblapacke.so.3 /usr/lib64/liblapacke.so.3 2>/dev/null | grep -q . || skip_all "needs liblapacke"
[ "$SANITIZERS" != yes ] || skip_all 'built with sanitizers: heaps are not recorded'
scale() { timeout 120 "$memwatch" scale "$@" >out 2>err; echo $?; }
source=$top_srcdir/tests/programs/scale_lines.c
number_of() { grep -n "line $1" "$source" | cut -d: -f1; }

# The line under its name: its row, and the row below it with the model.
row_of() { awk -v at="  scale_lines.c:$1 " 'index($0, at) == 1 {print; getline; print; exit}' out; }
row_is() { row_of "$1" | sed -n "$2p" | grep -q -E -- "$3" || { row_of "$1"; return 1; }; }

# The law of a line in JSON (its largest term) and its bytes on 4 ranks; all of that exact.
law_is() { # file, line, bytes, bytes of the term, its power of n, which series
    "$python" - "$@" <<'END'
import json, sys
file, label, most, bytes, n_power, kind = sys.argv[1:]
study = json.load(open(file))
line = next(line for line in study["lines"] if line["label"] == label)
series = study["series"][int(line[kind])]
term = max(series["model"]["terms"], key=lambda term: term["bytes"] * 4 ** term["n_power"])
held = {study["runs"][int(point["run"])]["n"]: point["bytes"] for point in series["points"]}
print(line, series["model"]["formula"], held)
near = lambda a, b: abs(a - b) <= .01 * b
sys.exit(not (near(term["bytes"], float(bytes)) and term["n_power"] == float(n_power) and near(held[4], float(most))
              and all(point["error_bytes"] == 0 for point in series["points"])))
END
}

# An estimate: these bytes on 4 ranks, within 5 % and six times its error.
estimate_is() { # file, line, bytes
    "$python" - "$@" <<'END'
import json, sys
file, label, bytes = sys.argv[1:]
study = json.load(open(file))
line = next(line for line in study["lines"] if line["label"] == label)
points = study["series"][int(line["series"])]["points"]
print(points)
sys.exit(not (all(point["error_bytes"] > 0 for point in points) and len(points) == 3
              and all(abs(point["bytes"] - float(bytes)) < .05 * float(bytes) + 6 * point["error_bytes"] for point in points if int(point["run"]) == 2)))
END
}

# The largest line of JSON, as the text of the prediction names it.
largest_of() { "$python" -c 'import json, sys; study = json.load(open(sys.argv[1])); line = study["lines"][0]
print("largest line ", study["series"][int(line["series"])]["name"], "(%.1f MiB)" % (line["prediction"]["bytes"] / 1048576))' "$1"; }

mib=1048576
for mpi in $(mpis); do
    check "$mpi: a study: 0" same "$(scale -n 1,2,4 --dir "$mpi" --predict n=8 --ranks-per-node 8 --node-mem 16G \
        --json="$mpi.json" --csv "$mpi.csv" --html "$mpi.html" --report out.txt -- "$(mpirun_of "$mpi")" -n {n} "$(program "$mpi" scale_lines)")" 0
    mv out.txt out
    check "$mpi: the section" grep -q "^Lines   held at a rank's peak, in the rank that held the most$" out
    check "$mpi: a table of n" row_is "$(number_of 'of the table')" 1 '  1\.0 MiB +2\.0 MiB +4\.0 MiB +8\.0 MiB  7\.[0-9] MiB to [89]\.[0-9] MiB$'
    check "$mpi: its law" row_is "$(number_of 'of the table')" 2 '^    in make_table: 1\.0 MiB · n, off by (< )?0\.[0-9]+ %$'
    check "$mpi: a field that is divided" row_is "$(number_of 'of the field')" 1 '  64\.0 MiB +32\.0 MiB +16\.0 MiB +8\.0 MiB  '
    check "$mpi: its law" row_is "$(number_of 'of the field')" 2 '^    in make_field: 64\.0 MiB / n, off by '
    check "$mpi: by way of a helper, always the same" grep -q -E '^    in main: 16\.0 MiB, off by ' out
    check "$mpi: an estimate has its error" row_is "$(number_of 'of the list')" 1 '± [0-9.]+ [KM]iB '
    check "$mpi: no entry is not zero" row_is "$(number_of 'of the halo')" 1 ' –  +8\.0 MiB +8\.0 MiB'
    check "$mpi: no law of two numbers of ranks" row_is "$(number_of 'of the halo')" 2 'no model: .* three different numbers of ranks; no entry in 1'
    check "$mpi: what no entry means" grep -q '^    no entry: it held less there than the smallest lines' out
    check "$mpi: the largest line of the prediction" same "$(sed -n 's/^  \(largest line\) */\1  /p' out)" "$(largest_of "$mpi.json")"
    valid "$mpi: JSON" "$top_srcdir/doc/scale.schema.json" "$mpi.json"
    check "$mpi: JSON: the table" law_is "$mpi.json" "scale_lines.c:$(number_of 'of the table')" $((4 * mib)) $mib 1 series
    check "$mpi: JSON: the field" law_is "$mpi.json" "scale_lines.c:$(number_of 'of the field')" $((16 * mib)) $((64 * mib)) -1 series
    check "$mpi: JSON: the mean of ranks" law_is "$mpi.json" "scale_lines.c:$(number_of 'of the field')" $((16 * mib)) $((64 * mib)) -1 mean_series
    check "$mpi: JSON: the list, an estimate" estimate_is "$mpi.json" "scale_lines.c:$(number_of 'of the list')" $((16 * mib))
    check "$mpi: JSON: via the helper" grep -q "\"label\":\"scale_lines.c:$(number_of 'by way') (via allocate)\",\"function\":\"main\"" "$mpi.json"
    check "$mpi: CSV: a row for each run, and the prediction" same "$(grep -c "^line,make_table scale_lines.c:$(number_of 'of the table')," "$mpi.csv")" 4
    check "$mpi: CSV: the mean of ranks, exact" grep -q -E "^\"line, mean of ranks\",make_field scale_lines.c:[0-9]+,\"n=4,run=1\",4,,16777216,.*,0.?$" "$mpi.csv"
done

# Some runs without lines, and all.
mpi=$(mpis | head -n 1)
check "without lines: 0" same "$("$memwatch" run --silent --quiet --no-heap -o bare.json -- "$(mpirun_of "$mpi")" -n 3 \
    "$(program "$mpi" scale_lines)" >out 2>&1; echo $?)" 0
cp bare.json "$mpi/n=3,run=1.json"
check "one of four runs without lines: 0" same "$(scale --from "$mpi")" 0
check "it is said" grep -q '^    1 of 4 runs have no lines ' out
check "and is no run without an entry" row_is "$(number_of 'of the table')" 2 'in make_table: 1\.0 MiB · n, off by (< )?0\.[0-9]+ %$'
check "its column is empty" row_is "$(number_of 'of the table')" 1 '1\.0 MiB +2\.0 MiB +– +4\.0 MiB$'
mkdir none
cp bare.json none
check "no run has lines: 0" same "$(scale --from none --json=none.json --report none.txt)" 0
check "there is no section" sh -c 'grep -q "^Memory by number of ranks" none.txt && ! grep -q "^Lines\|no lines" none.txt'
check "nor are there lines in JSON" grep -q '"has_lines":false.*"lines":\[\]' none.json
done_testing
