# SPDX-License-Identifier: MIT
# Paths to a call that are similar on the stack are distinguished, for each call.
. "${srcdir:-.}/tests/lib.sh"

# Every path is a call site with the expected number of calls, and there is no other.
are_distinguished() {
    awk 'FNR == NR { if ($1 == "PATH") { key = $3 " " $4 " " $5; want[key] = $2; ways++ } next }
        /^site / && /call="MPI_Barrier" / {
            calls = $0; sub(/.* calls=/, "", calls); sub(/ .*/, "", calls)
            stack = $0; sub(/.* frames="/, "", stack); sub(/".*/, "", stack); gsub(/[^ ]*:/, "", stack)
            if (want[stack] != calls) { print stack ": " calls " calls, not " want[stack]; bad = 1 }
            seen++
        }
        END { if (seen != ways) print seen " call sites, not " ways; exit bad || seen != ways || !ways }' out dump
}

for mpi in $(mpis); do
    run_mpi "$mpi" 1 "$(program "$mpi" paths)" 100000
    check "$mpi: every call is counted on its path" are_distinguished
    check "$mpi: many of them were only counted" [ "$(grep "^rank " dump | field measured)" -lt "$(grep "^rank " dump | field calls)" ]
    options=--exact run_mpi "$mpi" 1 "$(program "$mpi" paths)" 2000
    check "$mpi: every call is counted on its path when all are measured" are_distinguished
done
done_testing
