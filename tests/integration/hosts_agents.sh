# SPDX-License-Identifier: MIT
# Ranks on several hosts with an agent on each: everything is known on the launcher's host, whatever dies or is disconnected, and
# no process remains on any host.
. "${srcdir:-.}/tests/lib.sh"
. "${srcdir:-.}/tests/hosts.sh"
hosts_up 3

limit=120 # seconds: a job that hangs is a failure, not a test that never ends
ranks() { sed -n 's/^rank rank=\([0-9-]*\) .*/\1/p' dump | sort -n | tr '\n' ' '; }
none() { [ -z "$1" ] || { echo "$1"; return 1; }; }
words() { tr -s ' \n' ' ' <err; } # the report without its line breaks
says() { words | grep -q -E "$1" || { sed -n '/^memwatch  /,$p' err | head -n 60; return 1; }; }
left_on() { host_run "$1" find /dev/shm -mindepth 1 -name 'memwatch-*' -o -mindepth 1 -path '*memwatch-*'; }
# Processes of the test on a host: agents, ranks, memwatch itself.
running_on() { host_run "$1" sh -c 'for p in /proc/[0-9]*; do tr "\0" " " <$p/cmdline 2>/dev/null; echo; done' |
    grep -E 'memwatch (agent|run)|grow_and_die|busy|orted|prted|hydra_pmi' | grep -v grep; }
no_process_on() { [ -z "$(running_on "$1")" ]; }
no_process_anywhere() { until_true no_process_on 1 && until_true no_process_on 2 && until_true no_process_on 3 ||
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
# A rank's process as the launcher knows it, and that the last step of 64 MiB was sampled.
process_of_rank() { host_run 1 sh -c '"$1" /dev/shm/memwatch-*' sh "$mwdump" 2>/dev/null | grep "^process role=rank .* rank=$1 "; }
has_grown() { seen=$(process_of_rank "$1" | field rss_last) && [ "${seen:-0}" -ge $((100 << 20)) ]; }
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
    check "$mpi: the table of hosts shows by which process" says 'Hosts .* mwh[23] .* an agent'
    check "$mpi: clocks are compared over the network" says 'clocks were compared over the network'
    # (half of the fastest round trip: microseconds, on a busy machine more)
    check "$mpi: to milliseconds" near "$(grep '^host name="mwh2"' dump | field clock_error_ns)" 10000000 9999999
    check "$mpi: nothing is left on the other hosts" none "$(left_on 2; left_on 3)"
    check "$mpi: no process remains" no_process_anywhere
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

    # A rank on another host dies, while the others wait.
    start "$mpi" "1 2 1" "$die" --how sleep --rank 2 --mib 64
    until_true has_grown 2
    host_run 2 kill -KILL "$(process_of_rank 2 | field pid)"
    finish_run
    # Hydra kills by SIGKILL, too: on another host, some milliseconds later. Ranks of Open MPI 6 end with status 14 as soon as
    # they hear of it. Then the first one may not be known.
    case $mpi$("$(mpirun_of "$mpi")" --version 2>/dev/null | sed -n '1s/.*(Open MPI) \([0-9]*\).*/\1/p') in
        mpich | openmpi[6-9]) names='(rank 2 died first, at .*|which of them was the first is not known: .*rank 2): killed by SIGKILL' ;;
        *) names='rank 2 died first, at .*: killed by SIGKILL' ;;
    esac
    check "$mpi: a remote rank killed: the post-mortem names it" says "$names"
    check "$mpi: a remote rank killed: and no other" same "$(words | grep -c -E 'rank [013] died first')" 0
    check "$mpi: a remote rank killed: on its host" says 'pid [0-9]+ on mwh2'
    check "$mpi: a remote rank killed: which ranks waited" says '(waiting for it|inside a call then): ranks 0-1, 3 in MPI_Allreduce grow_and_die.c:'
    check "$mpi: a remote rank killed: its memory" near "$(grep -m 1 '^death ' dump | field rss)" $((108 << 20)) $((28 << 20))
    check "$mpi: a remote rank killed: the exit status is not 0" [ "$run_status" != 0 ]
    check "$mpi: a remote rank killed: no process remains" no_process_anywhere

    # The launcher is killed: the job goes on, agents end, records stay where they are.
    rm -f go
    start "$mpi" "1 1 1" "$die" --how "until:$work/go" --rank 0
    until_true arrived_from 2 1
    until_true arrived_from 3 1
    host_run 1 sh -c 'for p in /proc/[0-9]*; do case $(readlink $p/exe) in */memwatch) kill -KILL ${p#/proc/};; esac; done'
    wait $pid 2>/dev/null
    : >go
    check "$mpi: the launcher killed: the job continues, and no process remains" no_process_anywhere
    rundir=$(host_run 1 sh -c 'echo /dev/shm/memwatch-*')
    host_run 1 "$memwatch" report "$rundir" >err 2>&1
    check "$mpi: the launcher killed: the report has all hosts" says '3 ranks on 3 hosts'

    # The launcher's port cannot be reached.
    MEMWATCH_ADDRESS=127.0.0.1 on_hosts "$mpi" "1 1 1" "$busy" --calls 9
    check "$mpi: a port out of reach: the job ends well" same "$run_status" 0
    check "$mpi: a port out of reach: MPI_Finalize brings the records" same "$(ranks)" "0 1 2 "
    check "$mpi: a port out of reach: the report says that they were not sampled" says '2 hosts were not sampled'
    check "$mpi: a port out of reach: no process remains" no_process_anywhere
done

# A host is disconnected during the run. mpirun waits for it regardless of its options, and is killed at the end.
mpi=$(mpis | head -n 1)
die=$(program "$mpi" grow_and_die)
start "$mpi" "1 1 2" "$die" --how sleep --rank 0 --mib 16
until_true arrived_from 3 2
until_true arrived_from 2 1
until_true hosts_numbered 4
host_link_down 3
lost() { [ "$(host_run 1 sh -c 'od -A n -t u4 -j 8 -N 4 /dev/shm/memwatch-*/peer-mwh3' | tr -d ' ')" = 3 ]; }
check "$mpi: a host disconnected: the launcher notices" until_true lost
host_run 1 sh -c 'for p in /proc/[0-9]*; do case $(cat $p/comm) in mpirun*|orterun|prterun|mpiexec*) kill -KILL ${p#/proc/};; esac; done'
finish_run
check "$mpi: a host disconnected: the report is written" grep -q '^Ranks ' err
check "$mpi: a host disconnected: the report says that it was lost" says 'host mwh3 was lost at .*: what is known of it ends there'
check "$mpi: a host disconnected: its ranks are in the report" same "$(ranks)" "0 1 2 3 "
check "$mpi: a host disconnected: the table shows it" says 'an agent, lost'
host_link_up 3
# (ranks of a killed prterun stay where they are)
for h in 1 2 3; do
    host_run $h sh -c 'for p in /proc/[0-9]*; do case $(tr "\0" " " <$p/cmdline 2>/dev/null) in *grow_and_die*|*orted*|*prted*|*hydra_pmi*)
        [ ${p#/proc/} = $$ ] || kill -KILL ${p#/proc/};; esac; done' # its own command line has these names, too
done
check "$mpi: a host disconnected: no process remains there" no_process_anywhere

# One directory that all hosts share.
mkdir "$work/shared"
for mpi in $(mpis); do
    options="--run-dir $work/shared" on_hosts "$mpi" "1 2 1" "$(program "$mpi" busy)" --calls 9
    check "$mpi: a shared directory: the job ends well" same "$run_status" 0
    check "$mpi: a shared directory: all ranks, once" same "$(ranks)" "0 1 2 3 "
    check "$mpi: a shared directory: each host was sampled" same "$(grep -c '^host .*sampled=1' dump)" 3
    check "$mpi: a shared directory: no process remains" no_process_anywhere
done
done_testing
