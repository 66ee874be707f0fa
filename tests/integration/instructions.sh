# SPDX-License-Identifier: MIT
# The cost of counting a call, and of a block that the heap library does not enter, in instructions, is within 10 % of the
# number in tests/golden/instructions.
# MW_GOLDEN_UPDATE=1 writes the current numbers to it.
. "${srcdir:-.}/tests/lib.sh"

golden=$top_srcdir/tests/golden/instructions
command -v valgrind >/dev/null || skip_all "valgrind was not found"
[ "$SANITIZERS" != yes ] || skip_all "sanitizers add instructions"
flags=$(sed -n 's/^CFLAGS = //p' "$top_builddir/Makefile")
[ "$flags" = '-g -O2' ] || skip_all "the numbers are for CFLAGS='-g -O2', not for '$flags'"

sh "$top_srcdir/bench/instructions" >now 2>err || { cat err >&2; exit 1; }

grown() { # number known
    echo "$1 instructions, $2 before"
    [ "$1" -gt 0 ] && [ $((100 * $1)) -le $((110 * $2)) ]
}

if [ -n "${MW_GOLDEN_UPDATE-}" ]; then
    awk 'NR == FNR { now[$1, $2, $3, $4] = 1; print; next } !(($1, $2, $3, $4) in now)' now "$golden" | sort >merged
    cat merged >"$golden"
fi
while read -r arch compiler mpi call number; do
    known=$(awk -v key="$arch $compiler $mpi $call" '$1 " " $2 " " $3 " " $4 == key { print $5 }' "$golden")
    if [ -z "$known" ]; then
        skip "$mpi, $call" "no number for $compiler on $arch in tests/golden/instructions: MW_GOLDEN_UPDATE=1 adds it"
    else
        check "$mpi, $call: no more than 10 % above $known instructions" grown "$number" "$known"
    fi
done <now
check "each MPI was counted" same "$(cut -d ' ' -f 3 now | grep -v '^heap$' | sort -u | tr '\n' ' ')" "$(mpis | sort | tr '\n' ' ')"
done_testing
