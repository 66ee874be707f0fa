# SPDX-License-Identifier: MIT
# On another host the agent is killed, or the run directory is taken away: the report still has the ranks of that host, and
# nothing stays there.
. "${srcdir:-.}/tests/lib.sh"
. "${srcdir:-.}/tests/hosts.sh"
hosts_up 2

none() { [ -z "$1" ] || { echo "$1"; return 1; }; }
left() { host_run 2 find /dev/shm -mindepth 1 -path '*memwatch*'; }
nothing_left_there() { none "$(left)"; }
ours() { # those whose command line begins so, on host 2: their pids there
    host_run 2 sh -c 'for p in /proc/[0-9]*; do tr "\0" " " <$p/cmdline 2>/dev/null | grep -q -E "$1" && echo ${p#/proc/}; done' sh "$1"
}
# How often each of the two ranks there has been sampled, as the launcher knows it; that they are in their calls.
samples() { host_run 1 sh -c '"$1" /dev/shm/memwatch-*' sh "$mwdump" 2>/dev/null | grep '^process role=rank .* host="mwh2"' | field samples; }
sampled_anew() { [ "$(samples | wc -l)" = 2 ] && [ "$(samples)" != "$before" ]; }
in_calls() { host_run 1 sh -c '"$1" top --once /dev/shm/memwatch-*' sh "$memwatch" 2>/dev/null | grep -q "^Ranks  *3 live .* $1 in MPI calls"; }
arrived() { [ "$(host_run 1 find /dev/shm -name 'journal-*-mwh2-*' | wc -l)" = 2 ]; } # their journals
connected() { host_run 2 sh -c 'grep -q ^connected /dev/shm/memwatch-*/agent-*' 2>/dev/null; }
nobody() { none "$(ours '^memwatch (agent|guard)')"; }
another() { new=$(ours '^memwatch agent' | head -n 1) && [ -n "$new" ] && [ "$new" != "$agent" ] && connected; }

start() { # MPI options of grow_and_die...: one rank on host 1, two on host 2; in the background, $pid
    mpi=$1
    shift
    # shellcheck disable=SC2046
    host_run 1 timeout -k 5 100 "$memwatch" run --report "$work/report" --force -- $(hosts_mpirun "$mpi" 1 2) \
        "$(program "$mpi" grow_and_die)" "$@" >out 2>err </dev/null &
    pid=$!
    until_true connected
    agent=$(ours '^memwatch agent' | head -n 1)
}
end() { wait $pid; status=$?; }
says() { tr -s ' \n' ' ' <report | grep -q -E "$1" || { cat report; return 1; }; }

for mpi in $(mpis); do
    die=$(program "$mpi" grow_and_die)
    # killed while the job runs, which goes on
    start "$mpi" --how none --mib 160
    host_run 2 kill -9 "$agent"
    until_true another
    end
    check "$mpi: an agent killed: the job ends well" same $status 0
    check "$mpi: an agent killed: all ranks are in the report" says '3 ranks on 2 hosts'
    check "$mpi: an agent killed: nothing stays there" none "$(left)"
    check "$mpi: an agent killed: nothing runs any more" until_true nobody

    # killed, then a rank of that host dies
    start "$mpi" --how sleep --rank 0 --mib 8
    until_true in_calls 2
    host_run 2 kill -9 "$agent"
    before=$(samples)
    until_true another
    until_true sampled_anew
    host_run 2 kill -SEGV "$(ours "^$die" | tail -n 1)"
    end
    check "$mpi: an agent and then a rank killed: the report names the rank's host" says 'rank [12] died first, at .*: killed by SIGSEGV'
    check "$mpi: an agent and then a rank killed: nothing stays there" until_true nothing_left_there
    check "$mpi: an agent and then a rank killed: nothing runs any more" until_true nobody

    [ "$mpi" = "$(mpis | head -n 1)" ] || continue # what is not of the MPI is tried with one

    # all of them killed: ranks take away what is theirs
    start "$mpi" --how none --mib 96
    # shellcheck disable=SC2046
    host_run 2 kill -9 $(ours '^memwatch guard') $(ours '^memwatch agent')
    end
    check "$mpi: nobody left to replace it: the job ends well" same $status 0
    check "$mpi: nobody left to replace it: all ranks are in the report" says '3 ranks on 2 hosts'
    check "$mpi: nobody left to replace it: nothing stays there" none "$(left)"

    # the directory is taken away there
    start "$mpi" --how none --mib 96
    until_true arrived
    host_run 2 sh -c 'rm -rf /dev/shm/memwatch-*'
    end
    check "$mpi: the directory removed there: the job ends well" same $status 0
    check "$mpi: the directory removed there: all ranks are in the report" says '3 ranks on 2 hosts'
    check "$mpi: the directory removed there: nothing stays there" none "$(left)"
    check "$mpi: the directory removed there: nothing runs any more" until_true nobody
done

# The launcher's own directory is removed: agents send all once more.
mpi=$(mpis | head -n 1)
start "$mpi" --how none --mib 96
until_true arrived
host_run 1 sh -c 'rm -rf /dev/shm/memwatch-*'
end
check "the launcher's directory removed: the job ends well" same $status 0
check "the launcher's directory removed: all ranks are in the report" says '3 ranks on 2 hosts'
check "the launcher's directory removed: it says so" says 'the run directory .* were removed while the job ran'
check "the launcher's directory removed: nothing stays" none "$(left)$(host_run 1 find /dev/shm -mindepth 1 -path '*memwatch*')"
done_testing
