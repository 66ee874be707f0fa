# SPDX-License-Identifier: MIT
# Where a peak was, and which phases the report shows: those that explain memory, not those that are merely high.
. "${srcdir:-.}/tests/lib.sh"

line_of() { grep -n "/\* $2 \*/" "$top_srcdir/tests/programs/$1" | cut -d: -f1; }
peaks() { grep '^rank ' dump | field "$1" | sort -u; }
large() { grep '^process role=other ' | awk '{for (i = 1; i <= NF; i++) if ($i ~ /^peak=/ && substr($i, 6) + 0 > 90 * 1048576) n++} END {print n + 0}'; }
before_exec() { [ "$("$mwdump" runs/memwatch-* 2>/dev/null | large)" = "$1" ]; } # so many are seen with what they need before it
section() { sed -n "/^$1/,/^$/p" err; } # of the report

for mpi in $(mpis); do
    options=--exact
    run_mpi "$mpi" 2 "$(program "$mpi" late_peak)" finalize
    check "$mpi: a peak before MPI_Finalize has its phase" same "$(peaks peak_phase)" \
        "MPI_Allreduce late_peak.c:$(line_of late_peak.c 'the last collective') → MPI_Finalize late_peak.c:$(line_of late_peak.c here)"
    # (how much of a name is shown depends on the width of the pids)
    check "$mpi: and is shown there" same "$(section Ranks | grep -c '[ …]Finalize ')" 2
    run_mpi "$mpi" 2 "$(program "$mpi" late_peak)" end
    check "$mpi: a peak after MPI_Finalize" same "$(peaks peak_phase)" "MPI_Finalize → end"
    run_mpi "$mpi" 2 "$(program "$mpi" late_peak)" named
    check "$mpi: a peak in a phase that is open at MPI_Finalize" same "$(peaks peak_phase)" closing
    check "$mpi: no place is invented" same "$(section Ranks | grep -c 'after its last MPI call')" 0
    options=
    run_mpi "$mpi" 2 "$(program "$mpi" early_growth)"
    # (a phase between two calls: "a.c:10 Barrier → :12 Barrier")
    check "$mpi: the phase that grew is shown" same "$(section Phases | grep -c \
        ":$(line_of early_growth.c 'after growth') Barrier .* +48\.[0-9] MiB")" 1
    check "$mpi: and the temporary rise" same "$(section Phases | grep -c \
        ":$(line_of early_growth.c 'after rise') Barrier ")" 1
    check "$mpi: others are left out" grep -q '[0-9] phases between calls that explain less: --all lists them' err
    rm -rf seen runs
    (until_true before_exec 3; : >seen) &
    run_mpi "$mpi" 3 "$(program "$mpi" again)"
    wait
    check "$mpi: memory before an exec is not the rank's" [ "$(grep '^rank ' dump | field peak | sort -n | tail -n 1)" -lt $((80 << 20)) ]
    check "$mpi: the program before it keeps its memory" same "$(large <dump)" 3
done

# In a program that names no phase a layer is found: its phases keep their names.
for mpi in $(mpis); do
    case $mpi in openmpi) cc=$OPENMPI_CC ;; mpich) cc=$MPICH_CC ;; esac
    "$cc" -g -O2 -o "layer.$mpi" "$top_srcdir/tests/programs/layer/main.c" "$top_srcdir/tests/programs/layer/comm.c"
    options=--exact run_mpi "$mpi" 2 "./layer.$mpi"
    check "$mpi: the layer was found" grep -q '(via comm.c' err
    check "$mpi: the first and last phase keep their names" same "$(section Phases | grep -c -e '^  start → MPI_Init' -e '^  MPI_Finalize → end')" 2
    check "$mpi: no phase is shown as a named phase" same "$(grep -c 'named phase' err)" 0
done
done_testing
