# SPDX-License-Identifier: MIT
# On a real terminal: keys reach the job once, the report is written, colour is used only where it should be, and closing the
# terminal ends the same processes as without memwatch.
# Started with a signal ignored (nohup), a shell cannot trap it: all tests of signals need the defaults.
case $(sed -n 's/^SigIgn:.*\(.\)$/\1/p' /proc/self/status) in
[13579bdf]) [ -n "${MW_DEFAULTS-}" ] || MW_DEFAULTS=1 exec env --default-signal sh "$0" "$@" ;;
esac
. "${srcdir:-.}/tests/lib.sh"

command -v script >/dev/null || skip_all "script(1) is not installed: no pseudo-terminal"
script --version 2>&1 | grep -q util-linux || skip_all "script(1) is not the one of util-linux"
echo 'tty <&2 >tty' >session.sh
SHELL=/bin/sh TERM=xterm script -qc 'exec sh session.sh' typescript </dev/null >/dev/null 2>&1
grep -q '^/' tty || skip_all "no pseudo-terminal can be opened here"

export memwatch # for session.sh
has() { [ -s "$1" ]; }
lacks() { if grep -q "$@"; then grep -n "$@"; return 1; fi; }
counted() { sort "$1" | uniq -c | awk '{printf "%s%s ", $1, $2}'; }
state() { sed 's/.*) //; s/ .*//' "/proc/$1/stat"; }
stopped() { [ "$(state "$1")" = T ]; }
lines() { [ "$(grep -c '' "$1" 2>/dev/null)" -ge "$2" ]; }

# on_terminal DRIVER: session.sh on a terminal, DRIVER's output is typed there. The screen's contents: typescript
on_terminal() {
    rm -f got ready stop status typescript pids report.txt
    { "$@"; until_true has status >driver.err 2>&1; sleep 0.1; } |
        SHELL=/bin/sh TERM=xterm timeout 60 script -qfc 'exec sh session.sh' typescript >/dev/null 2>&1
    [ -s status ] || { cat typescript driver.err; return 1; }
}

# A job that counts its signals; it waits for a process in the background, where Ctrl-C does not end it.
cat >job.sh <<'EOF2'
for signo in INT QUIT HUP TERM CONT; do trap "echo $signo >>got" $signo; done
echo $$ >ready
until [ -e stop ]; do sleep 0.05 & wait $!; done
exit 5
EOF2
# The shell that was started on the terminal: it survives Ctrl-C, the command has the default action.
with_job() {
    echo 'trap : INT QUIT'
    echo "\"\$memwatch\" run -- sh job.sh"
    echo 'echo $? >status'
}

came() { lines got "$1" || has status; } # what was typed, or the job has ended
keys() { # times pause: Ctrl-C, the next one when the job has got the one before: two pending ones would be one
    until_true has ready >&2
    for time in $(seq "$1"); do
        printf '\003'
        until_true came "$time" >&2
        sleep "$2"
    done
    sleep 0.5 # time for a duplicate to arrive
    : >stop
}
typed() { # times pause what-the-job-got
    with_job >session.sh
    on_terminal keys "$1" "$2" && same "$(cat status)" 5 && same "$(counted got)" "$3" &&
        grep -q 'Peak memory of the job' typescript
}
check "Ctrl-C reaches the job once; the report is written, the status is the command's" typed 1 0 '1INT '
check "Ctrl-C twice: the job gets two" typed 2 0.5 '2INT '
check "Ctrl-C twice, fast: the job gets two" typed 2 0 '2INT '
quit_key() { until_true has ready >&2; printf '\034'; until_true came 1 >&2; sleep 0.5; : >stop; }
quits() { on_terminal quit_key && same "$(counted got)" '1QUIT ' && same "$(cat status)" 5; }
check "Ctrl-\\ reaches the job once" quits

ends() {
    printf '%s\n' 'trap : INT' '"$memwatch" run -- sh -c "echo >ready; exec sleep 30"' 'echo $? >status' >session.sh
    on_terminal keys 1 0 && same "$(cat status)" 130 && grep -q 'Peak memory of the job' typescript
}
check "Ctrl-C ends a command that does not catch it: 130, and the report" ends

# mpirun handles Ctrl-C itself, and with MPICH not always in the same way: the shell around it records the status.
mpi_keys() { until_true lines started 2 >&2; printf '\003'; }
mpi_ends() {
    rm -f started own
    printf '%s\n' 'trap : INT' "$(mpirun_of "$1") -n 2 sh -c 'echo started >>started; exec sleep 30'" \
        'status=$?; echo $status >own; exit $status' >mpi_job.sh
    printf '%s\n' 'trap : INT' '"$memwatch" run -- sh mpi_job.sh' 'echo $? >status' >session.sh
    on_terminal mpi_keys && same "$(cat status)" "$(cat own)" && grep -q 'Peak memory of the job' typescript
}
for mpi in $(mpis); do
    check "Ctrl-C ends an MPI job: the status is mpirun's, the report is written ($mpi)" mpi_ends "$mpi"
done

# Ctrl-Z and fg, by a shell with job control.
stop_keys() {
    until_true has ready >&2
    printf '\032'
    until_true has pids >&2
    : >stop
}
cat >stop_session.sh <<'EOF2'
set -m
"$memwatch" run -- sh job.sh
echo $? >stopped
job=$(cat ready)
until grep -q '^State:.T' /proc/$job/status; do sleep 0.05; done
sed 's/.*) //; s/ .*//' /proc/$job/stat /proc/$(sed 's/.*) //' /proc/$job/stat | cut -d' ' -f2)/stat >pids
fg
echo $? >status
EOF2
stops() {
    cp stop_session.sh session.sh
    on_terminal stop_keys && same "$(cat stopped)" 148 && same "$(tr '\n' ' ' <pids)" 'T T ' &&
        same "$(cat status)" 5 && same "$(counted got)" '1CONT ' && grep -q 'Peak memory of the job' typescript
}
if sh -c 'set -m' 2>/dev/null; then
    check "Ctrl-Z stops the job and memwatch, fg continues both" stops
else
    skip "Ctrl-Z stops the job and memwatch" "this sh has no job control"
fi

# A job in the background that reads the terminal is stopped, and memwatch with it.
cat >reader_session.sh <<'EOF2'
set -m
"$memwatch" run -- sh -c 'echo $$ >ready; read word; echo "$word" >got; exit 6' &
until [ -s ready ]; do sleep 0.05; done
until grep -q '^State:.T' /proc/$!/status; do sleep 0.05; done
sed 's/.*) //; s/ .*//' /proc/$!/stat /proc/$(cat ready)/stat >pids
fg
echo $? >status
EOF2
word_keys() { until_true has pids >&2; printf 'hello\n'; }
reads() {
    cp reader_session.sh session.sh
    on_terminal word_keys && same "$(tr '\n' ' ' <pids)" 'T T ' && same "$(cat got)" hello && same "$(cat status)" 6 &&
        grep -q 'Peak memory of the job' typescript
}
if sh -c 'set -m' 2>/dev/null; then
    check "a job in the background that reads the terminal stops with memwatch, fg continues both" reads
else
    skip "a job in the background that reads the terminal" "this sh has no job control"
fi

# Colour.
escape=$(printf '\033')
nothing() { :; }
shows() { # session lines...: what the screen shows is in typescript
    printf '%s\n' "$@" 'echo $? >status' >session.sh
    on_terminal nothing && grep -q 'Peak memory of the job' typescript
}
coloured() { shows "$@" && grep -q "$escape\\[" typescript; }
plain() { shows "$@" && lacks "$escape\\[" typescript; }
check "colour on a terminal" coloured 'unset NO_COLOR' '"$memwatch" run --color auto -- true'
check "by default, too" coloured 'unset NO_COLOR' '"$memwatch" run -- true'
check "no colour with NO_COLOR=1" plain 'export NO_COLOR=1' '"$memwatch" run --color auto -- true'
check "an empty NO_COLOR does not count" coloured 'export NO_COLOR=' '"$memwatch" run -- true'
check "no colour with TERM=dumb" plain 'unset NO_COLOR' 'TERM=dumb "$memwatch" run -- true'
check "no colour in a pipe" plain 'unset NO_COLOR' '"$memwatch" run --color auto -- true 2>&1 | cat'
check "--color always: in a pipe, too" coloured '"$memwatch" run --color always -- true 2>&1 | cat'
check "--color never: not on a terminal" plain 'unset NO_COLOR' '"$memwatch" run --color never -- true'

# The terminal is closed: its shell ends, and its processes get SIGHUP.
mkfifo keyboard
gone() { # the terminal is closed once the job runs
    rm -f got ready stop status typescript report.txt
    exec 9<>keyboard # no input
    SHELL=/bin/sh TERM=xterm script -qfc 'exec sh session.sh' typescript <keyboard >/dev/null 2>&1 9>&- &
    terminal=$!
    until_true has ready || return 1
    kill -KILL $terminal
    wait $terminal
    exec 9>&-
}
nohup_survives() {
    printf '%s\n' 'nohup "$memwatch" run --report report.txt -- sh -c "
        echo \$\$ >ready; until [ -e stop ]; do sleep 0.05; done; exit 5"' >session.sh
    gone || return 1
    job=$(cat ready) parent=$(ps -o ppid= -p "$(cat ready)" | tr -d ' ')
    kill -HUP "$parent" || return 1 # once more, by hand
    sleep 0.3 # time for processes to end
    kill -0 "$job" && kill -0 "$parent" || return 1
    : >stop
    until_true has report.txt && until_true sh -c "! kill -0 $parent 2>/dev/null" && grep -q 'status 5' report.txt
}
if command -v nohup >/dev/null; then
    check "nohup memwatch run: survives the terminal and SIGHUP, and reports" nohup_survives
else
    skip "nohup memwatch run" "nohup was not found"
fi
hangs_up() {
    printf '%s\n' '"$memwatch" run --report report.txt -- sh job.sh' >session.sh
    gone || return 1
    until_true lines got 1
    sleep 0.5 # time for a duplicate to arrive
    : >stop
    until_true has report.txt && same "$(grep -c HUP got)" 1 && grep -q 'status 5' report.txt
}
check "without nohup the job gets SIGHUP once, and the report is written" hangs_up
done_testing
