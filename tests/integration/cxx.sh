# SPDX-License-Identifier: MIT
# C++: MPI calls in a shared library that was loaded late are identified by demangled names and inlined frames.
. "${srcdir:-.}/tests/lib.sh"

source=$top_srcdir/tests/programs/cxx
mib=1048576
line_of() { grep -n "// $1\$" "$source/plugin.cc" | cut -d: -f1; }
here=plugin.cc:$(line_of here)
caller=plugin.cc:$(line_of 'inlined here')

cxx_of() { # the C++ compiler beside an MPI's C compiler
    case $1 in openmpi) cc=$OPENMPI_CC ;; mpich) cc=$MPICH_CC ;; esac
    name=$(basename "$cc" | sed 's/mpicc/mpicxx/')
    case $cc in */*) name=$(dirname "$cc")/$name ;; esac
    command -v "$name"
}

build() { # cxx
    mkdir -p "$mpi"
    "$1" -g -O2 -o "$mpi/main" "$source/main.cc" -ldl &&
        "$1" $2 -O2 -shared -fPIC -o "$mpi/plugin.so" "$source/plugin.cc"
}

spike() { grep '^site rank=1 ' dump | grep 'call="MPI_Allreduce"' | field spike; }
site() { grep '^site rank=0 ' dump | grep 'call="MPI_Allreduce"' | field "$1"; }

for mpi in $(mpis); do
    if ! cxx=$(cxx_of "$mpi"); then
        skip "$mpi" "there is no C++ compiler for it"
        continue
    fi
    check "$mpi: builds" build "$cxx" -g
    run_mpi "$mpi" 3 "./$mpi/main" "$work/$mpi/plugin.so"
    check "$mpi: the job ends well" same "$? $(cat out)" "0 sum=3 of 3"
    check "$mpi: the call is a line of the late library" same "$(site where)" "$here"
    check "$mpi: its function is demangled" same "$(site function)" "field::Mesh<double>::total"
    tr -s ' \n' ' ' <err >joined
    check "$mpi: the inlined frame has its caller" \
        grep -q "total $here ← field::Mesh<double>::checked :${caller#*:} ←" joined
    check "$mpi: the spike is 64 MiB" near "$(spike)" $((64 * mib)) $mib

    check "$mpi: builds without debug information" build "$cxx" -g0
    run_mpi "$mpi" 3 "./$mpi/main" "$work/$mpi/plugin.so"
    check "$mpi: without it the symbol is demangled" same "$(site function)" "field::Mesh<double>::checked"
done
done_testing
