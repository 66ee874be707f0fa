# SPDX-License-Identifier: MIT
# Ranks that are each the first process of a PID namespace, as in containers, with the launcher outside: each has a record,
# and they are one world. (tests/unit/collector/merge/test_worlds has the matching of what was sampled.)
. "${srcdir:-.}/tests/lib.sh"

unshare -p -f --mount-proc true 2>/dev/null || skip_all "cannot make PID namespaces here"

# Open MPI names its shared memory by pids.
export OMPI_MCA_btl=self,tcp OMPI_MCA_btl_tcp_if_include=lo

ranks() { sed -n '/^Ranks /,/^How /s/^ *\([0-9][0-9]*\)  *[0-9][0-9]*  *[=≥].*/\1/p' err; }

for mpi in $(mpis); do
    run_mpi "$mpi" 3 unshare -p -f --mount-proc "$(program "$mpi" busy)" --calls 20
    check "$mpi: ends well" [ $? = 0 ]
    check "$mpi: three ranks" same "$(ranks | tr '\n' ' ')" '0 1 2 '
    check "$mpi: one job on one host" grep -q '3 ranks on 1 host' err
    check "$mpi: nothing was left out" same "$(grep -c 'skipping' err)" 0
done
done_testing
