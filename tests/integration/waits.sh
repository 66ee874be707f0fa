# SPDX-License-Identifier: MIT
# libmemwatch-wait.so: it logs what programs that start ranks collect, and to which running children they send signals, nothing
# else, and no program is affected.
. "${srcdir:-.}/tests/lib.sh"
library=$top_builddir/pmpi/.libs/libmemwatch-wait.so
waits=$top_builddir/tests/tools/waits
run=$work/run
log=$run/waits-$(uname -n)
unset PMI_RANK PMIX_RANK OMPI_COMM_WORLD_RANK MEMWATCH_WAITS
ln -s "$waits" mpirun

fresh() {
    rm -rf "$run"
    mkdir -m 700 "$run"
    : >"$log"
}
# With the library: command... Output in out.
with() { env MEMWATCH_RUN_DIR="$run" LD_PRELOAD="$library" "$@" >out 2>err; }
pids() { od -A n -v -t d4 -w32 "$log" | awk '{ print $5, $6 }'; }
running=$(printf MWRU | od -A n -t d4 | tr -d ' ')
ends() { od -A n -v -t d4 -w32 "$log" | awk -v running="$running" '$1 != running { print $5, $6 }'; }
# All that the program collected is in the log, in that order, whether a core was dumped or not.
logged() {
    with "$@" || { echo "status $?"; cat err; return 1; }
    same "$(ends | awk '{ print $1, ($2 > 128 && $2 < 256 ? $2 - 128 : $2) }')" "$(cat out)"
}
silent() { with "$@" && same "$(pids)" '' && [ -s out ]; }

for how in calls ignored kept handler vfork; do
    fresh
    check "a starter: $how" logged ./mpirun $how
    fresh
    check "a starter, bound at once: $how" logged env LD_BIND_NOW=1 ./mpirun $how
    fresh
    check "another program: $how, and nothing is logged" silent "$waits" $how
    fresh
    check "around a rank: $how" logged env PMI_RANK=0 "$waits" $how
done
fresh
with ./mpirun signals
check "a starter: signals to children that run, and to others" same "$(pids)" "$(cat out)"
check "a starter: three signals to a running one" same "$(pids | wc -l) $(ends | wc -l)" "5 2"
fresh
with env PMI_RANK=0 "$waits" signals
check "around a rank: signals are not noted" same "$(pids)" "$(tail -n 2 out)"
fresh
check "another program: signals" silent "$waits" signals
fresh
check "a shell around a rank" sh -c "MEMWATCH_RUN_DIR='$run' LD_PRELOAD='$library' PMIX_RANK=1 sh -c 'sh -c \"kill -SEGV \\\$\\\$\"; :' 2>/dev/null"
check "a shell around a rank: logged" same "$(pids | awk '{ print $2 % 128 }')" 11
fresh
check "found by the beginning of the directory's name" \
    sh -c 'env MEMWATCH_WAITS="$1" LD_PRELOAD="$2" ./mpirun fail 1 >out && [ -s "$3" ]' sh "$work/ru" "$library" "$log"

# Bounded: what ended first is kept, and other commands leave room for ranks.
size() { stat -c %s "$log"; }
fresh
with ./mpirun fail 700
check "a starter: at most 24 KiB" [ "$(size)" -le 24576 ]
check "a starter: 500 at least" [ "$(size)" -ge 16000 ]
check "a starter: the first ones" same "$(pids | head -n 500)" "$(head -n 500 out)"
fresh
with ./mpirun running 700
check "a starter: at most half for children that run" [ "$(size)" -le 12288 ]
check "a starter: 300 of them at least" same "$(pids | sed -n '300p;$p')" "$(sed -n '300p;$p' out)"
fresh
with env PMI_RANK=0 "$waits" fail 250
check "around ranks: at most a quarter for what has no journal" [ "$(size)" -le 6144 ]
with env PMI_RANK=0 "$waits" journal
check "around ranks: a rank is still logged" same "$(pids | tail -n 1 | awk '{ print $1 }')" "$(awk '{ print $1 }' out)"

# Nothing is created, followed, waited for or written where it should not be.
fresh; rm "$log"
check "no log: none is created" sh -c '"$@" && [ -z "$(ls -A "$0")" ]' "$run" env MEMWATCH_RUN_DIR="$run" LD_PRELOAD="$library" ./mpirun calls
fresh; rm "$log"; : >victim; ln -s "$work/victim" "$log"
with ./mpirun calls
check "a link is not followed" [ ! -s victim ]
fresh; rm "$log"; mkfifo "$log"
check "a FIFO is not waited for" timeout 20 env MEMWATCH_RUN_DIR="$run" LD_PRELOAD="$library" ./mpirun calls
fresh; chmod 755 "$run"
with ./mpirun calls
check "a directory that others may enter is not changed" [ ! -s "$log" ]
fresh; head -c 992 /dev/zero >"$log"
check "a limit of file sizes kills no process" sh -c 'ulimit -f 1; exec "$@"' sh env MEMWATCH_RUN_DIR="$run" LD_PRELOAD="$library" ./mpirun calls
check "a limit of file sizes: nothing is written" same "$(size)" 992
fresh; head -c 50 /dev/zero >"$log"
with ./mpirun calls
check "a log with half a record (a full disk) stays as it is" same "$(size)" 50
fresh; head -c 24576 /dev/zero >"$log"
with ./mpirun calls
check "a full log stays as it is" same "$(size)" 24576

# Its cost in other processes.
if [ "$SANITIZERS" != yes ] && command -v musl-gcc >/dev/null && musl-gcc -D_GNU_SOURCE -D__waitpid=waitpid -D__wait=wait -w -o musl-waits "$top_srcdir/tests/tools/waits.c" 2>musl.err; then
    ln -sf musl-waits mpirun
    fresh
    check "musl: a starter" logged ./mpirun calls
    fresh
    check "musl: another program" silent ./musl-waits calls
else
    skip "musl" "no musl-gcc, or a library with sanitizers"
fi

# Real jobs.
for mpi in $(mpis); do
    check "$mpi: --no-wait-library leaves it out" sh -c \
        '! "$1" run --quiet --no-wait-library -- env | grep -q -E "libmemwatch-wait|MEMWATCH_DAEMON_ENV|launch_agent"' sh "$memwatch"
    run_mpi "$mpi" 3 "$(program "$mpi" grow_and_die)" --how exit --mib 8
    check "$mpi: starters have logged the ranks" [ -s "$rundir/waits-$(uname -n)" ]
done
done_testing
