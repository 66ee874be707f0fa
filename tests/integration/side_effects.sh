# SPDX-License-Identifier: MIT
# What the library starts on the side (the reporter, the agent of a host) is not a visible child of the program. Nor does the
# program see any other side effect of the library.
. "${srcdir:-.}/tests/lib.sh"

host=$(cat /proc/sys/kernel/hostname)
expected='CHILDREN signals=0 reaped=0 own=1'
children() { sed -n 's/^\(CHILDREN\) rank=[0-9]*/\1/p' out | sort -u; }

# A substitute for the agent: prints its arguments and environment, and runs until its file is removed.
cat >agent <<END
#!/bin/sh
exec 2>>"$work/agent.err"
{
    echo "arguments: \$*"
    echo "directory: \$(pwd)"
    echo "preload: \${LD_PRELOAD-none}"
    echo "session: \$([ "\$(sed 's/.*) //' /proc/\$\$/stat | cut -d ' ' -f 4)" = \$\$ ] && echo "its own")"
    echo "ignored or blocked: \$(sed -n 's/^Sig\(Blk\|Ign\):\t//p' /proc/\$\$/status | tr -d 0 | tr -d '\n')"
    echo "descriptors: \$(cd /proc/\$\$/fd && for fd in 0 1 3; do [ -e \$fd ] && echo \$fd; done | tr '\n' ' ')"
    echo "fourth: \$(readlink /proc/\$\$/fd/3)"
    echo end
} >>"$work/told"
echo \$\$ >"$work/agent.pid"
while [ -e "$work/told" ]; do sleep 0.1; done
END
chmod 755 agent

# elsewhere MPI command...: two ranks for which the launcher is on another host.
elsewhere() {
    mpi=$1
    shift
    MEMWATCH_RUN_DIR=$work/run MEMWATCH_HOST=not-this-host MEMWATCH_CONNECT=127.0.0.1:1 MEMWATCH_AGENT=$agent \
        "$(mpirun_of "$mpi")" -n 2 env LD_PRELOAD="$shim" "$@" >out 2>err
}

for mpi in $(mpis); do
    program=$(program "$mpi" children)
    "$(mpirun_of "$mpi")" -n 2 "$program" >out 2>err
    if [ "$(children)" != "$expected" ]; then
        skip "$mpi: no child is seen" "this MPI starts children itself: $(children)"
        continue
    fi
    "$(mpirun_of "$mpi")" -n 2 env LD_PRELOAD="$shim" "$program" >out 2>err
    check "$mpi: the reporter has printed the report" grep -q '^ *Ranks' err
    check "$mpi: the reporter is not visible" same "$(children)" "$expected"

    rm -rf run told agent.pid
    : >told
    agent=$work/agent elsewhere "$mpi" "$program"
    check "$mpi: an agent: the job ends well" [ $? = 0 ]
    check "$mpi: an agent: it is not visible" same "$(children)" "$expected"
    check "$mpi: an agent: one, with what it needs and nothing else" same "$(cat told)" "arguments: agent
directory: /
preload: none
session: its own
ignored or blocked: 
descriptors: 0 1 3 
fourth: $work/run/agent-$host
end"
    check "$mpi: an agent: its lock is held" sh -c "! flock -n 'run/agent-$host' true"
    elsewhere_again=$(agent=$work/agent elsewhere "$mpi" "$program"; grep -c arguments told)
    check "$mpi: an agent: the next job here needs no second one" same "$elsewhere_again" 1
    check "$mpi: an agent: it has outlived its rank" kill -0 "$(cat agent.pid)"
    rm -f told

    rm -rf run
    agent=$work/absent elsewhere "$mpi" "$program"
    check "$mpi: no agent to start: the job ends well" [ $? = 0 ]
    check "$mpi: no agent to start: one message" same "$(grep -c 'no agent on host.*cannot be started' err)" 1
    check "$mpi: no agent to start: the attempt is not visible" same "$(children)" "$expected"
done

# kept_under MPI OPTIONS...: as without memwatch.
kept_under() {
    mpi=$1
    shift
    "$memwatch" run --quiet "$@" -- "$(mpirun_of "$mpi")" -n 1 "$(program "$mpi" kept)" >out 2>err
    same "$(cat out)" "$(cat bare)"
}
for mpi in $(mpis); do
    "$(mpirun_of "$mpi")" -n 1 "$(program "$mpi" kept)" >bare 2>err
    check "$mpi: what a program can see" same "$(wc -l <bare)" 4
    check "$mpi: errno, floating point, threads, signals and descriptors are kept" kept_under "$mpi"
    check "$mpi: when each call is measured" kept_under "$mpi" --exact
    check "$mpi: when they are counted" kept_under "$mpi" --overhead=0
done
done_testing
