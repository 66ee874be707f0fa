# SPDX-License-Identifier: MIT
# bench/run, bench/accuracy and bench/heap work, with all their sections, and their output can be parsed. The measured values are not
# checked here.
. "${srcdir:-.}/tests/lib.sh"

command -v python3 >/dev/null || skip_all "python3 was not found"
[ "$SANITIZERS" != yes ] || skip_all "sanitizers change what would be measured"
bench=$top_srcdir/bench

# What an expression makes of `d`, the content of a JSON file.
query() { python3 -c "import json, sys; d = json.load(open(sys.argv[1])); print($2)" "$1"; }

known=$("$bench/run" --help | grep -c -w lifetime)
check "bench/run --help lists its sections" [ "$known" -gt 0 ]
check "bench/run --smoke" "$bench/run" --smoke --json cost.json
check "  each section has figures" same \
    "$(query cost.json "' '.join(dict.fromkeys(r['section'] for r in d['results']))")" \
    'fast messages exact collectives governor program lifetime memory idle launcher sampler'
check "  each MPI is in them" same \
    "$(query cost.json "' '.join(sorted({r['name'].split()[0] for r in d['results'] if r['section'] == 'fast'}))")" \
    "$(mpis | sort | tr '\n' ' ' | sed 's/ $//')"
check "  each figure has a unit, and its quartiles in order" same \
    "$(query cost.json "all(r['unit'] and r['q1'] <= r['median'] <= r['q3'] for r in d['results'])")" True
mpi=$(mpis | head -n 1)
export BENCH_PEERS="$mpi:a-tool=$(program "$mpi" pmpi_tool.so),A_VARIABLE=1"
check "bench/run: other profilers" "$bench/run" --smoke --only peers --json peers.json
unset BENCH_PEERS
check "  each has figures, and memwatch beside it" same \
    "$(query peers.json "' '.join(r['name'].split(maxsplit=1)[1] for r in d['results'] if r['name'].endswith('barrier'))")" \
    'a-tool barrier memwatch barrier memwatch --exact barrier'
check "bench/run --only" sh -c "'$bench/run' --smoke --only idle | grep -q '^  private'"
check "bench/run: no such section" sh -c "! '$bench/run' --only nothing 2>err && grep -q nothing err"

check "bench/accuracy --smoke" "$bench/accuracy" --smoke --json found.json
# (the smallest ones may be below what the kernel's counters hold back)
large="[r for r in d['results'] if r['tool'].startswith('memwatch') and r['mib'] > 4]"
check "  memwatch --exact finds all, in the right phase, at the right line" same \
    "$(query found.json "{(r['error'] != None, r['phase'], r['line']) for r in $large if '--exact' in r['tool']}")" \
    "{(True, 'right', 'right')}"
check "  with any budget none is lost" same \
    "$(query found.json "{r['tool'] for r in $large if r['error'] is None}")" 'set()'
check "  each tool is in it, GNU time where it is installed" same \
    "$(query found.json "len({r['tool'] for r in d['results']} - {'GNU time'})")" 6

sections='pairs start memory large samples plateau' # the others need valgrind, NumPy or g++
# shellcheck disable=SC2046,SC2086
check "bench/heap --smoke" "$bench/heap" --smoke --json heap.json $(printf ' --only %s' $sections)
check "  each section has figures" same \
    "$(query heap.json "' '.join(dict.fromkeys(r['section'] for r in d['results']))")" "$sections"
check "  each figure has a unit, and its quartiles in order" same \
    "$(query heap.json "all(r['unit'] and r['q1'] <= r['median'] <= r['q3'] for r in d['results'])")" True

if command -v gnuplot >/dev/null; then
    check "bench/plot" "$bench/plot" --cost cost.json --accuracy found.json --to .
    check "  draws both" sh -c "for f in bench-cost.svg bench-accuracy.svg; do grep -q '</svg>' \$f || exit 1; done"
else
    skip "bench/plot" "gnuplot was not found"
fi
done_testing
