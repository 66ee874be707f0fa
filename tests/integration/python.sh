# SPDX-License-Identifier: MIT
# mpi4py: libmpi is loaded by dlopen; lines of the script, phases, and a NumPy spike inside a reduction in Python.
. "${srcdir:-.}/tests/lib.sh"

python=/usr/bin/python3 # Debian's: another one on PATH doesn't have its packages
[ -x $python ] || skip_all "there is no $python"
$python -c 'import mpi4py, numpy' 2>/dev/null || skip_all "$python has no mpi4py and numpy"
mib=1048576
# The MPI that mpi4py was built for, not the first one that was found
library=$($python -c 'import mpi4py; mpi4py.rc.initialize = False
from mpi4py import MPI; print(MPI.Get_library_version())' 2>/dev/null)
case $library in
    *'Open MPI'*) mpi=openmpi ;;
    *MPICH*) mpi=mpich ;;
    *) skip_all "mpi4py uses an MPI that is not known: $(echo "$library" | head -n 1)" ;;
esac
mpis | grep -qx $mpi || skip_all "mpi4py uses $mpi, which configure didn't find"

at() { awk -v what="$1" 'index($0, what) {print "calls.py:" NR}' "$top_srcdir/tests/programs/python/calls.py"; }
sites() { grep '^merged_site ' dump | grep "call=\"$1\" " | field where | sort | tr '\n' ' '; }
of() { grep "^site rank=$1 " dump | grep 'call="MPI_Allreduce"' | grep "$(at 'comm.Allreduce(')\"" | field "$2"; }
calls() { grep "^merged_site " dump | grep "where=\"$1\"" | field calls | awk '{n += $1} END {print n + 0}'; }
phases() { grep '^phase rank=0 ' dump | grep 'kind=user' | field name | tr '\n' ' '; }

options=--exact run_mpi $mpi 4 $python "$top_srcdir/tests/programs/python/calls.py"
check "the job ends well" same "$? $(cat out)" "0 done"
check "the spike is 64 MiB in rank 2" near "$(of 2 spike)" $((64 * mib)) $mib
for rank in 0 1 3; do
    check "rank $rank shows none" near "$(of $rank spike)" 0 $mib
done
check "call sites are lines of the script" same "$(sites MPI_Bcast | tr ' ' '\n' | sort -u | tr '\n' ' ')" \
    "$(printf '%s\n' "$(at 'comm.allreduce(')" "$(at 'comm.bcast(')" "$(at 'comm.Bcast(')" | sort -u | tr '\n' ' ')"
check "Barrier was called 12 times in the loop" same "$(calls "$(at '    comm.Barrier()' | head -n 1)")" 12
check "and 4 times at the end" same "$(calls "$(at 'comm.Barrier()' | tail -n 1)")" 4
check "no call site is a bare address in mpi4py" same "$(grep '^merged_site ' dump | grep -v 'MPI_Finalize\|MPI_Comm_free' |
    field where | grep -c 'MPI+0x')" 0
check "the stack of a spike has mpi4py's method, then the line" grep -q "mpi4py.MPI.Allreduce ← module $(at 'comm.Allreduce(')" err
check "MPI.Pcontrol makes phases" same "$(phases)" "pcontrol 1 pcontrol 2 "
check "the report names them" grep -q '^  pcontrol 2 ' err
done_testing
