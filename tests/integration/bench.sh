# SPDX-License-Identifier: MIT
# bench/run and bench/accuracy work, in all their parts, and what they write can be read. What they measure is not
# judged here.
. "${srcdir:-.}/tests/lib.sh"

command -v python3 >/dev/null || skip_all "python3 was not found"
[ "$SANITIZERS" != yes ] || skip_all "sanitizers change what would be measured"
bench=$top_srcdir/bench

# What an expression makes of `d`, the content of a JSON file.
query() { python3 -c "import json, sys; d = json.load(open(sys.argv[1])); print($2)" "$1"; }

known=$("$bench/run" --help | grep -c -w lifetime)
check "bench/run --help tells of its sections" [ "$known" -gt 0 ]
check "bench/run --smoke" "$bench/run" --smoke --json cost.json
check "  each section has figures" same \
    "$(query cost.json "' '.join(dict.fromkeys(r['section'] for r in d['results']))")" \
    'fast exact collectives governor program lifetime memory idle launcher sampler'
check "  each MPI is in them" same \
    "$(query cost.json "' '.join(sorted({r['name'].split()[0] for r in d['results'] if r['section'] == 'fast'}))")" \
    "$(mpis | sort | tr '\n' ' ' | sed 's/ $//')"
check "  each figure has a unit, and its quartiles in order" same \
    "$(query cost.json "all(r['unit'] and r['q1'] <= r['median'] <= r['q3'] for r in d['results'])")" True
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
check "  each tool is in it, GNU time where it is there" same \
    "$(query found.json "len({r['tool'] for r in d['results']} - {'GNU time'})")" 6

if command -v gnuplot >/dev/null; then
    check "bench/plot" "$bench/plot" --cost cost.json --accuracy found.json --to .
    check "  draws both" sh -c "for f in bench-cost.svg bench-accuracy.svg; do grep -q '</svg>' \$f || exit 1; done"
else
    skip "bench/plot" "gnuplot was not found"
fi
done_testing
