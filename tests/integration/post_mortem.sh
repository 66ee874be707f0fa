# SPDX-License-Identifier: MIT
# The post-mortem names who died first on evidence only: ranks that wait when they are killed, processes that never became
# ranks, MPI_Abort that returns, other groups' OOM kills. tests/kill_matrix.sh covers every way and time.
. "${srcdir:-.}/tests/lib.sh"

says() { grep -q -E "$1" err || { sed -n '/Post-mortem/,/^Peak/p' err; grep '^process role=rank\|^rank ' dump; return 1; }; }
says_not() { ! grep -E "$1" err; }

for mpi in $(mpis); do
    cell="$(program "$mpi" kill_cell)"
    run_mpi "$mpi" 4 "$cell" --how term --when waiting --victim 3
    check "$mpi: a rank that waits in a call is terminated, while another one computes" \
        says 'rank 3 died first, at .*: killed by SIGTERM'
    run_mpi "$mpi" 3 "$cell" --how bus --when before --victim 2
    check "$mpi: a process that never called MPI_Init" says '\(would be rank 2\) died first, at .*: killed by SIGBUS'
    # The launcher kills the others within milliseconds after it has collected this one. The order is known, but for processes
    # that the sampler did not see before their ends, on a busy machine; never is another one named.
    named=0 unseen=0
    for n in 1 2 3 4 5 6; do
        run_mpi "$mpi" 5 "$cell" --how kill --when before --victim 3
        if says '\((would be rank 3|a rank that was not sampled)\) died first, at .*: killed by SIGKILL'; then
            named=$((named + 1))
        elif says '\(a rank that was not sampled\): killed' && says 'which of them was the first is not known'; then
            unseen=$((unseen + 1))
        fi
    done
    check "$mpi: one that is killed before MPI_Init, six times" test $((named + unseen)) = 6 -a $unseen -le 2
    run_mpi "$mpi" 3 "$cell" --how _exit --when init --victim 2
    check "$mpi: one inside MPI_Init" says '\(would be rank 2\) died first, at .*: ended with status 3'

    # A wrapper script, in which a test fails; then the program in it.
    if [ "$mpi" = openmpi ]; then # Hydra leaves the others waiting in MPI_Init, with memwatch or without
        run_mpi "$mpi" 3 sh -c 'false; "$@"; status=$?; exit $status' sh "$cell" --how fpe --when before --victim 1
        check "$mpi: below a wrapper script" says '\(would be rank 1\) died first, at .*: killed by SIGFPE'
    fi
    run_mpi "$mpi" 2 sh -c 'sh -c "sleep 0.3; exit 5"; "$@"' sh "$(program "$mpi" grow_and_die)" --how none --mib 16
    check "$mpi: helpers that fail in a job that does not" says_not 'Post-mortem'

    # MPI_Abort that returns: what the rank does later does not change the result.
    for how in plain handler; do
        LD_PRELOAD=$programs/$mpi/abort_returns.so run_mpi "$mpi" 3 "$(program "$mpi" abort_goes_on)" $how
        check "$mpi: MPI_Abort returns ($how): the report has it" says 'rank 1 died.* at .*: called MPI_Abort\(9\)'
        check "$mpi: MPI_Abort returns ($how): no other rank is named" says_not 'rank [02] died'
        [ $how = handler ] || check "$mpi: MPI_Abort returns: where it was called" says 'inside MPI_Abort abort_goes_on.c:[0-9]+, entered'
    done
done

# A kill by the OOM killer in another group is not assigned to a rank that is killed otherwise.
group=/sys/fs/cgroup/memory/memwatch-other-$$
if [ -w /sys/fs/cgroup/memory ] && mkdir "$group" 2>/dev/null; then
    echo $((24 << 20)) >"$group/memory.limit_in_bytes"
    echo $((24 << 20)) 2>/dev/null >"$group/memory.memsw.limit_in_bytes"
    oom_kills() { sed -n 's/^oom_kill //p' "$group/memory.oom_control"; }
    mpi=$(mpis | head -n 1)
    run_mpi "$mpi" 3 sh -c '[ "$(($(id -u) + 0))" = 0 ] && sh -c "echo \$\$ >$0/cgroup.procs; head -c 64m /dev/zero | tail | wc -c" \
        >/dev/null 2>&1; "$@"' "$group" "$(program "$mpi" kill_cell)" --how kill --when computing --victim 1
    check "another group's OOM kill: there was one" [ "$(oom_kills)" -gt 0 ]
    check "another group's OOM kill: the rank was killed, not by it" says 'rank 1 died first, at .*: killed by SIGKILL \(Killed\)$'
    check "another group's OOM kill: it is not mentioned" says_not 'SIGKILL.*OOM killer'
    n=0
    until rmdir "$group" 2>/dev/null || [ $n = 50 ]; do sleep 0.1; n=$((n + 1)); done
else
    skip "another group's OOM kill" "no right to make a memory cgroup of version 1 on this machine"
fi
done_testing
