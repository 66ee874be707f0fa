# SPDX-License-Identifier: MIT
# Every signal that can be caught, sent to memwatch only or to its group, reaches the job once, whatever memwatch is
# doing; none ends memwatch before the job, and the job's status is kept. tests/tools/mwsignals.c sends and counts.
# Started with a signal ignored (nohup), a shell cannot trap it: all tests of signals need the defaults.
case $(sed -n 's/^SigIgn:.*\(.\)$/\1/p' /proc/self/status) in
[13579bdf]) [ -n "${MW_DEFAULTS-}" ] || MW_DEFAULTS=1 exec env --default-signal sh "$0" "$@" ;;
esac
. "${srcdir:-.}/tests/lib.sh"

mwsignals=$top_builddir/tests/tools/mwsignals
status() { "$@" >out 2>err; echo $?; }
run() { mode=$1; shift; timeout 120 "$mwsignals" $mode "$@"; } # one mode with its number

check "each signal from 1 to 64, to memwatch only and to its group, with a value" run each "$memwatch" run --quiet --
check "200 queued signals: all, in order" run queued "$memwatch" run --quiet --
check "one to the group and one to memwatch while it starts" run 'early 20' "$memwatch" run --quiet --
check "during two runs of --repeat" run 'some 2' "$memwatch" run --quiet --repeat 2 --
during_scale() { # scale itself fails as its run does
    rm -rf study
    same "$(run 'some 1' "$memwatch" scale -n 1 --dir study -- sh -c 'exec "$@"' {n})" \
        'wait status 0x100 instead of exit status 7'
}
check "during the runs of scale" during_scale

# What the command inherits.
state() { "$mwsignals" state "$@" "$mwsignals" print-state; }
check "mask and ignored signals are those that memwatch was started with" \
    same "$(state "$memwatch" run --quiet --)" "$(state)"
check "a timer that was set before memwatch is the command's" same "$(status timeout 60 python3 -c '
import os, signal, sys
signal.setitimer(signal.ITIMER_REAL, 0.2)
os.execv(sys.argv[1], sys.argv[1:])' "$memwatch" run --quiet -- sleep 50)" 142

# A process that makes the report, or runs --post-run-cmd, gets warnings that were for the job: the status is kept.
after() { # signal
    rm -f report.txt
    timeout 60 setsid -w "$memwatch" run --post-run-cmd 'echo $$ >post; until [ -e go ]; do sleep 0.05; done' --report report.txt -- sh -c 'echo $$ >job; exit 7' &
    waiting=$!
    until_true [ -s post ] || return 1
    group=$(ps -o pgid= -p "$(cat post)" | tr -d ' ')
    kill -s "$1" -- "-$group"
    : >go # for one that the signal has not ended
    wait $waiting
    same $? 7 && grep -q 'status 7' report.txt
}
for signo in USR1 XCPU RTMIN; do
    rm -f post job go
    check "$signo to the group while --post-run-cmd runs: the status is kept" after $signo
done

# Limits that memwatch itself reaches do not affect the command.
small_files() { (ulimit -f 0; "$memwatch" run --report report2.txt -- sh -c 'trap "exit 9" XFSZ; sleep 0.2; exit 7' 2>err); }
check "ulimit -f 0: the SIGXFSZ of memwatch does not reach the command" same "$(small_files; echo $?)" 7
done_testing
