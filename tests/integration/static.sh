# SPDX-License-Identifier: MIT
# The shim linked into the program instead of preloaded: the same record, and only one with both.
. "${srcdir:-.}/tests/lib.sh"

command -v pkg-config >/dev/null || skip_all "needs pkg-config"
export PKG_CONFIG_PATH="$top_builddir/pmpi"
flags=$(pkg-config --define-variable=libdir="$top_builddir/pmpi" --libs memwatch-pmpi)
check "pkg-config knows memwatch-pmpi" [ -n "$flags" ]

as_expected() {
    awk -v ignore='MPI_Init|MPI_Init_thread|MPI_Finalize' -f "$top_srcdir/tests/integration/compare.awk" out dump
}

for mpi in $(mpis); do
    case $mpi in openmpi) cc=$OPENMPI_CC fc=$OPENMPI_FC ;; mpich) cc=$MPICH_CC fc=$MPICH_FC ;; esac
    # shellcheck disable=SC2086
    for name in rows_blocking spikes; do
        check "$mpi: $name is linked" "$cc" -std=gnu11 -g -O2 -pthread -I"$top_srcdir" -o $name \
            "$top_srcdir/tests/programs/$name.c" $flags
    done
    for way in alone preloaded; do
        case $way in alone) wrap='env -u LD_PRELOAD' ;; preloaded) wrap= ;; esac
        # shellcheck disable=SC2086
        run_mpi "$mpi" 3 $wrap ./rows_blocking
        check "$mpi: linked, $way: the job ends well" same "$run_status" 0
        check "$mpi: linked, $way: three ranks" same "$(grep -c '^rank ' dump)" 3
        check "$mpi: linked, $way: every call once, at its line" as_expected
        check "$mpi: linked, $way: no complaint" sh -c '! grep -q "is not recorded" err'
        # a sample in the middle of an exec may show one; a separate exit record would be exact
        check "$mpi: linked, $way: ranks leave no exit record beside their journal" \
            sh -c '! grep -q "^  rows_blocking.* = " err'
    done
    MEMWATCH_COMMAND=$memwatch timeout 60 "$(mpirun_of "$mpi")" -n 2 ./spikes >out 2>err
    check "$mpi: linked, without memwatch run: rank 0 reports" grep -q "2 ranks on 1" err

    if [ -n "$fc" ] && [ -e "$(program "$mpi" count_mpifh)" ]; then
        mkdir -p mod
        # shellcheck disable=SC2086
        check "$mpi: Fortran is linked" "$fc" -ffree-line-length-none -g -O2 -Jmod -I"$top_srcdir/tests/programs" \
            -o count_mpifh "$top_srcdir/tests/programs/count_mpifh.F90" $flags
        run_mpi "$mpi" 2 env -u LD_PRELOAD ./count_mpifh
        check "$mpi: linked Fortran: every call once" as_expected
    else
        skip "$mpi: linked Fortran" "no Fortran compiler for $mpi was found"
    fi
done
done_testing
