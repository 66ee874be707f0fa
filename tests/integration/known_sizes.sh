# SPDX-License-Identifier: MIT
# A phase's peak agrees with the sizes that the program prints: within 0.5 MiB, for every phase, or within the error that the
# report tells for the rank. With threads that is more, since each core has pages that the kernel has not counted yet.
. "${srcdir:-.}/tests/lib.sh"

tolerance=524288

# held MPI RANKS ARGUMENTS...: each PHASE line against the phase between the same two lines.
held() {
    mpi=$1 ranks=$2
    shift 2
    options='--exact' run_mpi "$mpi" "$ranks" "$(program "$mpi" known_sizes)" "$@" || { cat out err; return 1; }
    awk -v tolerance=$tolerance '
        function value(name,    i, n) {
            n = length(name) + 1
            for (i = 1; i <= NF; i++) if (substr($i, 1, n) == name "=") return substr($i, n + 1)
            return ""
        }
        function distance(a, b) { return a > b ? a - b : b - a }
        FNR == NR && $1 == "PHASE" {
            key = value("rank") " " value("from_line") " " value("to_line")
            peak[key] = value("base") + value("peak_above_base")
            exit_rss[key] = value("base") + value("exit_above_base")
            next
        }
        $1 == "rank" && value("error") + 0 > tolerance { tolerance = value("error") + 0 }
        $1 == "phase" && match($0, /known_sizes\.c:[0-9]+[^"]*known_sizes\.c:[0-9]+/) {
            split(substr($0, RSTART, RLENGTH), part, /known_sizes\.c:/)
            sub(/[^0-9].*/, "", part[2])
            key = value("rank") " " part[2] " " part[3]
            if (!(key in peak)) next
            seen[key] = 1
            d = distance(value("peak"), peak[key]); e = distance(value("exit_rss"), exit_rss[key])
            if (d > worst) worst = d
            if (d > tolerance || e > tolerance) { print key ": peak off by " d ", exit by " e; bad++ }
            if (value("peak_kind") == "at_most") { print key ": an upper bound, though every boundary is measured"; bad++ }
        }
        END {
            for (key in peak) { n++; if (!(key in seen)) { print "no phase " key; bad++ } }
            print n " phases, worst by " worst " bytes"
            exit bad > 0 || n == 0
        }' out dump
}

for mpi in $(mpis); do
    check "small pages, $mpi" held "$mpi" 2
    check "touched by four threads, $mpi" held "$mpi" 2 --threads 4
    check "huge pages, $mpi" held "$mpi" 2 --huge
    check "one rank, $mpi" held "$mpi" 1
done
done_testing
