# SPDX-License-Identifier: MIT
# Many short processes: counted together by program in a table of fixed size, exactly; the end of a process never waits long for
# that table, and never fails because of it. And --no-subreaper.
. "${srcdir:-.}/tests/lib.sh"

cat >starts.c <<'EOF2'
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
extern char **environ;
/* starts COUNT AT_ONCE [kill]: ./end, or that and SIGKILL for each fifth; COUNT / 2 is the number of a large one */
int main(int argc, char **argv)
{
    int count = atoi(argv[1]), at_once = atoi(argv[2]);
    for (int i = 0; i < count; i += at_once) {
        for (int k = 0; k < at_once; k++) {
            char *small[] = {"./end", NULL}, *large[] = {"./end", "large", NULL};
            pid_t pid;
            if (posix_spawn(&pid, "./end", NULL, NULL, i + k == count / 2 ? large : small, environ))
                return 1;
            if (argc > 3 && k % 5 == 4) {
                usleep(300 * (unsigned)(i / at_once % 10));
                kill(pid, SIGKILL);
            }
        }
        while (wait(NULL) > 0)
            ;
    }
    return 0;
}
EOF2
cat >end.c <<'EOF2'
#include <stdlib.h>
#include <string.h>
int main(int argc, char **argv)
{
    if (argc > 1 && argv[1])
        memset(malloc(40 << 20), 1, 40 << 20);
    return 0;
}
EOF2
"${CC:-cc}" -O0 -o starts starts.c && "${CC:-cc}" -O0 -o end end.c || skip_all "no C compiler"

run() { # options -- command...
    rm -rf runs
    mkdir runs
    timeout 120 "$memwatch" run --keep --run-dir "$work/runs" -o record.json --force "$@" >out 2>err
}
number() { python3 -c '
import json, sys
model = json.load(open("record.json"))
ends = [p for p in model["processes"] if p["name"] == "end"]
late = [p for p in model["processes"] if p["name"] == "other programs"]
print({"largest or late": max(p["peak"]["bytes"] for p in ends + late) >> 20, "count": sum(p["count"] for p in ends), "entries": len(ends), "largest": max(p["peak"]["bytes"] for p in ends) >> 20,
       "upper": model["peak"]["upper"]["bytes"] >> 20}[sys.argv[1]])' "$1"; }
kib() { stat -c %s "$@" | awk '{sum += $1} END {print int(sum / 1024)}'; }
between() { [ "$1" -ge "$2" ] && [ "$1" -le "$3" ] || { echo "$1 is not from $2 to $3"; return 1; }; }

check "800 short processes, 4 at once" run -- ./starts 800 4
check "are counted exactly" between "$(number count)" 800 802
check "the largest one is known exactly, 40 MiB and the C library" between "$(number largest)" 40 44
check "and separately" same "$(grep -c 'end large' record.json)" 1
check "they are not summed" between "$(number upper)" 40 300
check "the table has its size" between "$(kib runs/*/exits-*)" 1 44
check "what sampling keeps does not grow with them" between "$(kib runs/*/view-*)" 1 320
check "the report shows how many" sh -c "grep -Eq 'end +other +80[0-2] +800 ' err"

check "some of them killed at any time: the others are counted, no process waits" run -- ./starts 200 10 kill
check "all that were not killed" between "$(number count)" 160 202

# Whatever happens to the table, the command continues.
damaged() { # how: a command on the table's path
    run -- sh -c './starts 8 4 && table=$(echo "$MEMWATCH_RUN_DIR"/exits-*) && '"$1"' && ./starts 60 4 && exit 7'
    same $? 7
}
check "the table is truncated" damaged ': >"$table"'
check "it is cut in the middle" damaged 'truncate -s 5000 "$table"'
check "it is full of nonsense" damaged 'head -c 38552 /dev/urandom >"$table"'
check "it is removed" damaged 'rm "$table"'
check "it is a directory" damaged 'rm "$table" && mkdir "$table"'
check "it is a FIFO" damaged 'rm "$table" && mkfifo "$table"'
check "ulimit -f 1" damaged 'ulimit -f 1'
if command -v flock >/dev/null; then
    locked() { # another process holds the lock: each process waits 50 ms
        run -- sh -c 'table=$(echo "$MEMWATCH_RUN_DIR"/exits-*); exec 9<"$table"; flock 9; ./starts 40 4; exit 7'
        same $? 7
    }
    check "another process holds its lock" locked
    check "the largest one is recorded even then" between "$(number "largest or late")" 40 44
else
    skip "another process holds its lock" "needs flock(1)"
fi

# A daemon that waits for init.
cat >orphan.c <<'EOF2'
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(void)
{
    int ends[2], parent;
    if (pipe(ends))
        return 2;
    if (!fork()) {
        pid_t before = getpid();
        if (!fork()) {
            while (getppid() == before)
                usleep(10000);
            parent = getppid();
            _exit(write(ends[1], &parent, sizeof(parent)) < 0);
        }
        _exit(0);
    }
    if (read(ends[0], &parent, sizeof(parent)) != sizeof(parent))
        return 2;
    printf("%d\n", parent == 1);
    return 0;
}
EOF2
"${CC:-cc}" -o orphan orphan.c
if [ "$(./orphan)" = 1 ]; then
    check "orphans are memwatch's children" same "$("$memwatch" run --quiet -- ./orphan)" 0
    check "--no-subreaper: they are init's" same "$("$memwatch" run --quiet --no-subreaper -- ./orphan)" 1
    kept() { "$memwatch" run --no-subreaper -i 10 -- sh -c '(sh -c "sleep 0.6; exec sleep 0.1" &); sleep 1' 2>err && grep -q 'sleep 0.6' err; }
    check "--no-subreaper: one that was sampled before is sampled until its end" kept
else
    skip "--no-subreaper" "orphans are not given to process 1 here"
fi
done_testing
