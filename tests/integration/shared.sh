# SPDX-License-Identifier: MIT
# Memory that sums of RSS count more than once, and memory that RSS leaves out.
. "${srcdir:-.}/tests/lib.sh"
mib=1048576

# The number of MiB before the given words in the report, ignoring line breaks.
in_mib() { # words
    tr '\n' ' ' <err | tr -s ' ' | sed -n "s/.* \([0-9.]*\) MiB $1.*/\1/p"
}
about() { # value expected tolerance, in MiB
    near "$1" "$2" "$3"
}

window() { # mpi: at most three runs, because a sample may come late on a busy machine
    for _ in 1 2 3; do
        run_mpi "$1" 4 "$(program "$1" shared_window)" --hold 1500 && about "$(in_mib 'of it shared memory')" 600 15 && return 0
    done
    cat err
    return 1
}

for mpi in $(mpis); do
    check "$mpi: 4 ranks share 200 MiB: 600 MiB are counted more than once" window "$mpi"
    check "$mpi: PSS has them once" about "$(in_mib 'PSS, which')" 230 29
    check "$mpi: the sum of RSS has them four times" about "$(in_mib 'seen at one moment')" 865 60
    check "$mpi: the line has an explanation" grep -q 'counted more than once by sums of RSS' err
done

"$memwatch" run -- sleep 0.3 >out 2>err
check "nothing shared: no such line" [ "$(grep -c 'counted more than once' err)" = 0 ]

# Huge pages: some are reserved for the time of the test.
pages=/proc/sys/vm/nr_hugepages
# They belong to the machine: one test at a time.
[ ! -e $pages ] || ! command -v flock >/dev/null || { exec 8<$pages && flock -w 300 8; }
before=$(cat $pages 2>/dev/null)
put_back() {
    [ -z "$before" ] || echo "$before" >$pages
    finish
}
if [ "$(awk '/^Hugepagesize:/ {print $2}' /proc/meminfo)" != 2048 ]; then
    skip "huge pages" "the machine has none of 2 MiB"
elif ! { echo $((before + 128)) >$pages; } 2>/dev/null || { trap put_back EXIT; [ "$(cat $pages)" -lt $((before + 128)) ]; }; then
    [ -w $pages ] && echo "$before" >$pages
    skip "huge pages" "128 huge pages cannot be reserved"
else
    for mpi in $(mpis); do
        run_mpi "$mpi" 2 "$(program "$mpi" shared_window)" --mib 4 --huge 64 --hold 1000
        check "$mpi: a job with huge pages" [ $run_status = 0 ]
        # MPICH's UCX takes some for itself where it can
        check "$mpi: 64 MiB of huge pages and what MPI takes in the report" near \
            "$(in_mib 'of them, added up')" 72 9
        check "$mpi: in the row of rank 0" near "$(awk '$1 == "0" && / = / {print $(NF - 1); exit}' err)" 68 5
        check "$mpi: beside rank 0" grep -q '+ huge pages' err
        check "$mpi: and not in its RSS" [ "$(grep '^rank rank=0' dump | field peak)" -lt $((60 * mib)) ]
    done
    "$memwatch" run -- "$(program "$mpi" map_huge)" 64 >out 2>err
    check "of a process that is no rank" grep -q -E 'map_huge .* 64.0 MiB ' err
fi

if grep -q '^/' /proc/swaps; then
    check "swap is read" grep -q VmSwap /proc/self/status
else
    skip "swap" "the machine has none"
fi
done_testing
