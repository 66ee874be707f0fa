# SPDX-License-Identifier: MIT
# Ranks on several hosts with an agent on each: all is known on the launcher's host, whatever dies or is cut off, and
# nothing keeps running anywhere.
. "${srcdir:-.}/tests/lib.sh"
. "${srcdir:-.}/tests/hosts.sh"
hosts_up 3

limit=120 # seconds: a job that hangs is a failure, not a test that never ends
ranks() { sed -n 's/^rank rank=\([0-9-]*\) .*/\1/p' dump | sort -n | tr '\n' ' '; }
none() { [ -z "$1" ] || { echo "$1"; return 1; }; }
words() { tr -s ' \n' ' ' <err; } # the report without its line breaks
says() { words | grep -q -E "$1" || { sed -n '/^memwatch  /,$p' err | head -n 60; return 1; }; }
left_on() { host_run "$1" find /dev/shm -mindepth 1 -name 'memwatch-*' -o -mindepth 1 -path '*memwatch-*'; }
# Processes of ours on a host: agents, ranks, memwatch itself.
running_on() { host_run "$1" sh -c 'for p in /proc/[0-9]*; do tr "\0" " " <$p/cmdline 2>/dev/null; echo; done' |
    grep -E 'memwatch (agent|run)|grow_and_die|busy|orted|prted|hydra_pmi' | grep -v grep; }
nobody_on() { [ -z "$(running_on "$1")" ]; }
nobody_anywhere() { until_true nobody_on 1 && until_true nobody_on 2 && until_true nobody_on 3 ||
    { running_on 1; running_on 2; running_on 3; return 1; }; }

start() { # MPI "N1 N2 N3" command of the ranks...: in the background, $pid
    mpi=$1 place=$2
    shift 2
    for h in 1 2 3; do host_run $h sh -c 'rm -rf /dev/shm/memwatch-*'; done
    # shellcheck disable=SC2046,SC2086
    host_run 1 timeout -k 5 $limit "$memwatch" run --keep ${options-} -- $(hosts_mpirun "$mpi" $place) "$@" >out 2>err </dev/null &
    pid=$!
}
finish_run() {
    wait $pid
    run_status=$?
    rundir=$(sed -n 's/.*the run directory is kept: //p' err)
    host_run 1 "$mwdump" "$rundir" >dump 2>dump.err
}
on_hosts() { start "$@"; finish_run; }
journals_on() { [ "$(host_run "$1" find /dev/shm -name 'journal-*' | wc -l)" -ge "$2" ]; }
connected_on() { host_run "$1" sh -c 'grep -q ^connected /dev/shm/memwatch-*/agent-*' 2>/dev/null; }
# The launcher's copy of a host's journals.
arrived_from() { [ "$(host_run 1 find /dev/shm -name "journal-*-mwh$1-*" | wc -l)" -ge "$2" ]; }
pid_of_rank_on() { # HOST: inside it
    host_run "$1" sh -c 'for p in /proc/[0-9]*; do case $(tr "\0" " " <$p/cmdline 2>/dev/null) in */grow_and_die*) echo ${p#/proc/};; esac; done' | head -n 1
}

for mpi in $(mpis); do
    busy=$(program "$mpi" busy) die=$(program "$mpi" grow_and_die)
    on_hosts "$mpi" "2 2 2" "$busy" --calls 9
    check "$mpi: three hosts: the job ends well" same "$run_status" 0
    check "$mpi: all ranks are in the report" same "$(ranks)" "0 1 2 3 4 5 "
    check "$mpi: as one world on three hosts" says '6 ranks on 3 hosts'
    check "$mpi: each host was sampled" same "$(grep -c '^host .*sampled=1' dump)" 3
    check "$mpi: the table of hosts tells by whom" says 'Hosts .* mwh[23] .* an agent'
    check "$mpi: clocks are compared over the network" says 'clocks were compared over the network'
    check "$mpi: to a millisecond or better" near "$(grep '^host name=mwh2' dump | field clock_error_ns)" 500000 500000
    check "$mpi: nothing is left on the other hosts" none "$(left_on 2; left_on 3)"
    check "$mpi: nothing runs any more" nobody_anywhere
    check "$mpi: the calls of all are counted" awk -v ignore='MPI_Init|MPI_Init_thread|MPI_Finalize' \
        -f "$top_srcdir/tests/integration/compare.awk" out dump

    on_hosts "$mpi" "0 2 1" "$busy" --calls 9
    check "$mpi: no rank on the launcher's host: the job ends well" same "$run_status" 0
    check "$mpi: no rank on the launcher's host: all are in the report" same "$(ranks)" "0 1 2 "
    check "$mpi: no rank on the launcher's host: nothing is left" none "$(left_on 2; left_on 3)"

    # A rank on another host leaves a helper running, which the agent neither waits for nor ends.
    rm -f stop
    on_hosts "$mpi" "1 1 0" "$(program "$mpi" leaves)" setsid 1 1 12 "$work/stop"
    check "$mpi: a helper on another host outlives the job: it is named" says \
        'still running on mwh2 after the job: leaves of rank 1 \(pid [0-9]+, 1[0-9]\.'
    : >stop
    check "$mpi: a helper on another host outlives the job: nothing is left" none "$(left_on 2; left_on 3)"

    # A rank on another host dies, in the middle of the others' waiting.
    on_hosts "$mpi" "1 2 1" "$die" --how kill --rank 2 --mib 64
    # Hydra kills by SIGKILL, too: on another host, some milliseconds later. Then the first one may not be known.
    case $mpi in
        mpich) names='(rank 2 died first, at .*|which of them was the first is not known: .*rank 2): killed by SIGKILL' ;;
        *) names='rank 2 died first, at .*: killed by SIGKILL' ;;
    esac
    check "$mpi: a remote rank killed: the post-mortem names it" says "$names"
    check "$mpi: a remote rank killed: and no other" same "$(words | grep -c -E 'rank [013] died first')" 0
    check "$mpi: a remote rank killed: on its host" says 'pid [0-9]+ on mwh2'
    check "$mpi: a remote rank killed: who waited" says '(waiting for it|inside a call then): ranks 0-1, 3 in MPI_Allreduce grow_and_die.c:'
    check "$mpi: a remote rank killed: what it had" near "$(grep -m 1 '^death ' dump | field rss)" $((108 << 20)) $((28 << 20))
    check "$mpi: a remote rank killed: the exit status is not 0" [ "$run_status" != 0 ]
    check "$mpi: a remote rank killed: nothing runs any more" nobody_anywhere

    # The launcher is killed: the job goes on, agents end, records stay where they are.
    start "$mpi" "1 1 1" "$die" --how none --rank 0 --mib 160
    until_true arrived_from 2 1
    until_true arrived_from 3 1
    host_run 1 sh -c 'for p in /proc/[0-9]*; do case $(readlink $p/exe) in */memwatch) kill -KILL ${p#/proc/};; esac; done'
    wait $pid 2>/dev/null
    check "$mpi: the launcher killed: the job goes on, and then nothing runs" nobody_anywhere
    rundir=$(host_run 1 sh -c 'echo /dev/shm/memwatch-*')
    host_run 1 "$memwatch" report "$rundir" >err 2>&1
    check "$mpi: the launcher killed: the report tells of all hosts" says '3 ranks on 3 hosts'

    # Nobody can reach the launcher's port.
    MEMWATCH_ADDRESS=127.0.0.1 on_hosts "$mpi" "1 1 1" "$busy" --calls 9
    check "$mpi: a port out of reach: the job ends well" same "$run_status" 0
    check "$mpi: a port out of reach: MPI_Finalize brings the records" same "$(ranks)" "0 1 2 "
    check "$mpi: a port out of reach: that nobody sampled is said" says 'on 2 hosts nobody sampled'
    check "$mpi: a port out of reach: nothing runs any more" nobody_anywhere
done

# A host is cut off in the middle of the run. mpirun waits for it, whatever it is told: it is killed in the end.
mpi=$(mpis | head -n 1)
die=$(program "$mpi" grow_and_die)
start "$mpi" "1 1 2" "$die" --how sleep --rank 0 --mib 16
until_true arrived_from 3 2
until_true arrived_from 2 1
in_calls() { host_run 1 sh -c '"$1" top --once /dev/shm/memwatch-*' sh "$memwatch" 2>/dev/null | grep -q "^Ranks  *4 live .* 3 in MPI calls"; }
until_true in_calls
host_link_down 3
lost() { [ "$(host_run 1 sh -c 'od -A n -t u4 -j 8 -N 4 /dev/shm/memwatch-*/peer-mwh3' | tr -d ' ')" = 3 ]; }
check "$mpi: a host cut off: the launcher finds out" until_true lost
host_run 1 sh -c 'for p in /proc/[0-9]*; do case $(cat $p/comm) in mpirun*|orterun|prterun|mpiexec*) kill -KILL ${p#/proc/};; esac; done'
finish_run
check "$mpi: a host cut off: the report comes" grep -q '^Ranks ' err
check "$mpi: a host cut off: that it was lost" says 'host mwh3 was lost at .*: what is known of it ends there'
check "$mpi: a host cut off: with what was known of its ranks" same "$(ranks)" "0 1 2 3 "
check "$mpi: a host cut off: the table says so" says 'an agent, lost'
host_link_up 3
# (ranks of a killed prterun stay where they are)
for h in 1 2 3; do
    host_run $h sh -c 'for p in /proc/[0-9]*; do case $(tr "\0" " " <$p/cmdline 2>/dev/null) in *grow_and_die*|*orted*|*prted*|*hydra_pmi*)
        [ ${p#/proc/} = $$ ] || kill -KILL ${p#/proc/};; esac; done' # its own command line has these names, too
done
check "$mpi: a host cut off: nothing keeps running there" nobody_anywhere

# One directory that all hosts share.
mkdir "$work/shared"
for mpi in $(mpis); do
    options="--run-dir $work/shared" on_hosts "$mpi" "1 2 1" "$(program "$mpi" busy)" --calls 9
    check "$mpi: a shared directory: the job ends well" same "$run_status" 0
    check "$mpi: a shared directory: all ranks, once" same "$(ranks)" "0 1 2 3 "
    check "$mpi: a shared directory: each host was sampled" same "$(grep -c '^host .*sampled=1' dump)" 3
    check "$mpi: a shared directory: nothing runs any more" nobody_anywhere
done
done_testing
