# SPDX-License-Identifier: MIT
# MPI_Pcontrol with only a level does not take a phase name from a stale register.
. "${srcdir:-.}/tests/lib.sh"

names() { grep '^phase ' dump | grep kind=user | field name | sort | uniq -c | awk '{print $1 "x" $2 " " $3}' | paste -sd,; }
for mpi in $(mpis); do
    run_mpi "$mpi" 2 "$(program "$mpi" level_only)"
    check "$mpi: only what the program names" same "$(names)" \
        "2xnamed ,2xpcontrol 2,2x$(printf 'x%.0s' $(seq 61)) ,2xété "
done
done_testing
