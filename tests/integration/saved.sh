# SPDX-License-Identifier: MIT
# Saved runs: the record of each run is kept without being asked, and a home that cannot be written is no concern of the job.
. "${srcdir:-.}/tests/lib.sh"

folder=$XDG_STATE_HOME/memwatch
saved() { find "$folder" -name 'run-*.json' 2>/dev/null | wc -l; }
run() { "$memwatch" run --run-dir "$work" "$@" 2>err; }
# A run whose record cannot be saved: its output, messages and status are those of a run with --no-save.
silent_without() { # command... with the words {} for memwatch's
    "$@" "$memwatch" run --quiet --run-dir "$work" -- sh -c 'echo result; exit 4' >out 2>err
    [ "$? $(cat out err)" = "4 result" ]
}

check "a run" same "$(run -o told.json -- sh -c 'exit 3'; echo $?)" 3
check "is saved" same "$(saved)" 1
check "for this user only" same "$(stat -c %a "$folder" "$folder"/run-*.json | tr '\n' ' ')" "700 600 "
check "the report says how to see more" grep -q '^  more: memwatch report --last --all, or --html page.html' err
check "--last shows it" same "$("$memwatch" report --last 2>&1)" "$("$memwatch" report told.json)"
check "in any form" same "$("$memwatch" report --last --json | wc -c)" "$(wc -c <told.json)"
check "and so does its number" same "$("$memwatch" report 1)" "$("$memwatch" report told.json)"
"$memwatch" report told.json >shown
check "a report of another record does not say it" [ "$(grep -c 'more: memwatch report' shown)" = 0 ]
run --quiet -- sh -c 'sleep 0.2; exit 0'
check "1 is the newest" same "$("$memwatch" report 1 | head -n 1)" "memwatch  sh -c sleep 0.2; exit 0"
check "2 the one before" same "$("$memwatch" report 2 | head -n 1)" "memwatch  sh -c exit 3"
cp told.json 1
check "a file of that name comes first" same "$("$memwatch" report 1 | head -n 1)" "memwatch  sh -c exit 3"
check "but not with --last" same "$("$memwatch" report --last | head -n 1)" "memwatch  sh -c sleep 0.2; exit 0"
rm 1
check "there is no third" same "$("$memwatch" report 3 2>&1)" "memwatch: no saved run 3: there are 2; memwatch runs lists them"
check "--last and a path" same "$("$memwatch" report --last 1 2>&1 | head -n 1)" "memwatch: report takes --last or a PATH, not both"
check "compare --last 2" same "$("$memwatch" compare --allow-failed --last 2 2>err | grep -E '^  (base|candidate) ' | tr -s ' ')" \
    " base 1 run, 0 ranks: sh -c exit 3
 candidate 1 run, 0 ranks: sh -c sleep 0.2; exit 0"
run --quiet -- sh -c 'sleep 0.2; exit 0'
check "compare by numbers" same "$("$memwatch" compare --allow-failed 3,2 1 2>err | grep -E '^  (base|candidate) ' | tr -s ' ')" \
    " base 2 runs, 0 ranks: sh -c exit 3
 candidate 1 run, 0 ranks: sh -c sleep 0.2; exit 0"
check "compare --last 9" same "$("$memwatch" compare --last 9 2>&1)" "memwatch: no saved run 9: there are 3; memwatch runs lists them"
check "memwatch runs lists them, newest first" same "$("$memwatch" runs | sed -n '/^Saved runs/,$p' | awk 'NR > 2 {print $1, $6}' | tr '\n' ' ')" \
    "1 0 2 0 3 3 "
check "a damaged record is one line" same "$(echo '{' >"$folder/run-20990101-000000.000000000-1.json"; "$memwatch" runs | sed -n '/^Saved runs/,$p' | grep -c 'sh -c')" 3
rm "$folder"/run-2099*
run --quiet --no-save -- true
check "--no-save" same "$(saved)" 3

# Secrets.
run -o secret.json --quiet -- sh -c 'sleep 0.3' sh --password hunter2hunter2 HF_TOKEN=hunter2hunter2 https://me:hunter2hunter2@host/
check "secrets are not saved" same "$(cat "$folder"/* | grep -c hunter2)" 0
check "the command is, without them" same "$("$memwatch" report --last | head -n 1)" \
    "memwatch  sh -c sleep 0.3 sh --password *** HF_TOKEN=*** https://***@host/"
check "what the user names has all" grep -q hunter2hunter2 secret.json

# Bounds: the oldest are removed.
for i in $(seq 100 310); do echo '{}' >"$folder/run-20250101-000000.000000000-$i.json"; done
run --quiet -- true
check "at most 200" same "$(saved)" 200
check "the oldest went first" same "$("$memwatch" report 5 | head -n 1)" "memwatch  sh -c exit 3"
rm -rf "$folder"

# A home that is not there, full, or not this user's.
check "nowhere to save: no variable" silent_without env -u XDG_STATE_HOME -u HOME
check "a home that does not exist" silent_without env -u XDG_STATE_HOME HOME=/proc/nowhere
echo >file
check "a file is in its place" silent_without env XDG_STATE_HOME="$work/file"
check "no space" silent_without bash -c 'ulimit -f 1; exec "$@"' sh
check "nothing is left of it" same "$(find "$XDG_STATE_HOME" -type f | wc -l)" 0
"$memwatch" runs >listed 2>&1
check "memwatch runs without any" same "$(grep -c 'Saved runs' listed)" 0
rm -rf "$XDG_STATE_HOME"
check "report --last without any" same "$("$memwatch" report --last 2>&1)" \
    "memwatch: no run has been saved yet: memwatch run saves each, unless --no-save"
check "looking creates nothing" [ ! -e "$XDG_STATE_HOME" ]

# A server that does not answer: the record is given up.
cat >slow.c <<'C'
#include <unistd.h>
#include <stdio.h>
int renameat(int from, const char *a, int to, const char *b)
{
    (void)from, (void)a, (void)to, (void)b;
    for (;;)
        pause();
}
C
if [ "$SANITIZERS" != yes ] && ${CC:-cc} -shared -fPIC -o slow.so slow.c; then
    check "a server that does not answer" silent_without env LD_PRELOAD="$work/slow.so"
    check "nothing was saved" same "$(saved)" 0
fi

# Jobs.
for mpi in $(mpis); do
    rm -rf "$folder"
    run --quiet --repeat 2 -o again.json --force -- "$(mpirun_of "$mpi")" -n 2 "$(program "$mpi" spikes)" --mib 16 >out
    check "$mpi: repeated runs are saved" same "$(saved)" 2
    check "$mpi: the same as is asked for" same "$("$memwatch" report --last --all)" "$("$memwatch" report --all again.2.json)"
    check "$mpi: and listed" same "$("$memwatch" runs | awk '/^Saved/ {on = 1} on && / = / {print $6, $7}' | tr '\n' ' ')" "0 2 0 2 "
    rm -rf "$folder"
    "$(mpirun_of "$mpi")" -n 2 "$memwatch" run --quiet --run-dir "$work" -- "$(program "$mpi" spikes)" --mib 4 >out 2>err
    check "$mpi: not by instances in each rank" same "$(saved)" 0
done
done_testing
