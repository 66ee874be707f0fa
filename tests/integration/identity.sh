# SPDX-License-Identifier: MIT
# The identity of a rank: rank, size, host, pid, start time, node and binding; and the cost of measuring, are in the record.
. "${srcdir:-.}/tests/lib.sh"

for mpi in $(mpis); do
    run_mpi "$mpi" 3 "$(program "$mpi" busy)" --calls 20
    check "$mpi: ends well" [ $? = 0 ]
    check "$mpi: ranks 0, 1, 2 of 3" same "$(grep '^rank ' dump | field rank | tr '\n' ' ')" '0 1 2 '
    check "$mpi: on this host" same "$(grep '^rank ' dump | field host | sort -u)" "$(hostname)"
    check "$mpi: three pids" same "$(grep '^rank ' dump | field pid | sort -u | wc -l)" 3
    check "$mpi: one world" same "$(grep '^rank ' dump | field world | sort -u | wc -l)" 1
    check "$mpi: the report names the MPI library" grep -q -i -E 'Open MPI|MPICH' err
    check "$mpi: and the shim's cost" grep -q -i 'KiB\|MiB' err
done
done_testing
