# SPDX-License-Identifier: MIT
# A program whose MPI calls all come from one file: the report shows the callers of that file.
. "${srcdir:-.}/tests/lib.sh"

source=$top_srcdir/tests/programs/layer
line_of() { echo "$1:$(grep -n "/\* $2 \*/" "$source/$1" | cut -d: -f1)"; }
sum=$(line_of comm.c "the layer's sum")
barrier=$(line_of comm.c "the layer's barrier")

sites() { grep '^merged_site ' dump | grep "call=\"$1\" " | field where | sort; }
calls() { grep '^merged_site ' dump | grep "where=\"$1\"" | field calls; }

for mpi in $(mpis); do
    case $mpi in openmpi) cc=$OPENMPI_CC ;; mpich) cc=$MPICH_CC ;; esac
    check "$mpi: builds" "$cc" -g -O2 -o "layer.$mpi" "$source/main.c" "$source/comm.c"
    options=--exact run_mpi "$mpi" 2 "./layer.$mpi"
    check "$mpi: the job ends well" [ $? = 0 ]
    check "$mpi: each caller is a site" same "$(sites MPI_Allreduce)" "$(line_of main.c assemble) (via $sum)
$(line_of main.c solve) (via $sum)"
    check "$mpi: the calls are counted separately" same "$(calls "$(line_of main.c solve) (via $sum)")" 10
    check "$mpi: a line with one caller is shown with it, too" same "$(sites MPI_Barrier)" \
        "$(line_of main.c barrier) (via $barrier)"
    check "$mpi: MPI_Init keeps its place" same "$(sites MPI_Init | grep -c via)" 0
    check "$mpi: the report shows it" grep -qF "$(line_of main.c solve) (via $sum)" err
    check "$mpi: builds without debug information" "$cc" -g0 -O2 -o "plain.$mpi" "$source/main.c" "$source/comm.c"
    options=--site-depth=8 run_mpi "$mpi" 2 "./plain.$mpi"
    # libc has lines where libc6-dbg is installed: what starts main() is not where the program calls from
    check "$mpi: then each function that calls the layer is a site" \
        same "$(sites MPI_Allreduce | sed 's/+0x[0-9a-f]*//')" "assemble (via comm_sum)
solve (via comm_sum)"
    check "$mpi: and a function with one caller is one itself" same "$(sites MPI_Barrier | sed 's/+0x.*//')" comm_wait
    check "$mpi: the report shows it, too" grep -q '^  MPI_Allreduce  solve+0x[0-9a-f]* (via comm_sum) ' err
    strip --strip-all "plain.$mpi"
    options=--site-depth=8 run_mpi "$mpi" 2 "./plain.$mpi"
    check "$mpi: stripped, places are offsets in the program" \
        same "$(sites MPI_Allreduce | sed 's/+0x.*//' | uniq)" "plain.$mpi"
    options='--exact --site-depth 1' run_mpi "$mpi" 2 "./layer.$mpi"
    check "$mpi: with one frame there is one site" same "$(sites MPI_Allreduce)" "$sum"
done
done_testing
