# SPDX-License-Identifier: MIT
# C++ without debug information, whose libraries are stripped: every form shows a call by the best known name, and
# the calls of a wrapper library by their callers.
. "${srcdir:-.}/tests/lib.sh"

command -v strip >/dev/null 2>&1 || skip_all "needs strip (binutils)"
source=$top_srcdir/tests/programs/names
cxx_of() { # the C++ compiler beside an MPI's C compiler, $cc
    name=$(basename "$cc" | sed 's/mpicc/mpicxx/')
    case $cc in */*) name=$(dirname "$cc")/$name ;; esac
    command -v "$name"
}
build() { # cxx flags: everything in the folder of the MPI
    cxx=$1
    shift
    mkdir -p "$mpi"
    "$cxx" "$@" -O2 -shared -fPIC -o "$mpi/libcomm.so" "$source/comm.cc" &&
        "$cxx" "$@" -O2 -shared -fPIC -o "$mpi/libsolver.so" "$source/solver.cc" &&
        "$cc" "$@" -O2 -o "$mpi/main" "$source/main.c" -L"$mpi" -lsolver -lcomm -Wl,-rpath,"$work/$mpi"
}
strip_all() { strip --strip-all "$mpi/libcomm.so" "$mpi/libsolver.so"; }
no_offset() { sed 's/+0x[0-9a-f]*//g'; }
sites() { grep '^merged_site ' dump | grep "call=\"$1\" " | field where | no_offset | sort; }
layered="md_ns::Pair::energy (via comm_ns::Channel::sum)
md_ns::Verlet::run (via comm_ns::Channel::largest)
md_ns::Verlet::setup (via comm_ns::Channel::sum)"

for mpi in $(mpis); do
    case $mpi in openmpi) cc=$OPENMPI_CC ;; mpich) cc=$MPICH_CC ;; esac
    if ! cxx=$(cxx_of); then
        skip "$mpi" "there is no C++ compiler for it"
        continue
    fi
    check "$mpi: builds" build "$cxx" -g0
    strip_all
    out=$work/$mpi
    options="-o $out/plain.json --spikes=$out/spikes.csv --trace=$out/trace.json --html=$out/page.html" \
        run_mpi "$mpi" 2 "./$mpi/main"
    check "$mpi: the job ends well" [ $? = 0 ]
    check "$mpi: the callers of the wrapper library" same "$(sites MPI_Allreduce)" "$layered"
    check "$mpi: a function with an MPI call" same "$(sites MPI_Barrier)" "md_ns::Verlet::settle"
    check "$mpi: and the program's" same "$(sites MPI_Init)" main
    check "$mpi: the report leaves out the namespace" \
        grep -Eq '^  MPI_Barrier +Verlet::settle\+0x[0-9a-f]+ ' err
    check "$mpi: a phase has the name" grep -q 'phase .*md_ns::Verlet::settle+0x' dump
    check "$mpi: the page has it" grep -q 'md_ns::Verlet::settle+0x' "$mpi/page.html"
    check "$mpi: the record has it" grep -q '"md_ns::Verlet::setup+0x[0-9a-f]* (via comm_ns::Channel::sum)"' "$mpi/plain.json"
    check "$mpi: the table of spikes has it" grep -q ',main+0x' "$mpi/spikes.csv"
    check "$mpi: the trace has it" grep -q 'MPI_Init main+0x' "$mpi/trace.json"
    check "$mpi: no place is an offset in a library" \
        same "$(grep '^merged_site ' dump | field where | grep -c '^lib[a-z]*\.so+0x')" 0

    record=$work/$mpi/gathered
    MEMWATCH_OUTPUT="$record" "$(mpirun_of "$mpi")" -n 2 env LD_PRELOAD="$shim" "./$mpi/main" >out 2>err
    check "$mpi: without a launcher, too" grep -q 'Verlet::setup+0x[0-9a-f]* (via [^ ]*Channel::sum)' "$record"

    check "$mpi: builds with debug information" build "$cxx" -g
    options="-o $work/$mpi/lines.json" run_mpi "$mpi" 2 "./$mpi/main"
    check "$mpi: then places are lines" same "$(sites MPI_Barrier | cut -d: -f1)" solver.cc
    for by in site phase; do
        "$memwatch" compare --by $by --all "$mpi/plain.json" "$mpi/lines.json" >compared 2>&1
        check "$mpi: compare finds each $by again" same "$(grep -Ec ' (new|gone) ' compared)" 0
    done
done
done_testing
