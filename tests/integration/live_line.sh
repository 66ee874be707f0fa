# SPDX-License-Identifier: MIT
# --live: a line on a terminal, and nowhere else.
. "${srcdir:-.}/tests/lib.sh"

command -v script >/dev/null || skip_all "script(1) is not installed: no pseudo-terminal"
script --version 2>&1 | grep -q util-linux || skip_all "script(1) is not the one of util-linux"
export memwatch
unset CI
on_terminal() { # shell command: what the terminal showed is in typescript
    printf '%s\n' "$1; echo \$? >status" >session.sh
    rm -f status
    SHELL=/bin/sh TERM=${terminal-xterm} timeout 60 script -qc 'exec sh session.sh' typescript </dev/null >/dev/null 2>&1
    [ -s status ]
}
on_terminal 'tty' || skip_all "no pseudo-terminal can be opened here"
escape=$(printf '\033')
drawn() { grep -q "memwatch 0:0[0-9] · .*, highest .* · free .* · .*$escape\[K" typescript; }

on_terminal '"$memwatch" run --live --report r.txt -- sleep 1.2'
check "a line is drawn" drawn
check "with the process" grep -q 'B · sleep ' typescript
check "it is erased" sh -c "tr '\r' '\n' <typescript | tail -n 2 | grep -q '^$escape\[K'"
check "the report does not contain it" [ "$(grep -c 'highest' r.txt)" = 0 ]
check "the status is the command's" same "$(cat status)" 0
for mpi in $(mpis); do
    printf '"$memwatch" run --live --quiet -- %s -n 2 %s --how none --mib 240\n' "$(mpirun_of "$mpi")" \
        "$(program "$mpi" grow_and_die)" >job.sh
    on_terminal 'stty cols 120; . ./job.sh'
    check "$mpi: it shows the fullest rank and its place" grep -q -E 'rank [01] [0-9.]+ MiB( in MPI_|, ")' typescript
done
on_terminal '"$memwatch" run -- sleep 0.5'
check "not by default in the first two seconds" [ "$(grep -c 'highest' typescript)" = 0 ]
on_terminal '"$memwatch" run -- sleep 2.8'
check "then by default" drawn
on_terminal 'CI=true "$memwatch" run -- sleep 2.8'
check "not in CI" [ "$(grep -c 'highest' typescript)" = 0 ]
echo 'sleep 1; x=$(head -c 150M /dev/zero | tr "\0" x); sleep 9' >grow.sh
on_terminal '"$memwatch" run --live --quiet --max-per-proc-rss 100M --kill-over -- sh grow.sh'
check "it is erased before a message of memwatch" grep -q "$escape\[K.*memwatch: process [0-9]* has .* over the limit" typescript
on_terminal '"$memwatch" run --no-live -- sleep 2.8'
check "--no-live" [ "$(grep -c 'highest' typescript)" = 0 ]
on_terminal '"$memwatch" run --live -- sleep 1.2 2>err'
check "stderr is a file: nothing" [ "$(grep -c 'highest' err)" = 0 ]
terminal=dumb on_terminal '"$memwatch" run --live -- sleep 1.2'
check "a dumb terminal: nothing" [ "$(grep -c 'highest' typescript)" = 0 ]
done_testing
