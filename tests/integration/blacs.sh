# SPDX-License-Identifier: MIT
# A library that calls MPI for the program, as the distribution has it, without debug information: ScaLAPACK's BLACS.
# The report shows the program's lines.
. "${srcdir:-.}/tests/lib.sh"

source=$top_srcdir/tests/programs/blacs/main.c
line_of() { echo "main.c:$(grep -n "/\* $1 \*/" "$source" | cut -d: -f1)"; }
sites() { grep '^merged_site ' dump | grep "call=\"$1\" " | field where | sort; }
calls() { grep '^merged_site ' dump | grep "where=\"$1\"" | field calls; }

for mpi in $(mpis); do
    case $mpi in openmpi) cc=$OPENMPI_CC ;; mpich) cc=$MPICH_CC ;; esac
    if ! "$cc" -g -O2 -o "blacs.$mpi" "$source" "-lscalapack-$mpi" 2>cc.err; then
        skip "$mpi: BLACS" "libscalapack-$mpi-dev was not found: $(grep -m 1 -v '^$' cc.err | tr -d '#')"
        continue
    fi
    options='--site-depth 4' run_mpi "$mpi" 3 "./blacs.$mpi"
    check "$mpi: the job ends well" same "$run_status $(cat out)" "0 3 243"
    check "$mpi: two lines of the program, not one of the library" same "$(sites MPI_Allreduce)" \
        "$(line_of norm) (via Cdgsum2d)
$(line_of residual) (via Cdgsum2d)"
    check "$mpi: their calls are counted separately" same "$(calls "$(line_of residual) (via Cdgsum2d)")" 15
    check "$mpi: the barrier is at its line as well" same "$(sites MPI_Barrier | sed 's/ (via .*//')" "$(line_of settle)"
    check "$mpi: the report shows it" grep -q "MPI_Allreduce  $(line_of norm) (via Cdgsum2d) " err
    check "$mpi: and no call is an offset in the library" sh -c '! grep -E "^  MPI_[^ ]* +libscalapack" err'
done
done_testing
