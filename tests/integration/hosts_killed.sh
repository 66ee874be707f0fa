# SPDX-License-Identifier: MIT
# On another host the agent is killed, or the run directory is removed: the report still has the ranks of that host, and
# no file remains there.
. "${srcdir:-.}/tests/lib.sh"
. "${srcdir:-.}/tests/hosts.sh"
hosts_up 2

none() { [ -z "$1" ] || { echo "$1"; return 1; }; }
left() { host_run 2 find /dev/shm -mindepth 1 -path '*memwatch*'; }
nothing_left_there() { none "$(left)"; }
ours() { # those whose command line begins so, on host 2: their pids there
    host_run 2 sh -c 'for p in /proc/[0-9]*; do tr "\0" " " <$p/cmdline 2>/dev/null | grep -q -E "$1" && echo ${p#/proc/}; done' sh "$1"
}
# How often each of the two ranks there has been sampled, as the launcher knows it.
samples() { host_run 1 sh -c '"$1" /dev/shm/memwatch-*' sh "$mwdump" 2>/dev/null | grep '^process role=rank .* host="mwh2"' | field samples; }
sampled_anew() { [ "$(samples | wc -l)" = 2 ] && [ "$(samples)" != "$before" ]; }
arrived() { [ "$(host_run 1 find /dev/shm -name 'journal-*-mwh2-*' | wc -l)" = 2 ]; } # their journals
connected() { host_run 2 sh -c 'grep -q ^connected /dev/shm/memwatch-*/agent-*' 2>/dev/null; }
no_agent() { none "$(ours '^memwatch (agent|guard)')"; }
another() { new=$(ours '^memwatch agent' | head -n 1) && [ -n "$new" ] && [ "$new" != "$agent" ] && connected; }

start() { # MPI options of grow_and_die...: one rank on host 1, two on host 2; in the background, $pid
    mpi=$1
    shift
    rm -f go
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
    # killed while the job runs; the job continues
    start "$mpi" --how "until:$work/go"
    host_run 2 kill -9 "$agent"
    until_true another
    : >go
    end
    check "$mpi: an agent killed: the job ends well" same $status 0
    check "$mpi: an agent killed: all ranks are in the report" says '3 ranks on 2 hosts'
    check "$mpi: an agent killed: no file remains there" none "$(left)"
    check "$mpi: an agent killed: no process remains" until_true no_agent

    # killed, then a rank of that host dies
    start "$mpi" --how sleep --rank 0 --mib 8
    until_true hosts_numbered 3
    host_run 2 kill -9 "$agent"
    before=$(samples)
    until_true another
    until_true sampled_anew
    host_run 2 kill -SEGV "$(ours "^$die" | tail -n 1)"
    end
    check "$mpi: an agent and then a rank killed: the report names the rank's host" says 'rank [12] died first, at .*: killed by SIGSEGV'
    check "$mpi: an agent and then a rank killed: no file remains there" until_true nothing_left_there
    check "$mpi: an agent and then a rank killed: no process remains" until_true no_agent

    [ "$mpi" = "$(mpis | head -n 1)" ] || continue # independent of the MPI: one is enough

    # all of them killed: ranks remove their own files
    start "$mpi" --how "until:$work/go"
    # shellcheck disable=SC2046
    host_run 2 kill -9 $(ours '^memwatch guard') $(ours '^memwatch agent')
    : >go
    end
    check "$mpi: no process left to replace it: the job ends well" same $status 0
    check "$mpi: no process left to replace it: all ranks are in the report" says '3 ranks on 2 hosts'
    check "$mpi: no process left to replace it: no file remains there" until_true nothing_left_there

    # the directory is removed there
    start "$mpi" --how "until:$work/go"
    until_true arrived
    host_run 2 sh -c 'rm -rf /dev/shm/memwatch-*'
    : >go
    end
    check "$mpi: the directory removed there: the job ends well" same $status 0
    check "$mpi: the directory removed there: all ranks are in the report" says '3 ranks on 2 hosts'
    check "$mpi: the directory removed there: no file remains there" none "$(left)"
    check "$mpi: the directory removed there: no process remains" until_true no_agent
done

# The launcher's own directory is removed: agents send everything again.
mpi=$(mpis | head -n 1)
start "$mpi" --how "until:$work/go"
until_true arrived
host_run 1 sh -c 'rm -rf /dev/shm/memwatch-*'
: >go
end
check "the launcher's directory removed: the job ends well" same $status 0
check "the launcher's directory removed: all ranks are in the report" says '3 ranks on 2 hosts'
check "the launcher's directory removed: the report mentions it" says 'the run directory .* were removed while the job ran'
check "the launcher's directory removed: no file remains" none "$(left)$(host_run 1 find /dev/shm -mindepth 1 -path '*memwatch*')"
done_testing
