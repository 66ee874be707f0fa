# SPDX-License-Identifier: MIT
# Jobs that die: which rank was first, the cause, the place, which ranks waited, the memory of the others; and a killed memwatch.
. "${srcdir:-.}/tests/lib.sh"

says() { grep -q -E "$1" err || { sed -n '/Post-mortem/,/^Peak/p' err; grep '^process role=rank\|^rank ' dump; return 1; }; }
first_death() { grep -m 1 '^death ' dump; }

# The command's own statuses without memwatch: Hydra reports the status of whichever rank's end it notices first, and that of MPICH 5
# sometimes never ends.
plain_status() { # mpi how status
    for _ in 1 2 3 4 5 6; do
        timeout -k 10 60 "$(mpirun_of "$1")" -n 3 "$(program "$1" grow_and_die)" --mib 8 --how "$2" >/dev/null 2>&1
        [ $? != "$3" ] || return 0
    done
    echo "never $3 without memwatch"
    return 1
}

# As the report shows it. Hydra's is sometimes 0, when it is killed while it cleans up.
reported_status() {
    sed -n -e 's/^  ended with status \([0-9]*\) .*/\1/p' -e 's/^  killed by signal \([0-9]*\) .*/\1 128 + p/p' err | head -n 1 |
        awk '{ print $1 + ($2 == 128 ? 128 : 0) }'
}

dies() { # mpi how what cause
    run_mpi "$1" 4 "$(program "$1" grow_and_die)" --how "$2" --mib 48
    status=$?
    check "$1: $2: the report has the rank, the time and the cause" says "rank 1 died first, at .*: $3"
    check "$1: $2: its phase, and since which call" says '(phase "growth" . )?in.* MPI_(Barrier|Abort) grow_and_die.c:[0-9]+'
    check "$1: $2: which ranks wait for it, and where" says 'waiting for it: ranks 0, 2-3 in MPI_Allreduce grow_and_die.c:[0-9]+'
    check "$1: $2: the memory of the others" says 'the others held then: rank [023] [345][0-9]'
    check "$1: $2: the line that allocated the most of it" \
        says 'held most: ≥ (72|80|88|96).0 MiB at grow_and_die.c:[0-9]+, called from grow_and_die.c:[0-9]+'
    check "$1: $2: and in the fullest of the others" says 'rank [023] held most: (≥ )?32.0 MiB at grow_and_die.c:[0-9]+'
    check "$1: $2: its last seconds" says 'its last seconds: .* MiB at '
    check "$1: $2: the model agrees" same "$(first_death | field cause) $(first_death | field rank)" "$4 1"
    # 32 MiB, 48 MiB, and what MPI holds; sampled once in 100 ms while it grew by 8 MiB in 50 ms
    check "$1: $2: its RSS then" near "$(first_death | field rss)" $((93 << 20)) $((24 << 20))
    check "$1: $2: every rank's end is reported" same "$(grep -c '^death ' dump)" 4
}

# As on older kernels, which keep no record of how a process ended: one job for each cause and each way to start ranks.
oldkernel=$top_builddir/tests/tools/oldkernel
dies_on() { # kernel mpi how cause [command around the ranks]
    on=$1 mpi=$2 how=$3 cause=$4
    shift 4
    rm -rf runs; mkdir runs
    "$oldkernel" "$on" "$memwatch" run --run-dir "$work/runs" -- "$(mpirun_of "$mpi")" -n 3 "$@" \
        "$(program "$mpi" grow_and_die)" --how "$how" --mib 8 >out 2>err
    check "as on Linux $on, $mpi: $how${1:+ inside a script}: the cause is known" \
        says "rank 1(:| died first,|) .*$cause"
}
cat >script <<'END'
#!/bin/bash
"$@"
exit 0
END
chmod 755 script
for kernel in 5.3 4.18; do
    "$oldkernel" $kernel true || { skip "as on Linux $kernel" "that cannot be done here"; continue; }
    for mpi in $(mpis); do
        dies_on $kernel "$mpi" segv 'killed by SIGSEGV'
        dies_on $kernel "$mpi" kill 'killed by SIGKILL'
        dies_on $kernel "$mpi" exit 'ended with status 4, without MPI_Finalize'
        # the script itself ends well: only bash has seen how its rank ended
        dies_on $kernel "$mpi" segv 'killed by SIGSEGV' "$work/script"
    done
done

for mpi in $(mpis); do
    dies "$mpi" kill 'killed by SIGKILL' signal
    dies "$mpi" segv 'killed by SIGSEGV' signal
    dies "$mpi" bus 'killed by SIGBUS' signal
    dies "$mpi" abort 'called MPI_Abort\(3\)' abort
    dies "$mpi" exit 'ended with status 4, without MPI_Finalize' exit
    check "$mpi: the exit status is the command's" plain_status "$mpi" exit "$status"

    run_mpi "$mpi" 2 "$(program "$mpi" grow_and_die)" --how segv --mib 8 --after-finalize
    check "$mpi: a death after MPI_Finalize is reported as such" says 'rank 1 died( first,)? at .*: killed by SIGSEGV .* after MPI_Finalize'

    # A time limit: SIGTERM to the process group, shortly afterwards SIGKILL to mpirun.
    rm -rf runs; mkdir runs
    "$memwatch" run --run-dir "$work/runs" -- "$(mpirun_of "$mpi")" -n 3 "$(program "$mpi" grow_and_die)" \
        --how sleep --mib 16 >out 2>err &
    pid=$!
    until_true waits "$work/runs" 3 2
    command=$(command_of "$mpi" $pid)
    kill -TERM $pid
    sleep 0.3 # between the two signals
    kill -KILL "$command" 2>/dev/null
    wait $pid
    status=$?
    check "$mpi: a time limit: the report names what ended the job" \
        says 'ended from outside: memwatch was sent SIGTERM .* by process [0-9]+'
    check "$mpi: a time limit: and what the ranks did" says 'inside a call then|inside MPI_|in the program since'
    check "$mpi: a time limit: the exit status is the command's" same "$status" "$(reported_status)"

    # Ctrl-C, once and twice: the whole group gets it.
    for times in once twice; do
        rm -rf runs; mkdir runs
        setsid sh -c 'echo $$ >group; exec "$@"' sh env --default-signal=INT "$memwatch" run --run-dir "$work/runs" -- \
            "$(mpirun_of "$mpi")" -n 3 "$(program "$mpi" grow_and_die)" --how sleep --mib 16 >out 2>err &
        pid=$!
        until_true waits "$work/runs" 3 2
        kill -INT "-$(cat group)"
        [ $times = once ] || { sleep 0.1; kill -INT "-$(cat group)" 2>/dev/null; }
        wait $pid
        status=$?
        check "$mpi: Ctrl-C $times: the report says so" says 'memwatch was sent SIGINT'
        check "$mpi: Ctrl-C $times: and has the ranks" grep -q '^Ranks ' err
        # Hydra's status is 0 or 2, depending on the timing.
        [ "$mpi" = mpich ] || check "$mpi: Ctrl-C $times: the exit status is not 0" [ $status != 0 ]
    done

    # mpirun itself is killed.
    rm -rf runs; mkdir runs
    "$memwatch" run --run-dir "$work/runs" -- "$(mpirun_of "$mpi")" -n 3 "$(program "$mpi" grow_and_die)" \
        --how sleep --mib 16 >out 2>err &
    pid=$!
    until_true waits "$work/runs" 3 2
    ranks=$("$mwdump" "$work"/runs/memwatch-* | grep '^rank ' | field pid)
    kill -KILL "$(command_of "$mpi" $pid)"
    wait $pid
    status=$?
    check "$mpi: mpirun killed: its status" same $status 137
    check "$mpi: mpirun killed: the report says so" says 'the command itself was killed by SIGKILL'
    # shellcheck disable=SC2086
    kill -KILL $ranks 2>/dev/null # what a launcher that was killed leaves behind

    # memwatch itself is killed: the job goes on, and nothing that was known is lost.
    rm -rf runs go; mkdir runs
    "$memwatch" run --run-dir "$work/runs" -- sh -c "'$(mpirun_of "$mpi")' -n 3 '$(program "$mpi" grow_and_die)' --how until:$work/go; echo \$? >ended" \
        >out 2>err &
    pid=$!
    until_true sampled "$work/runs" 3
    "$memwatch" runs --run-dir "$work/runs" >list
    check "$mpi: memwatch runs: the run is listed" grep -q -E "running +3 .*$work/runs" list
    kill -KILL $pid
    wait $pid 2>/dev/null
    rundir=$(echo "$work"/runs/*)
    "$memwatch" report "$rundir" >err 2>&1
    check "$mpi: memwatch killed: the report while the job runs" says 'still running after .*, but memwatch itself was killed'
    check "$mpi: memwatch killed: the report has the samples" grep -q -E 'seen at one moment: sum of RSS over' err
    "$memwatch" runs --run-dir "$work/runs" >list
    check "$mpi: memwatch runs: and that memwatch was killed" grep -q 'running, memwatch was killed' list
    check "$mpi: memwatch killed: the directory of a job that runs is not removed" [ -d "$rundir" ]
    : >go
    until_true [ -e ended ]
    check "$mpi: memwatch killed: the job ends well" same "$(cat ended)" 0
    rm -f ended
    "$memwatch" runs --run-dir "$work/runs" >list
    check "$mpi: memwatch runs: ended and not reported stays" grep -q "ended, not reported .*$work/runs" list
    "$memwatch" report --force --json=killed.json --metrics killed.metrics "$rundir" 2>/dev/null
    check "$mpi: memwatch killed: no form invents a status" sh -c \
        'grep -q "^\"exit_code\":null" killed.json && ! grep -q "^memwatch_[a-z]*_exit_status{" killed.metrics'
    "$memwatch" report --force "$rundir" >err 2>&1
    check "$mpi: memwatch killed: the report afterwards" says 'memwatch itself was killed after .*: how the command ended is not known'
    check "$mpi: memwatch killed: no rank is reported as dead" sh -c '! grep -q Post-mortem err'
    "$memwatch" runs --run-dir "$work/runs" >list
    check "$mpi: memwatch runs: a reported run is removed" [ ! -e "$rundir" ]
done

# The kernel's OOM killer, in a separate control group.
name=memwatch-oom-$$
if [ -w /sys/fs/cgroup/memory ] && mkdir "/sys/fs/cgroup/memory/$name" 2>/dev/null; then
    group=/sys/fs/cgroup/memory/$name limit=memory.limit_in_bytes swap=memory.memsw.limit_in_bytes
elif grep -qw memory /sys/fs/cgroup/cgroup.subtree_control 2>/dev/null && mkdir "/sys/fs/cgroup/$name" 2>/dev/null; then
    group=/sys/fs/cgroup/$name limit=memory.max swap=memory.swap.max
else
    skip "the OOM killer" "no right to make a memory cgroup on this machine"
    done_testing
    exit
fi
echo $((400 << 20)) >"$group/$limit"
case $swap in *max) echo 0 ;; *) echo $((400 << 20)) ;; esac 2>/dev/null >"$group/$swap" || :
# Only mpirun and the ranks are in the group, as in a batch system's: memwatch is outside.
for mpi in $(mpis); do
    rm -rf runs; mkdir runs
    "$memwatch" run --keep --run-dir "$work/runs" -- sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$group" \
        "$(mpirun_of "$mpi")" -n 3 "$(program "$mpi" grow_and_die)" --how none --mib 2000 >out 2>err
    status=$?
    "$mwdump" "$work"/runs/* >dump
    check "$mpi: OOM: the report says that the OOM killer did it" says 'rank 1 died first, at .*: killed by SIGKILL: by the kernel.s OOM killer'
    check "$mpi: OOM: the group, its limit, and how many it killed" \
        says "control group .*$name reached its limit of 400.0 MiB" && says 'killed 1 process'
    check "$mpi: OOM: the model agrees" same "$(first_death | field cause) $(first_death | field rank)" 'oom 1'
    check "$mpi: OOM: one victim, though others got SIGKILL" same "$(grep -c '^death .* cause=oom ' dump)" 1
    check "$mpi: OOM: the headroom refers to that limit" grep -q -E 'Headroom .* (of|than) 400.0 MiB' err
    check "$mpi: OOM: the exit status is not 0" [ $status != 0 ]
done
n=0
until rmdir "$group" 2>/dev/null || [ $n = 50 ]; do sleep 0.1; n=$((n + 1)); done
done_testing
