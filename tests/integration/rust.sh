# SPDX-License-Identifier: MIT
# mpirun cargo run: the build is distinguished from the ranks, and its memory isn't theirs.
. "${srcdir:-.}/tests/lib.sh"

[ -n "$(command -v cargo)" ] && [ -n "$(command -v rustc)" ] || skip_all "cargo was not found"
cargo --version >version 2>&1 || skip_all "cargo does not run: $(head -n 1 version)"
cp -r "$top_srcdir/tests/programs/rust" crate
chmod -R u+w crate
line=$(grep -n 'MPI_Allreduce((' crate/src/main.rs | cut -d: -f1)
mib=1048576

library_of() { # MPI: a directory and a name for the linker
    case $1 in
        openmpi) "$OPENMPI_CC" --showme:libdirs | cut -d' ' -f1 ;;
        mpich) "$MPICH_CC" -link_info | tr ' ' '\n' | sed -n 's/^-L//p' | grep -v '^/usr/lib$' | head -n 1 ;;
    esac
}

ranks() { grep '^rank ' dump | field "$1"; }
of() { grep '^site ' dump | grep 'call="MPI_Allreduce"' | grep "rank=$1 " | field "$2"; }
process() { grep '^process ' dump | grep "name=\"$1" ; }
most() { sort -n | tail -n 1; }

for mpi in $(mpis); do
    MPI_LIB_DIR=$(library_of "$mpi")
    MPI_LIB_NAME=mpi RUSTFLAGS=
    [ "$mpi" = openmpi ] || MPI_LIB_NAME=mpich RUSTFLAGS='--cfg mpich'
    CARGO_TARGET_DIR=$work/target.$mpi
    export MPI_LIB_DIR MPI_LIB_NAME RUSTFLAGS CARGO_TARGET_DIR
    cd crate || exit 1
    run_mpi "$mpi" 4 cargo run --release --offline
    status=$?
    cd "$work" || exit 1
    check "$mpi: the job ends well" [ $status = 0 ]
    [ $status = 0 ] || sed 's/^/# /' err
    check "$mpi: four ranks" same "$(ranks pid | wc -l)" 4
    check "$mpi: rustc is shown as another process" grep -Eq '^ +rustc +other' err
    check "$mpi: cargo is shown as another process" grep -Eq '^ +cargo +other' err
    check "$mpi: building is not the ranks' memory" near "$(ranks peak | most)" $((80 * mib)) $((10 * mib))
    check "$mpi: the line is Rust's" same "$(of 1 where)" "main.rs:$line"
    check "$mpi: and the function" same "$(of 1 function)" "ranks::sum::over_ranks"
    check "$mpi: the spike is 64 MiB in rank 1" near "$(of 1 spike)" $((64 * mib)) $mib
    check "$mpi: and in no other" near "$(of 2 spike)" 0 $mib
done
done_testing
