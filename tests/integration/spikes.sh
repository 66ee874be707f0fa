# SPDX-License-Identifier: MIT
# A spike inside one call of a loop is found with its rank, line, visit and size, however rarely the launcher looks.
. "${srcdir:-.}/tests/lib.sh"

mib=1048576

# The site line of the spiking call.
site() { grep '^site ' dump | grep "rank=$1 world=0 " | grep 'call="MPI_Allreduce"' | grep "where=\"$2\""; }

# held MPI RANKS OPTIONS...: the SPIKE line that the program printed against the record.
held() {
    mpi=$1 ranks=$2
    shift 2
    run_mpi "$mpi" "$ranks" "$(program "$mpi" spikes)" "$@"
    status=$?
    [ "$status" = 0 ] || { echo "ended with $status"; cat out err; return 1; }
    expected=$(grep '^SPIKE' out)
    rank=$(echo "$expected" | field rank)
    where=spikes.c:$(echo "$expected" | field line)
    near "$(site "$rank" "$where" | field spike)" "$(echo "$expected" | field bytes)" $mib || return 1
    same "$(site "$rank" "$where" | field spike_visit)" "$(echo "$expected" | field visit)" || return 1
    near "$(site "$rank" "$where" | field growth)" "$(echo "$expected" | field kept)" $mib || return 1
    for other in $(seq 0 $((ranks - 1))); do
        [ "$other" = "$rank" ] || near "$(site "$other" "$where" | field spike)" 0 $mib || return 1
    done
}

for mpi in $(mpis); do
    options='-i 1000'
    check "64 MiB in call 7 of 20, sampled once a second, $mpi" held "$mpi" 2 --mib 64 --rank 1 --calls 20 --at 7
    check "memory that stays, $mpi" held "$mpi" 2 --mib 32 --rank 1 --calls 9 --at 9 --leak
    options='--exact'
    check "call 9000 of 10000 when every boundary is measured, $mpi" held "$mpi" 2 --mib 16 --rank 1 --calls 10000 --at 9000
    options='--no-reset'
    run_mpi "$mpi" 2 "$(program "$mpi" spikes)" --mib 64 --rank 1 --calls 5 --at 3
    check "without resets the rank's peak is still the kernel's, $mpi" \
        [ "$(grep '^rank rank=1 ' dump | field peak)" -gt $((64 * mib)) ]
done
done_testing
