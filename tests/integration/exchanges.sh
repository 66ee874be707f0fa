# SPDX-License-Identifier: MIT
# Runs of messages are one phase each: the number of phases of programs with known patterns, and their names.
. "${srcdir:-.}/tests/lib.sh"

# phases RANK: how many this rank has, between the start and the end of the process.
phases() { grep "^phase rank=$1 " dump | grep -v -c -E ' kind=(start|end) '; }

# number PATTERN RANK WANTED: that number is WANTED; the job has run.
number() {
    found=$(phases "$2")
    [ "$found" = "$3" ] || { grep "^phase rank=$2 " dump | grep -o 'name="[^"]*".* visits=[0-9]*'; return 1; }
}

# visited RANK VISITS KIND REGEX: one phase of that kind has a name that matches, and so many visits.
visited() {
    grep "^phase rank=$1 .*kind=$3 " dump | grep -E "name=\"$4\"" >found
    [ "$(wc -l <found)" = 1 ] && grep -q " visits=$2 " found || { echo "found:"; cat found; return 1; }
}

run() { # mpi, pattern, more options
    pattern=$2 mpi_of_run=$1
    options="--exact ${3-}" run_mpi "$mpi_of_run" 3 "$(program "$mpi_of_run" exchanges)" "$pattern" || { cat err; return 1; }
}

for mpi in $(mpis); do
    check "$mpi: 26 receives, 26 sends and MPI_Waitall" run "$mpi" halo
    check "are one exchange" visited 1 20 exchange 'exchange MPI_Irecv exchanges.c:[0-9]+ – MPI_Waitall exchanges.c:[0-9]+'
    check "and the program has 4 phases" number halo 1 4
    check "$mpi: two exchanges and MPI_Allreduce in a loop" run "$mpi" npb
    check "have 7 phases" number npb 0 7
    check "$mpi: master and workers" run "$mpi" master
    check "have 4 phases in the master" number master 0 4
    check "and 4 in a worker" number master 1 4
    check "$mpi: MPI_Sendrecv at six lines, MPI_Allreduce in each tenth round" run "$mpi" lammps
    check "are one exchange" visited 2 20 exchange 'exchange MPI_Sendrecv exchanges.c:[0-9]+ – MPI_Sendrecv exchanges.c:[0-9]+'
    check "and the program has 6 phases" number lammps 2 6
    check "$mpi: a pipeline" run "$mpi" pipeline
    check "has 4 phases at its first rank" number pipeline 0 4
    check "and 4 in its middle" number pipeline 1 4
    check "$mpi: by collectives only" run "$mpi" npb --phases-by=collectives
    check "the loop has 3 phases" number npb 0 3
    check "$mpi: only messages, by collectives" run "$mpi" halo --phases-by=collectives
    check "is one phase" number halo 0 1
done
check "a wrong word is refused" sh -c '! "$1" run --phases-by=nothing true 2>err && grep -q "must be all or collectives" err' sh "$memwatch"
done_testing
