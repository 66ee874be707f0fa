# SPDX-License-Identifier: MIT
# memwatch top: a running job on the whole terminal, and as text; the job is not affected.
private=/dev/shm # the only run is ours
. "${srcdir:-.}/tests/lib.sh"

unset NO_COLOR COLUMNS LINES
export LC_ALL=C.UTF-8
mkdir runs
rundir() { echo "$work"/runs/memwatch-*; }
one_line() { # status pattern command...: fails so, with one line on stderr that has the pattern
    wanted=$1 pattern=$2
    shift 2
    "$@" >out 2>err </dev/null
    same $? "$wanted" && same "$(cat out)" '' && same "$(grep -c '' err)" 1 && grep -q -e "$pattern" err && return
    cat err
    return 1
}
check "without a terminal: advice is printed" one_line 1 '^memwatch: top needs a terminal .*--once' "$memwatch" top
check "a missing directory" one_line 1 'cannot open /nowhere' "$memwatch" top --once /nowhere
check "a directory of something else" one_line 1 'memwatch runs lists them' "$memwatch" top --once "$work/runs"
check "a file" one_line 1 'memwatch report' "$memwatch" top --once "$srcdir/README.md"
check "-d 0" one_line 125 '0.1 to 3600' "$memwatch" top -d 0
check "--sort with an unknown key" one_line 125 'memory, rank or growth' "$memwatch" top --sort size

once() { "$memwatch" top --once "$@" "$(rundir)"; }
shows() { once 2>&1 | grep -q -E -e "$1"; }
has_ended() { ! kill -0 "$1" 2>/dev/null; }
begin_job() { # command...
    "$memwatch" run --quiet --run-dir "$work/runs" -- "$@" >job.out 2>&1 &
    job=$!
}
end_job() {
    kill -TERM $job
    wait $job
    rm -rf runs
    mkdir runs
}

# A job without ranks.
begin_job sh -c 'sleep 60; :'
check "a job without ranks: its processes" until_true shows '^ *[0-9]+ .*B.* sleep'
check "and the line that it has no rank" shows 'Processes  *[12], and no MPI rank yet'
end_job

# screen COLUMNS LINES COMMAND: in a terminal of that size. What it shows: shot. Keys: keys KEY...
screens=0 # one server each: a server that ends would end a new session
tmux_() { TMUX_TMPDIR="$work" tmux -L "top$screens" -f /dev/null "$@"; }
screen() { # columns lines environment
    tmux_ kill-server 2>/dev/null
    screens=$((screens + 1))
    rm -f top.status
    tmux_ new-session -d -x "$1" -y "$2" \
        "env ${3-} '$memwatch' top -d 0.2 '$(rundir)' 2>top.err; echo \$? >top.status; sleep 60"
}
shot() { tmux_ capture-pane -p "$@" 2>/dev/null; }
seen() { shot | grep -q -E -e "$1"; }
unseen() { ! seen "$1"; }
see() { until_true seen "$1" || { shot; return 1; }; } # what, at most 30 s
gone() { until_true unseen "$1" || { shot; return 1; }; }
keys() { tmux_ send-keys "$@"; }
left() { [ -s "$work/top.status" ]; }
first_row() { shot | awk 'rows {print $1; exit} /^ *(rank|pid)/ {rows = 1}'; }
first_is() { [ "$(first_row)" = "$1" ]; }
rows() { shot | grep -c 'MiB .*\(MPI_\|growth\)'; }
row_count() { [ "$(rows)" = "$1" ]; }
fits() { row_count 3 && shot | tail -n 1 | grep -q '^q quit'; } # no line is wrapped
terminal=yes
command -v tmux >/dev/null || terminal='tmux is not there'
[ "$terminal" != yes ] || { tmux_ new-session -d 'sleep 1' && tmux_ kill-server; } 2>/dev/null ||
    terminal='tmux cannot open a terminal here'
grep -q '^#define HAVE_NCURSES 1' "$top_builddir/config.h" || terminal='memwatch was built without ncurses'

listing() { (cd "$(rundir)" && stat -c '%n %i %h %a %u' ./* . | sort); }
on_screen() { # mpi
    screen 100 20
    check "$1: the fullest rank is on top, in its phase" see '^ *1 +[12][0-9][0-9]\.[0-9] MiB █.* growth'
    check "$1: the others wait in their call" see '^ *[02] .* MPI_Allreduce'
    check "$1: the job's memory, and the free memory" see '^Free  .* [GMT]iB'
    keys r
    check "$1: sorted by rank" until_true first_is 0
    keys m
    check "$1: sorted by memory" until_true first_is 1
    keys /ALLRED Enter
    check "$1: filtered" until_true row_count 2
    keys Escape /zzz Enter
    check "$1: a filter that nothing matches" see '^no row has "zzz": Esc shows all'
    keys Escape
    check "$1: and the filter removed" until_true row_count 3
    keys v
    check "$1: hosts" see '^host .*sampled'
    keys h
    check "$1: help" see '^q? *.*q  quit; the job continues'
    keys h
    tmux_ resize-window -x 60 -y 12
    check "$1: a narrower terminal: fewer columns" gone 'highest *growth'
    check "$1: which fit" until_true fits
    tmux_ resize-window -x 100 -y 20
    check "$1: wider again" see 'highest *growth'
    keys q
    check "$1: q quits" until_true left
    check "$1: with status 0" same "$(cat top.status)" 0
    check "$1: and restores the terminal" see '^ *$'
}
killed() { # -9, in the middle
    screen 80 20
    see MPI_Allreduce || return 1
    kill -KILL "$(pgrep -P "$(tmux_ list-panes -F '#{pane_pid}')" -f 'memwatch top')" && until_true left &&
        kill -0 $job && shows 'MPI_Allreduce'
}
dies() { # one of its ranks, while top shows it
    screen 100 20
    see MPI_Allreduce || return 1
    pid=$("$mwdump" "$(rundir)" | sed -n 's/^rank rank=1 .* pid=\([0-9]*\).*/\1/p')
    kill -KILL "$pid" && until_true has_ended $job && see '^The job has ended' && see 'ended, status' &&
        see '1 .*≥ .*(killed by SIGKILL|ended before MPI_Finalize), growth'
}
for mpi in $(mpis); do
    begin_job "$(mpirun_of "$mpi")" -n 3 "$(program "$mpi" grow_and_die)" --how sleep --mib 128
    check "$mpi: once: the ranks by memory" until_true shows '^ *1 +1[5-9][0-9]\.[0-9] MiB .* growth'
    check "$mpi: once: how many wait" until_true shows '^Ranks  *3 live · 2 in MPI calls'
    check "$mpi: once: nothing but text" [ "$(once | grep -c "$(printf '\033')")" = 0 ]
    check "$mpi: once, no UTF-8: ASCII" [ "$(LC_ALL=C once | LC_ALL=C grep -c '[^ -~]')" = 0 ]
    check "$mpi: once by rank" [ "$(once --sort rank | awk 'rows {print $1; exit} /^rank/ {rows = 1}')" = 0 ]
    listing >before
    if [ "$terminal" = yes ]; then
        on_screen "$mpi"
        check "$mpi: top is killed: the job continues" killed
        listing >after
        check "$mpi: the run directory is unchanged" cmp before after
        check "$mpi: a rank dies, the job ends: it is shown, and the display stays" dies
        check "$mpi: memwatch has removed its directory, top does not keep it" [ -z "$(ls runs)" ]
        keys q
        check "$mpi: q quits then, too" until_true left
    else
        skip "$mpi: on a terminal" "$terminal"
    fi
    end_job 2>/dev/null
done

# Its memwatch is killed.
rank_pids() { "$mwdump" "$(rundir)" | sed -n 's/^rank .* pid=\([0-9]*\).*/\1/p'; }
mpi=$(mpis | head -n 1)
begin_job "$(mpirun_of "$mpi")" -n 2 "$(program "$mpi" grow_and_die)" --how sleep --mib 32
until_true waits "$work/runs" 2 1 >until.out
kill -KILL $job
wait $job 2>/dev/null
check "memwatch is killed: it is shown" until_true shows 'memwatch was killed'
check "ranks are shown from their journals" shows '^Ranks  *2 live · 1 in MPI calls · on'
check "old sums are not shown" [ "$(once | grep -c ' now ')" = 0 ]
# shellcheck disable=SC2046
kill -KILL $(rank_pids)
check "without it the job ends with its ranks" until_true shows '^memwatch top .* ended after'
# (the cause is known if mpirun collected the status before it ended)
check "and they are shown as ended" shows '^ *1 .*(killed by SIGKILL|ended before MPI_Finalize)'
rm -rf runs
mkdir runs

if [ "$terminal" = yes ]; then
    coloured() { shot -e | grep -q "$(printf '\033')\[[0-9;]*3[1-6]m"; }
    begin_job sh -c 'sleep 60; :'
    until_true shows sleep >until.out
    screen 80 10 'NO_COLOR='
    see sleep >until.out
    check "colour" until_true coloured
    screen 80 10 NO_COLOR=1
    see sleep >until.out
    check "NO_COLOR" [ "$(shot -e | grep -c "$(printf '\033')\[[0-9;]*3[1-6]m")" = 0 ]
    screen 80 10 LC_ALL=C
    see sleep >until.out
    check "no UTF-8: ASCII bars" see 'MiB ##*'
    check "and nothing else" [ "$(shot | LC_ALL=C grep -c '[^ -~]')" = 0 ]
    for bad in dumb no-such-terminal; do
        screen 80 10 "TERM=$bad ASAN_OPTIONS=detect_leaks=0" # ncurses leaks some bytes for an unknown terminal
        until_true left >until.out
        check "TERM=$bad: it is reported" grep -q "terminal of type '$bad'" top.err
        check "TERM=$bad: in one line, and 1" same "$(grep -c '' top.err) $(cat top.status)" '1 1'
    done
    screen 80 10
    see sleep >until.out
    keys C-c
    check "Ctrl-C quits with status 0" until_true left
    check "as q does" same "$(cat top.status)" 0
    tmux_ kill-server
    end_job
fi

# Which job, when none was named. Others may run on this host.
begin_job sleep 60
until_true shows sleep >until.out
only_one() {
    [ -z "$private_cannot" ] || cannot "$private_cannot" || return
    "$memwatch" top --once --run-dir "$work/runs" >out 2>&1 && grep -q 'sleep 60' out || { cat out; return 1; }
}
check "the only running job is shown" only_one
first=$job
begin_job sleep 61
two() { [ "$(find runs -name 'view-*' | wc -l)" = 2 ]; }
until_true two >until.out
check "if there are several, all are named" one_line 1 "jobs are running: give one of these to memwatch top: .*$work/runs/memwatch-.*$work/runs/memwatch-" \
    "$memwatch" top --once --run-dir "$work/runs"
# One is chosen in the terminal, and any by a pid.
asked() {
    screens=$((screens + 1))
    tmux_ new-session -d -x 100 -y 20 "'$memwatch' top --run-dir '$work/runs' 2>top.err; sleep 60"
    see 'Which of these [0-9]+ jobs' && see "$(seen '^ *1 .* sleep 61' && echo '^ *2 .* sleep 60' || echo '^ *2 .* sleep 61')"
}
chosen() { # number
    shot >asked
    wanted=$(sed -n "s/^ *$1  since .* \(sleep 6[01]\)$/\1/p" asked)
    keys "$1" Enter
    see "^memwatch top .*$wanted" && keys q
}
if command -v tmux >/dev/null 2>&1 && [ -z "$private_cannot" ]; then
    check "several jobs: the terminal asks which" asked
    check "and shows the one that was chosen" chosen 2
    tmux_ kill-server
fi
by_pid() { "$memwatch" top --once "$1" 2>&1 | grep -q "^memwatch top .*$2\$\|^memwatch top .*$2 "; }
check "by the pid of the command" by_pid "$(pgrep -P "$first" -x sleep)" 'sleep 60'
check "by that of memwatch" by_pid $job 'sleep 61'
check "by that of another process" one_line 1 "^memwatch: process $$ is not one of a job under memwatch" "$memwatch" top --once $$
check "by that of no process" one_line 1 '^memwatch: there is neither a file nor a process 4194305' "$memwatch" top --once 4194305
kill -TERM "$first" $job
wait "$first" $job
done_testing
