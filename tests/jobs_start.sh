#!/bin/sh
# SPDX-License-Identifier: MIT
# Whether jobs start here at all, checked once before the tests, without memwatch: for an MPI whose jobs do not start, its output
# is in tests/jobs/<mpi> of the build directory, and tests/lib.sh makes tests of it fail. tests/jobs/<mpi>.mpmd: for one whose
# jobs of two programs do not start (mpirun of Open MPI 5.0.7 with a separate PMIx crashes), which skips these.
set -u
. tests/environment.sh
. "$top_srcdir/tests/openmpi.sh"
openmpi_settings "${OPENMPI_RUN:-mpirun}"
unset LD_PRELOAD OMPI_MCA_mca_base_env_list OMPI_MCA_mca_base_env_list_internal

# Three times at most: on a busy machine Hydra itself sometimes ends by SIGPIPE, if ranks end immediately.
ends_well() { # command...; prints the last output if it never does
    for _ in 1 2 3; do
        timeout -k 10 120 "$@" >tests/jobs/printed 2>&1 </dev/null
        job_status=$?
        [ $job_status != 0 ] || return 0
    done
    echo "status $job_status of: $*"
    grep -v '^ *$' tests/jobs/printed
    return $job_status
}

# As many ranks as the largest tests have, and two that take part in MPI.
look() { # mpi, mpirun
    { ends_well "$2" -n 16 true && ends_well "$2" -n 2 "tests/programs/$1/leaves"; } >"tests/jobs/$1" 2>&1 || return
    rm -f "tests/jobs/$1"
    ends_well "$2" -n 1 true : -n 1 true >"tests/jobs/$1.mpmd" 2>&1 && rm -f "tests/jobs/$1.mpmd"
}

rm -rf tests/jobs
mkdir -p tests/jobs
[ -z "$OPENMPI_CC" ] || [ -z "$OPENMPI_RUN" ] || look openmpi "$OPENMPI_RUN"
[ -z "$MPICH_CC" ] || [ -z "$MPICH_RUN" ] || look mpich "$MPICH_RUN"
rm -f tests/jobs/printed
