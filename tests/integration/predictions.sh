# SPDX-License-Identifier: MIT
# The predictions of memwatch scale for 16 and 32 ranks, from runs on 2, 4 and 8, against real runs: within 5 %.
. "${srcdir:-.}/tests/lib.sh"

mpi=$(mpis | head -n 1) # the examples are built for it
run=$(mpirun_of "$mpi")
examples=$top_builddir/examples
ls /usr/lib/*/liblapacke.so.3 /usr/lib64/liblapacke.so.3 2>/dev/null | grep -q . || skip_all "needs liblapacke"
[ "$(awk '/^MemAvailable:/ {print int($2 / 1048576)}' /proc/meminfo)" -ge 8 ] || skip_all "needs 8 GiB of free memory"

# Fullest rank of one record, or of the prediction, in bytes.
predicted() { "$memwatch" scale --from "$1" --predict "n=$2" --json 2>/dev/null |
    /usr/bin/env python3 -c 'import json, sys; p = json.load(sys.stdin)["prediction"]; print(p["rank"]["bytes"], p["rank"]["low_bytes"], p["rank"]["high_bytes"])'; }
measured() { "$memwatch" report --json "$1" |
    /usr/bin/env python3 -c 'import json, sys; print(max(rank["peak"]["bytes"] for rank in json.load(sys.stdin)["ranks"]))'; }
off() { awk -v m="$1" -v p="$2" 'BEGIN {printf "%.1f MiB, predicted %.1f MiB (%+.1f %%)", m / 1048576, p / 1048576, 100 * (p / m - 1)}'; }
within() { awk -v m="$1" -v p="$2" 'BEGIN {exit !(p > 0.95 * m && p < 1.05 * m)}'; }
in_band() { awk -v m="$1" -v low="$2" -v high="$3" 'BEGIN {exit !(m >= low && m <= high)}'; }

holds() { # what, program and its options
    study=$1
    shift
    timeout 900 "$memwatch" scale -n 2,4,8 --dir "$study" -- "$run" -n {n} "$@" >"$study.txt" 2>err
    check "$study: three runs" same $? 0
    for n in 16 32; do
        timeout 900 "$memwatch" run --silent --quiet -o real.json --force -- "$run" -n $n "$@" >real.log 2>&1
        check "$study: $n ranks run" same $? 0
        predicted "$study" $n >band
        read -r middle low high <band
        real=$(measured real.json)
        echo "# $study on $n ranks: $(off "$real" "${middle:-0}")"
        check "$study: $n ranks within 5 %" within "$real" "${middle:-0}"
        check "$study: $n ranks in the band" in_band "$real" "${low:-0}" "${high:-0}"
    done
}

holds fft "$examples/mpi_distributed_compute" --size 16777216
check "fft: it divides" grep -q 'scales inversely with process count' fft.txt
check "fft: and the model says so" grep -q -E 'fullest rank(, and [0-9]+ more)? +[0-9.]+ MiB \+ [0-9.]+ [MG]iB / n ' fft.txt
holds table "$examples/rank_table" --mesh 16 --entry 4194304
check "table: it grows with the ranks" grep -q -E 'fullest rank(, and [0-9]+ more)? +[0-9.]+ MiB \+ [0-9.]+ [KM]iB · n ' table.txt
holds replicated "$examples/replicated" --table 96
check "replicated: it stays" grep -q -E "fullest rank(, and [0-9]+ more)? +[0-9.]+ MiB( \+ MPI_Init)? +0" replicated.txt
done_testing
