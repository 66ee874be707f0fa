# SPDX-License-Identifier: MIT
# In a process that makes no MPI call the shim does nothing: no thread, no open file, no message.
private=/dev/shm
. "${srcdir:-.}/tests/lib.sh"

none() { [ -z "$1" ] || { echo "$1"; return 1; }; }

LD_PRELOAD=$shim sh -c 'ls /proc/$$/task | wc -l; ls -l /proc/$$/fd | grep -c -E "memwatch-[0-9]|libmemwatch"; echo done' >out 2>err
check "one thread, no descriptor, no message" same "$(tr '\n' ' ' <out)$(cat err)" '1 0 done '
check "without a run directory it leaves no trace" nothing_left

# What a child inherits is unchanged: the exit status, and errno of a failing program.
for status in 0 1 77 255; do
    LD_PRELOAD=$shim sh -c "exit $status"
    check "exit status $status" same $? $status
done

# Garbage in its environment does no harm.
for garbage in relative/path /nonexistent /dev/null /etc/passwd "$(printf 'x%.0s' $(seq 2000))"; do
    MEMWATCH_RUN_DIR=$garbage MEMWATCH_EXACT=maybe MEMWATCH_OVERHEAD=-1 MEMWATCH_SITE_DEPTH=huge LD_PRELOAD=$shim \
        sh -c 'exec echo fine' >out 2>err
    check "MEMWATCH_RUN_DIR=$(echo "$garbage" | cut -c1-20)" same "$(cat out err)" fine
done

for mpi in $(mpis); do
    MEMWATCH_RUN_DIR=/nonexistent "$(mpirun_of "$mpi")" -n 2 env LD_PRELOAD="$shim" "$(program "$mpi" busy)" --calls 5 >out 2>err
    check "$mpi: a run directory that does not exist: the job continues" [ $? = 0 ]
    check "$mpi: one rank reports it in one line" same "$(grep -c '^memwatch: ranks are not recorded: .*/nonexistent' err)" 1
done
done_testing
