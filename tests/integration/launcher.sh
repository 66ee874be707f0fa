# SPDX-License-Identifier: MIT
# `memwatch run`: exit status, signals, options, files, and processes shorter than any interval.
private=/dev/shm
. "${srcdir:-.}/tests/lib.sh"

none() { [ -z "$1" ] || { echo "$1"; return 1; }; }
status() { "$@" >out 2>err; echo $?; }
one_line() { same "$(grep -c '' err)" 1 && grep -q '^memwatch: ' err; }

check "status 0" same "$(status "$memwatch" run -- true)" 0
check "status 7" same "$(status "$memwatch" run -- sh -c 'exit 7')" 7
check "killed by SIGKILL: 137" same "$(status "$memwatch" run -- sh -c 'kill -9 $$')" 137
check "killed by SIGTERM: 143" same "$(status "$memwatch" run -- sh -c 'kill -15 $$')" 143
check "not found: 127" same "$(status "$memwatch" run -- "$work/nothing")" 127
check "not found: one clear line" one_line
: >plain
check "not executable: 126" same "$(status "$memwatch" run -- "$work/plain")" 126
check "a directory: 126" same "$(status "$memwatch" run -- "$work")" 126

for bad in '-i 0' '-i x' '-i 99999999' '--overhead 101' '--site-depth 0' '--include [' '--color sometimes' '--nonsense'; do
    # shellcheck disable=SC2086
    check "$bad is refused with 125 before the start" same "$(status "$memwatch" run $bad -- touch started)" 125
    check "$bad: the command was not started" [ ! -e started ]
    check "$bad: memwatch prints the reason" grep -q '^memwatch: ' err
done
check "no command: 125" same "$(status "$memwatch" run)" 125
check "an impossible run directory: 125" same "$(status "$memwatch" run --run-dir /proc/nowhere -- true)" 125
check "a missing shim: 125" same "$(MEMWATCH_SHIM=$work/no.so status "$memwatch" run -- true)" 125

echo precious >report.txt
check "an existing file is refused" same "$(status "$memwatch" run --report report.txt -- touch started)" 125
check "and is unchanged" same "$(cat report.txt)" precious
check "with --force it is written" same "$(status "$memwatch" run --force --report report.txt -- true)" 0
check "with the report in it" grep -q -i 'memory' report.txt
check "then stderr is empty" none "$(cat err)"

check "--quiet" same "$(status "$memwatch" run --quiet -- sh -c 'echo a; echo b >&2')" 0
check "--quiet: no report, the command's output is kept" same "$(cat out err)" "$(printf 'a\nb')"
check "--silent" same "$(status "$memwatch" run --silent --quiet -- sh -c 'echo a; echo b >&2')" 0
check "--silent: the command's output is dropped" none "$(cat out err)"
check "stdin reaches the command" same "$(echo hello | "$memwatch" run --quiet -- cat)" hello
check "LD_PRELOAD that the user has stays in place" \
    grep -q ":$programs" <<EOF
$(LD_PRELOAD=$programs/nothing.so "$memwatch" run --quiet -- sh -c 'echo $LD_PRELOAD' 2>/dev/null)
EOF
check "--help shows examples first" sh -c "'$memwatch' run --help | head -n 15 | grep -q 'mpirun -n'"
check "--version" sh -c "'$memwatch' --version | grep -q '^memwatch [0-9]'"

# Signals: the job gets them once, the report is written.
cat >trap.sh <<'EOF'
trap 'echo "$1" >>got' INT TERM USR1
trap 'echo INT >>got; exit 5' INT
trap 'echo TERM >>got; exit 6' TERM
trap 'echo USR1 >>got' USR1
echo $$ >ready
n=0; while [ $n -lt 2000 ]; do sleep 0.05; n=$((n + 1)); done
EOF
signalled() { # signal expected-status
    rm -f got ready
    # a shell starts background jobs with SIGINT ignored
    env --default-signal=INT "$memwatch" run -- sh trap.sh >out 2>err &
    pid=$!
    until_true [ -s ready ] || return 1
    kill -s "$1" $pid
    [ "$1" != USR1 ] || { until_true grep -q USR1 got && kill -s TERM $pid; }
    wait $pid
    same "$?" "$2" && same "$(sort got | uniq -c | awk '{print $1 $2}' | tr '\n' ' ')" "$3" && grep -q -i memory err
}
check "SIGTERM is passed on once, the report is written" signalled TERM 6 '1TERM '
check "SIGUSR1 is passed on, memwatch continues" signalled USR1 6 '1TERM 1USR1 '
check "SIGINT sent to memwatch is passed on once" signalled INT 5 '1INT '

in_group() { # a signal to the group, memwatch included, reaches the job once
    rm -f got ready
    setsid "$memwatch" run --quiet -- sh trap.sh >out 2>err &
    pid=$!
    until_true [ -s ready ] || return 1
    kill -s USR1 -- "-$pid"
    until_true grep -q USR1 got
    sleep 0.5 # time for a duplicate to arrive
    kill -s TERM "$(cat ready)"
    wait $pid
    same "$(sort got | uniq -c | awk '{print $1 $2}' | tr '\n' ' ')" '1TERM 1USR1 '
}
check "a signal to the whole group arrives once" in_group
closed_stderr() { { "$memwatch" run -- sh -c 'exit 7'; echo $? >closed; } 2>&1 | true; same "$(cat closed)" 7; }
check "stderr is closed: the status is kept" closed_stderr

# Twenty children of 5 ms each, peaks of different size: all reported, exactly.
children() {
    rm -rf runs; mkdir runs
    "$memwatch" run --keep --run-dir "$work/runs" -i 1000 -- "$1" --count 20 --step 1 $2 >out 2>err || return 1
    "$mwdump" "$work"/runs/* >dump
    same "$(grep -c '^CHILD' out)" 20 || return 1
    grep '^CHILD' out | while read -r line; do
        pid=$(echo "$line" | field pid) peak=$(echo "$line" | field peak)
        found=$(grep '^process ' dump | grep " pid=$pid " | tail -n 1) # a sample may have seen it before its exec, too
        same "$(echo "$found" | field peak_kind)" exact || exit 1
        near "$(echo "$found" | field peak)" "$peak" 262144 || exit 1
    done
}
for mpi in $(mpis); do
    check "20 children of 5 ms, one after another ($mpi build)" children "$(program "$mpi" nompi_children)" ''
    check "20 children of 5 ms, at once ($mpi build)" children "$(program "$mpi" nompi_children)" --parallel
done

# The tree: double-forked daemons and orphans belong to it, an exec is a new entry.
cat >tree.sh <<'EOF'
(setsid sh -c 'exec sleep 1.01' &)
(sleep 1.02 &)
sh -c 'sleep 0.3; exec sleep 0.4'
sleep 0.8
EOF
rm -rf runs; mkdir runs
"$memwatch" run --keep --run-dir "$work/runs" -i 20 --all -- sh tree.sh >out 2>err
for what in 'sleep 1.01' 'sleep 1.02' 'sleep 0.4' 'sh tree.sh'; do
    check "the tree holds: $what" grep -q "$what" err
done

# Between fork and exec a process is a copy of its parent: only listed if it had more memory.
cat >copies.py <<'EOF'
import os, sys, time
for mib in 0, 64:
    if os.fork() == 0:
        more = b"1" * (mib << 20)
        time.sleep(0.3)
        os.execvp("sleep", ["sleep", f"0.{mib + 1}"])
time.sleep(0.1)
for _ in range(2):
    os.wait()
EOF
rm -rf runs; mkdir runs
"$memwatch" run --quiet --keep --run-dir "$work/runs" -i 20 -- python3 copies.py >out 2>err
"$mwdump" "$work"/runs/* >dump
copied() { # seconds that it sleeps, its images, image of the last
    pid=$(grep '^process .*command="sleep '"$1" dump | field pid)
    same "$(grep -c "^process .* pid=$pid " dump) $(grep "^process .* pid=$pid .*sleep" dump | field image)" "$2 $3"
}
check "a copy that then runs another program is one process" copied 0.1 1 0
check "a copy that allocated memory is listed" copied 0.65 2 1

# One after another: their memory is not summed.
upper() { sed -n 's/^ *≤ *\([0-9.]*\) MiB .*upper bound.*/\1/p' err; }
in_turn() {
    "$memwatch" run -- sh -c 'for i in $(seq 400); do /bin/true; done' 2>err
    awk -v most="$(upper)" 'BEGIN { exit !(most != "" && most < 300) }' || { cat err; return 1; }
}
check "400 short processes, one after another, are not summed" in_turn
kept_closed() { { "$memwatch" run --quiet --keep --run-dir "$work" -- sh -c 'sleep 0.3; exit 7'; echo $? >closed; } 2>&1 | true; same "$(cat closed)" 7; }
check "stderr is closed, --quiet --keep: the status is kept" kept_closed
check "ulimit -n 16" same "$(status sh -c "ulimit -n 16; '$memwatch' run --quiet -- sh -c 'exit 3'")" 3
if user_can; then
    check "as an ordinary user" same "$(status as_user env TMPDIR=/tmp "$memwatch" run -- sh -c 'exit 4')" 4
else
    skip "as an ordinary user" "$user_cannot"
fi
check "nothing is left in /dev/shm" nothing_left
done_testing
