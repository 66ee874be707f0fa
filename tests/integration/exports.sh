# SPDX-License-Identifier: MIT
# The shim exports nothing but MPI names and the phase API, and depends on nothing but libc.
. "${srcdir:-.}/tests/lib.sh"

nm -D --defined-only "$shim" | awk '{print $3}' | sort >exports
none() { [ -z "$1" ] || { echo "$1"; return 1; }; }

check "only MPI names and the phase API" \
    none "$(grep -v -E '^(P?MPI_[A-Z][A-Za-z0-9_]*|P?MPIX_[A-Z][a-z_]*_init|memwatch_pmpi_(phase_(begin|end)|stay_out))$' exports)"
check "every MPI_ has its PMPI_" \
    same "$(grep -E '^MPIX?_' exports | sed 's/^/P/')" "$(grep -E '^PMPIX?_' exports)"
for name in Barrier Bcast Gather Gatherv Scatter Scatterv Allgather Allgatherv Alltoall Alltoallv Alltoallw Reduce \
    Allreduce Reduce_scatter Reduce_scatter_block Scan Exscan Neighbor_allgather Neighbor_allgatherv \
    Neighbor_alltoall Neighbor_alltoallv Neighbor_alltoallw; do
    lower=$(echo "$name" | tr 'A-Z' 'a-z')
    printf '%s\n' "MPI_$name" "MPI_I$lower" "MPI_${name}_init" "MPIX_${name}_init"
    [ "$name" = Barrier ] || printf '%s\n' "MPI_${name}_c" "MPI_I${lower}_c" "MPI_${name}_init_c"
done | sort >wanted
check "each of the 22 collectives in each form" none "$(comm -13 exports wanted)"
check "151 forms in all" same "$(wc -l <wanted)" 151
check "no undefined MPI name: not linked to any MPI" none "$(nm -D --undefined-only "$shim" | grep -E 'MPI|ompi')"
[ "$SANITIZERS" = yes ] || check "needs only libc" none "$(readelf -d "$shim" | grep NEEDED | grep -v -E 'libc\.so|ld-linux')"
check "installs no signal handler" none "$(nm -D --undefined-only "$shim" | grep -E ' (sigaction|signal|pthread_create)(@|$)')"
done_testing
