# SPDX-License-Identifier: MIT
# Ways to a call that look alike on the stack are told apart, each call on its own.
. "${srcdir:-.}/tests/lib.sh"

# Every way is a call site with just so many calls, and there is no other.
are_told() {
    awk 'FNR == NR { if ($1 == "PATH") { key = $3 " " $4 " " $5; want[key] = $2; ways++ } next }
        /^site / && /call=MPI_Barrier / {
            calls = $0; sub(/.* calls=/, "", calls); sub(/ .*/, "", calls)
            stack = $0; sub(/.* stack="/, "", stack); sub(/".*/, "", stack); gsub(/[^ ]*:/, "", stack)
            if (want[stack] != calls) { print stack ": " calls " calls, not " want[stack]; bad = 1 }
            seen++
        }
        END { if (seen != ways) print seen " call sites, not " ways; exit bad || seen != ways || !ways }' out dump
}

for mpi in $(mpis); do
    run_mpi "$mpi" 1 "$(program "$mpi" paths)" 100000
    check "$mpi: every call is booked on its way" are_told
    check "$mpi: many of them were only counted" [ "$(grep "^rank " dump | field measured)" -lt "$(grep "^rank " dump | field calls)" ]
    options=--exact run_mpi "$mpi" 1 "$(program "$mpi" paths)" 2000
    check "$mpi: every call is booked on its way when all are measured" are_told
done
done_testing
