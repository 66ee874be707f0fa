# SPDX-License-Identifier: MIT
# The job that the README shows: a distributed FFT in which one rank needs 64 MiB more in one collective.
. "${srcdir:-.}/tests/lib.sh"

mib=1048576
compute=$top_builddir/examples/mpi_distributed_compute
mpi=openmpi
[ -n "$OPENMPI_CC" ] || mpi=mpich
line=$(grep -n 'spike happens here' "$top_srcdir/examples/mpi_distributed_compute.c" | cut -d: -f1)

spike_is_reported() {
    sed -n '/^MPI calls/,$p' err | grep -E "MPI_Allreduce +mpi_distributed_compute.c:$line" | head -n 1 | grep -q '64\.[0-9] MiB\|63\.[0-9] MiB'
}
spike_of() { grep "^site rank=$1 world=0 " dump | grep 'call="MPI_Allreduce"' | grep "mpi_distributed_compute.c:$line\"" | field spike; }

for interval in 100 1000; do
    options="-i $interval" run_mpi $mpi 4 "$compute" --size 1048576 --spike 64
    check "-i $interval: the job runs and verifies itself" [ $? = 0 ]
    check "-i $interval: stdout is only the job's" same "$(grep -c memwatch out)" 0
    check "-i $interval: call, file and line are named in the report" spike_is_reported
    check "-i $interval: the spike is 64 MiB within 1 MiB" near "$(spike_of 3)" $((64 * mib)) $mib
    for rank in 0 1 2; do
        check "-i $interval: rank $rank shows none" near "$(spike_of $rank)" 0 $mib
    done
done

# Per-rank memory in the data phases falls as 1/np, the total is constant.
grown() { # phase: what each rank's memory grew by in it, summed
    grep '^phase ' dump | grep 'kind=user' | grep "name=\"$1\"" | field growth | awk '{n += $1} END {print n}'
}
worst() { grep '^phase ' dump | grep 'kind=user' | grep "name=\"$1\"" | field growth | sort -n | tail -n 1; }

for ranks in 2 4 8; do
    run_mpi $mpi $ranks "$compute" --size 1048576
    check "$ranks ranks: the total of the data is 32 MiB" near "$(grown 'data distribution')" $((32 * mib)) $((ranks * mib / 2))
    check "$ranks ranks: each has its share" near "$(worst 'data distribution')" $((32 * mib / ranks)) $((mib / 2))
    check "$ranks ranks: working buffers take twice that" near "$(grown 'working buffers')" $((64 * mib)) $((ranks * mib / 2))
done
done_testing
