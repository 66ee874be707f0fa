# SPDX-License-Identifier: MIT
# An agent on another host: emulated by separate UTS and mount namespaces, with the loopback interface as the network.
. "${srcdir:-.}/tests/lib.sh"

export MEMWATCH_ADDRESS=127.0.0.1
export memwatch top_builddir work
unshare --uts --mount true 2>/dev/null || skip_all "no UTS and mount namespaces here"
not() { ! "$@"; }

mkdir runs
cat >faraway.sh <<'EOS'
# In the namespaces: what a rank's shim does on its host, then the script in $1.
set -u
hostname faraway
mkdir -p "$work/launchers"
mount --bind "$work/runs" "$work/launchers" || exit 9 # the launcher's files, to wait for them
mount -t tmpfs none "$work/runs" || exit 9
mkdir -m 700 "$MEMWATCH_RUN_DIR"
dir=$MEMWATCH_RUN_DIR
lock=$dir/agent-faraway

start_agent() {
    : >"$lock"
    (cd / && unset LD_PRELOAD && exec setsid "$memwatch" agent 3<>"$lock" </dev/null >/dev/null 2>&1) &
    agent=$!
    until_true grep -q -E '^(connected|failed)' "$lock"
}

until_true() { # at most 60 s, as in tests/lib.sh
    n=0
    until "$@"; do n=$((n + 1)); [ $n -lt 1200 ] || { echo "never: $*" >&2; return 1; }; sleep 0.05; done
}
arrived() { grep -a -q "$1" "$work"/launchers/*/exits-faraway 2>/dev/null; } # text
the_launcher_has() { [ "$(od -A n -t u4 -j 8 -N 4 "$work"/launchers/*/peer-faraway 2>/dev/null | tr -d ' ')" = "$1" ]; } # state

# The process in which an agent works.
worker_of() { pgrep -P "$1"; }

. "$1"
EOS

far() { # options... script: memwatch run with the script on another host; the run directory is kept
    rm -rf runs/*
    "$memwatch" run --keep --run-dir "$work/runs" -- unshare --uts --mount sh "$work/faraway.sh" "$1" >out 2>err
    far_status=$?
    rundir=$(echo "$work"/runs/*)
    peer=$rundir/peer-faraway
}
peer_state() { od -A n -t u4 -j 8 -N 4 "$peer" | tr -d ' '; }
connected=1 complete=2 lost=3

for mpi in $(mpis); do
    cat >job.sh <<EOS
start_agent
head -n 1 "\$lock" >"$work/reported"
# The agent has sent both journals once, and is stopped before the ranks end: it would remove the files that are examined here.
$(mpirun_of "$mpi") -n 2 "$(program "$mpi" damage)" 500 500 'until [ -e go ]; do sleep 0.05; done' >/dev/null &
job=\$!
both() { [ "\$(find "$work"/launchers -name 'journal-*-faraway-*' | wc -l)" = 2 ]; }
until_true both
kill -STOP \$agent \$(worker_of \$agent)
: >go
wait \$job
status=\$?
mkdir -p "$work/copy"
cp "\$dir"/journal-*-faraway-* "$work/copy/"
"$mwdump" "$work/copy" >"$work/copy.dump" # while their segments are there
awk '/^(VmHWM|VmRSS)/ {print \$2}' /proc/\$agent/status >"$work/rss"
kill -CONT \$agent \$(worker_of \$agent)
wait \$agent
echo \$? >"$work/agent-status"
find "\$dir" ! -type d >"$work/left"
exit \$status
EOS
    rm -rf copy arrived go
    far "$work/job.sh"
    check "$mpi: the exit status is the job's" same $far_status 3
    check "$mpi: the agent reported that it is connected" same "$(cat reported)" connected
    check "$mpi: and ended well" same "$(cat agent-status)" 0
    check "$mpi: two journals have arrived" same "$(find "$rundir" -name 'journal-*-faraway-*' | wc -l)" 2
    mkdir arrived
    cp "$rundir"/journal-* arrived
    "$mwdump" arrived >arrived.dump
    sed -i 's/ binding="[^"]*" nodes="[^"]*"//' copy.dump arrived.dump # which only the ranks' host knows
    check "$mpi: they are equal to those that the ranks wrote" cmp copy.dump arrived.dump
    "$mwdump" "$rundir" >dump 2>dump.err
    check "$mpi: they are of two ranks on faraway" \
        same "$(grep '^rank ' dump | sort -u -t= -k2,2 | field host | sort | uniq -c | tr -s ' ')" ' 2 faraway'
    check "$mpi: the launcher recorded that everything has arrived" same "$(peer_state)" $complete
    check "$mpi: nothing is left there" same "$(cat left)" ''
    if [ "$SANITIZERS" = yes ]; then
        skip "$mpi: the agent is small" "sanitizers use additional memory"
    else
        check "$mpi: the agent is small" [ "$(sort -n rss | tail -n 1)" -lt 16384 ]
    fi
done
mpi=$(mpis | head -n 1)

cat >killed.sh <<EOS
start_agent
printf MWEXIT >>"\$dir/exits-faraway"
until_true arrived MWEXIT
worker=\$(worker_of \$agent)
kill -9 \$worker
another() { new=\$(worker_of \$agent) && [ "\$new" != \$worker ] && grep -q '^connected' "\$lock"; }
until_true another
printf LATER >>"\$dir/exits-faraway"
until_true arrived LATER
kill -TERM \$agent
wait \$agent
find "\$dir" >"$work/left" 2>&1 || true
EOS
far "$work/killed.sh"
check "a killed agent: the run ends well" same $far_status 0
check "a killed agent: another one replaces it" same "$(peer_state)" $complete
check "a killed agent: later data arrives as well" grep -a -q LATER "$rundir/exits-faraway"
check "a killed agent: nothing is left there" grep -q 'No such file' left

# Together with the process that would start another one.
cat >gone.sh <<EOS
start_agent
printf MWEXIT >>"\$dir/exits-faraway"
until_true arrived MWEXIT
kill -9 \$agent \$(worker_of \$agent)
until_true the_launcher_has $lost
EOS
far "$work/gone.sh"
check "an agent killed without a replacement: the run ends well" same $far_status 0
check "an agent killed without a replacement: it is noted as lost" same "$(peer_state)" $lost
# (reset, where it was killed before it had read all that the launcher sent)
closed() { grep -a -q -E 'connection closed by the peer|Connection reset by peer' "$peer" || { od -A d -c "$peer" | head -n 20; return 1; }; }
check "an agent killed without a replacement: why" closed
check "an agent killed without a replacement: what it sent is there" [ -s "$rundir/exits-faraway" ]

cat >nobody.sh <<'EOS'
export MEMWATCH_CONNECT=127.0.0.1:1
start_agent
cp "$lock" "$work/reported"
wait $agent
echo $? >"$work/agent-status"
EOS
far "$work/nobody.sh"
check "a launcher that cannot be reached: the agent prints the reason" grep -q '^failed: .*127.0.0.1:1: Connection refused' reported
check "and gives up" same "$(cat agent-status)" 1

cat >wrong.sh <<'EOS'
export MEMWATCH_SECRET=0000000000000000000000000000000000000000000000000000000000000000
start_agent
cp "$lock" "$work/reported"
EOS
far "$work/wrong.sh"
check "a wrong secret: no connection" grep -q '^failed: ' reported
check "a wrong secret: no file of it" [ ! -e "$peer" ]

# Foreign connections to the port do not lock out an agent.
cat >crowd.sh <<EOS
"$top_builddir/tests/tools/mwflood" 400 3 once >/dev/null &
crowded() { # many of them are connected
    awk -v port=":\$(printf %04X "\${MEMWATCH_CONNECT##*:}")\$" '\$3 ~ port && \$4 == "01" {n++} END {exit n < 100}' /proc/net/tcp
}
until_true crowded
start_agent
cp "\$lock" "$work/reported"
printf MWEXIT >>"\$dir/exits-faraway"
until_true arrived MWEXIT
EOS
far "$work/crowd.sh"
check "400 foreign connections: the agent connects" same "$(cat reported)" connected
check "400 foreign connections: the agent sends" [ -s "$rundir/exits-faraway" ]

# The launcher's run directory is full: the run is unaffected, and the agent keeps its files.
cat >full.sh <<'EOS'
start_agent
head -c 12000000 /dev/urandom >>"$dir/journal-0123456789abcdef-faraway-1"
full() { grep -a -q 'No space left on device' "$work"/launchers/*/peer-faraway; }
until_true full
kill -TERM $agent
wait $agent
echo $? >"$work/agent-status"
[ -s "$dir/exits-faraway" ] && echo kept >"$work/kept"
exit 7
EOS
cat >small.sh <<'EOS'
mount -t tmpfs -o size=7m none "$work/runs" || exit 9
"$memwatch" run --quiet --keep --run-dir "$work/runs" -- unshare --uts --mount sh "$work/faraway.sh" "$work/full.sh"
status=$?
cp "$work"/runs/*/peer-faraway "$work/peer"
exit $status
EOS
rm -rf runs/* kept
unshare --mount sh small.sh >out 2>err
check "a full disk: the exit status is the job's" same $? 7
peer=$work/peer
check "a full disk: the launcher recorded it" grep -a -q 'No space left on device' "$peer"
check "a full disk: the agent ends with the message that not all is written" same "$(cat agent-status)" 1
check "a full disk: it keeps the files" same "$(cat kept)" kept

# The launcher is killed: the agent leaves the files in place, and ends.
cat >orphan.sh <<EOS
start_agent
sleep 30 &
: >"\$dir/journal-0123456789abcdef-faraway-\$!"
until_true [ -e "\$dir/exits-faraway" ]
kill -9 \$(cat "$work/launcher")
wait \$agent
echo \$? >"$work/agent-status"
[ -e "\$dir/exits-faraway" ] && echo kept >"$work/kept"
kill \$!
cp "\$lock" "$work/reported"
: >"$work/orphan-done"
EOS
rm -rf runs/* kept
{ sh -c 'echo $$ >launcher; exec "$memwatch" run --quiet --run-dir "$work/runs" -- unshare --uts --mount sh "$@"' \
    sh "$work/faraway.sh" "$work/orphan.sh"; } >out 2>err
until_true [ -e orphan-done ]
check "a killed launcher: the agent ends" same "$(cat agent-status)" 1
check "a killed launcher: it leaves the files" same "$(cat kept)" kept
check "a killed launcher: the agent prints the reason" grep -q '^failed: ' reported
rm -rf runs/*
check "no agent without a run" same "$(env -u MEMWATCH_RUN_DIR "$memwatch" agent >out 2>&1; echo $?)" 125
done_testing
