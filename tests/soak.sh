#!/bin/bash
# SPDX-License-Identifier: MIT
# tests/soak.sh SECONDS [MEMWATCH]: three launchers at the same time, under load, for SECONDS. One continuously runs short
# processes; the two others run small MPI jobs, one after another, whose ranks and launchers are killed or sent signals at
# random. Once a minute, and at the end, it checks that there is none of these:
#   - a job that takes longer than LIMIT seconds (120), or an undisturbed one that ends with a wrong status
#   - a process of memwatch that outlives its run, or any process of an undisturbed job
#   - run directories of launchers that were not killed, and whose report was not either; any, after `memwatch runs --clean`
#   - other new files called *memwatch* in /dev/shm, /tmp or TMPDIR, and new System V segments (in separate
#     namespaces; if these cannot be created, other runs of memwatch disturb it)
#   - a launcher whose memory grows with the number of processes
# Prints a line per minute and a summary; status 1 if it found anything. Called in the build directory (make soak
# SOAK_SECONDS=3600), which is used only for the MPI libraries; MEMWATCH is its launcher by default. SOAK_SEED repeats
# the same choices.
set -u
. tests/environment.sh
seconds=${1:-3600}
memwatch=${2:-$top_builddir/launcher/memwatch}
LIMIT=${LIMIT:-120}
RANDOM=${SOAK_SEED:-$$}
main=$$

private_shell=bash private=/dev/shm
case $top_srcdir/$top_builddir/${memwatch#/} in */tmp/*) ;; *) private='/dev/shm /tmp' ;; esac
. "$top_srcdir/tests/private.sh"
[ -z "$private_cannot" ] || echo "runs of others at the same time would be findings: $private_cannot" >&2

. "$top_srcdir/tests/openmpi.sh"
openmpi_settings "${OPENMPI_RUN:-mpirun}"
export OMPI_MCA_mpi_yield_when_idle=1 NO_COLOR=1
work=$(mktemp -d)
cd "$work" || exit 1
mkdir kills jobs
: >findings
background=() runners=() mpis=()

# ---- programs ----

cat >starts.c <<'C'
/* starts STOP COUNT: short processes until the file STOP is there; how many, again and again, in COUNT. Their status 3. */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
extern char **environ;
int main(int argc, char **argv)
{
    char *const words[] = {"true", NULL};
    char text[32];
    for (long count = 0; argc > 2 && access(argv[1], F_OK); count++) {
        pid_t pid;
        if (posix_spawnp(&pid, "true", NULL, NULL, words, environ) || waitpid(pid, NULL, 0) != pid)
            return 1;
        if (count % 100 == 99) {
            int fd = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0600);
            if (fd < 0 || write(fd, text, (size_t)snprintf(text, sizeof(text), "%ld\n", count + 1)) < 0 || close(fd))
                return 1;
        }
    }
    return 3;
}
C
cat >job.c <<'C'
/* job STATUS MILLISECONDS: computes and communicates that long, and ends with that status. */
#include <mpi.h>
#include <stdlib.h>
#include <string.h>
int main(int argc, char **argv)
{
    double begin, sum = 0, one = 1, size;
    int done = 0;
    MPI_Init(&argc, &argv);
    size = atof(argv[2]) / 1000;
    begin = MPI_Wtime();
    while (!done) {
        char *piece = malloc(1 << 18);
        memset(piece, 1, 1 << 18);
        done = MPI_Wtime() - begin > size;
        MPI_Allreduce(MPI_IN_PLACE, &done, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
        MPI_Allreduce(&one, &sum, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
        free(piece);
    }
    MPI_Finalize();
    return atoi(argv[1]);
}
C
"$BUILD_CC" -O1 -D_GNU_SOURCE -o starts starts.c || exit 1
for mpi in OPENMPI MPICH; do
    cc=${mpi}_CC
    [ -n "${!cc}" ] && { "${!cc}" -O1 -o "job.$mpi" job.c || exit 1; }
done

# ---- findings ----

finding() { echo "$(date +%T) $*" | tee -a findings; }

# Processes of one job: its mark is in their environment.
of_job() { # mark
    grep -lsz "^MEMWATCH_SOAK=$1\$" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3
}
is_memwatch() { [ "$(cat "/proc/$1/comm" 2>/dev/null)" = memwatch ]; }

# Waits until a job's processes have ended.
gone() { # mark seconds
    local n=0
    while [ -n "$(of_job "$1")" ]; do
        n=$((n + 1))
        [ $n -lt $(($2 * 4)) ] || return 1
        sleep 0.25
    done
}

describe() { for pid in "$@"; do echo "$pid ($(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | cut -c1-60))"; done; }

end_all() { # mark
    local pid
    for pid in $(of_job "$1"); do kill -KILL "$pid" 2>/dev/null; done
}

# ---- one MPI job ----

random_of() { local words=("$@"); echo "${words[RANDOM % $#]}"; }
ranks_of() { for pid in $(of_job "$1"); do case $(cat "/proc/$pid/comm" 2>/dev/null) in job.*) echo "$pid" ;; esac; done; }

# Disturbs a job, some time after its start.
touch_job() { # what mark launcher
    local pids
    sleep "0.$((RANDOM % 10))"
    [ $((RANDOM % 3)) != 0 ] || sleep 0.7
    case $1 in
    rank)
        # shellcheck disable=SC2046
        pids=$(random_of $(ranks_of "$2"))
        [ -z "$pids" ] || kill -s "$(random_of KILL KILL SEGV TERM ABRT BUS)" "$pids" 2>/dev/null
        ;;
    launcher-kill) kill -KILL "$3" && : >"kills/$2" ;;
    launcher-term) kill -TERM "$3" ;;
    signals) # a selection, without stop signals and SIGKILL
        for _ in 1 2 3; do
            kill -s "$(random_of URG WINCH CONT CHLD HUP INT QUIT USR1 USR2 ALRM XCPU PROF VTALRM IO PWR SEGV PIPE \
                RTMIN RTMIN+7 RTMAX)" -- "$(random_of "$3" "-$3")"
        done
        ;;
    esac 2>/dev/null
}

judge() { # what mark status expected pids-left
    local left pid
    if [ "$1" = none ] && [ "$3" != "$4" ]; then
        finding "$2: undisturbed, status $3 instead of $4: $(tail -n 3 "jobs/$2.err" | tr '\n' ' ')"
    fi
    gone "$2" 60 && return
    left=$(of_job "$2")
    if [ "$1" = none ] || [ "$1" = rank ]; then
        # shellcheck disable=SC2086
        finding "$2 ($1): processes are left:" $(describe $left)
    else # a launcher of MPI that was killed may leave ranks, with memwatch or without
        for pid in $left; do is_memwatch "$pid" && finding "$2 ($1): memwatch is left: $(describe "$pid")"; done
    fi
    end_all "$2"
}

# Hydra that gets SIGTERM while it starts its ranks may hang, without memwatch as well (6 of 135 jobs): its proxy waits for
# the ranks, and these for the proxy.
waits_for_hydra() { # mpi what launcher
    case $1-$2 in MPICH-launcher-term | MPICH-signals) ps -o comm= --ppid "$3" | grep -q -v memwatch ;; *) false ;; esac
}

run_job() { # mpi number
    local run=${1}_RUN mark=$1-$2-$main what expected status started pid
    what=$(random_of none none none rank rank launcher-kill launcher-term signals)
    expected=$(random_of 0 0 5)
    started=$SECONDS
    MEMWATCH_SOAK=$mark setsid "$memwatch" run --report "jobs/$mark.txt" -- "${!run}" -n $((1 + RANDOM % 4)) "./job.$1" \
        "$expected" $((200 + RANDOM % 1500)) >"jobs/$mark.out" 2>"jobs/$mark.err" &
    pid=$!
    [ "$what" = none ] || touch_job "$what" "$mark" $pid
    while kill -0 $pid 2>/dev/null; do
        [ $((SECONDS - started)) -lt "$LIMIT" ] || {
            waits_for_hydra "$1" "$what" $pid ||
                finding "$mark ($what): hangs: $(for p in $(of_job "$mark"); do describe "$p"; cat "/proc/$p/wchan"; done | tr '\n' ' ')"
            : >"kills/$mark" # by the next line
            end_all "$mark"
            break
        }
        sleep 0.1
    done
    wait $pid
    status=$?
    judge "$what" "$mark" $status "$expected"
    ! grep -q '^memwatch: no data is lost' "jobs/$mark.err" || : >"kills/$mark" # a signal ended its report
    echo "$what" >>jobs.done
    rm -f "jobs/$mark".*
}

run_jobs() { # mpi: until the end, pausing while the file `pause` is there
    local number=0
    RANDOM=$((RANDOM + ${#1} * 1000))
    until [ -e stop ]; do
        number=$((number + 1))
        run_job "$1" $number
        if [ -e pause ]; then
            : >"paused.$1"
            while [ -e pause ] && [ ! -e stop ]; do sleep 0.1; done
            rm -f "paused.$1"
        fi
    done
}

# ---- once a minute ----

places() { printf '%s\n' /dev/shm /tmp "${TMPDIR:-/tmp}" | sort -u; }
list_files() { find $(places) -maxdepth 1 -name '*memwatch*' -user "$(id -u)" 2>/dev/null | sort; }
list_segments() { ipcs -m 2>/dev/null | awk -v user="$(id -un)" '$3 == user {print $2}' | sort; }
new_files() { list_files | comm -13 files.before - | grep -vxF "$(cat own_dir)"; }

pause_jobs() { # returns when no job is running
    local n=0
    : >pause
    for mpi in "${mpis[@]}"; do
        while [ ! -e "paused.$mpi" ]; do
            n=$((n + 1))
            [ $n -lt $((10 * LIMIT + 1000)) ] || { finding "jobs of $mpi do not end"; return; }
            sleep 0.1
        done
    done
}

look_at_leftovers() {
    local killed left
    killed=$(find kills -type f | wc -l)
    left=$(new_files)
    [ "$(echo "$left" | grep -c .)" -le "$killed" ] ||
        finding "$killed launchers were killed, and other files are left: $(echo "$left" | tr '\n' ' ')"
    "$memwatch" runs --clean >clean.out 2>&1 || finding "memwatch runs --clean fails: $(tail -n 1 clean.out)"
    left=$(new_files)
    [ -z "$left" ] || finding "left after memwatch runs --clean: $(echo "$left" | tr '\n' ' ')"
    left=$(list_segments | comm -13 segments.before -)
    [ -z "$left" ] || finding "System V segments are left: $(echo "$left" | tr '\n' ' ')"
    find kills -type f -delete
    list_files | grep -vxF "$(cat own_dir)" >files.before # each leftover is reported once
    list_segments >segments.before
}

rss_kib() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$launcher/status" 2>/dev/null; }
anon_kib() { sed -n 's/^RssAnon:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$launcher/status" 2>/dev/null; }

look_at_launcher() {
    local now
    now=$(anon_kib)
    [ -n "$now" ] || { finding "the launcher of the short processes has ended"; return; }
    [ -n "${first_anon-}" ] || first_anon=$now
    [ "$now" -le $((first_anon + 512)) ] || finding "the launcher has grown from $first_anon to $now KiB"
    now=$(stat -c %s "$(cat own_dir)"/exits-* | awk '{sum += $1} END {print int(sum / 1024)}')
    [ "$now" -le 64 ] || finding "records of short processes take $now KiB"
}

report_minute() {
    printf '%3d min: %7d short processes, %4d jobs (%s), launcher %d KiB, %d findings\n' $((SECONDS / 60)) \
        "$(cat count 2>/dev/null || echo 0)" "$(wc -l <jobs.done)" \
        "$(sort jobs.done | uniq -c | awk '{printf "%s%s %s", (NR > 1 ? ", " : ""), $1, $2}')" "$(rss_kib || echo 0)" \
        "$(wc -l <findings)"
}

# ---- main ----

finish() {
    : >stop
    for pid in "${background[@]}" "${runners[@]}"; do kill -KILL "$pid" 2>/dev/null; done
    for mark in $(grep -hsaoz '^MEMWATCH_SOAK=.*' /proc/[0-9]*/environ | tr '\0' '\n' | grep -- "-$$\$" | cut -d= -f2 | sort -u); do
        end_all "$mark"
    done
    cd /
    rm -rf "$work"
}
soak() {
    trap finish EXIT
    trap 'exit 130' INT TERM

    : >jobs.done
    echo none >own_dir
    list_files >files.before
    list_segments >segments.before
    for _ in $(seq "$(nproc)"); do
        while :; do :; done &
        background+=($!)
        disown $!
    done
    MEMWATCH_SOAK=short-$$ setsid "$memwatch" run --quiet -- sh -c 'echo "$MEMWATCH_RUN_DIR" >own_dir; exec ./starts stop count' &
    launcher=$!
    for mpi in OPENMPI MPICH; do [ -x "job.$mpi" ] && mpis+=("$mpi"); done
    for mpi in "${mpis[@]}"; do
        run_jobs "$mpi" 2>>bash.err & # "Killed"
        runners+=($!)
    done

    while [ $SECONDS -lt "$seconds" ]; do
        next=$((SECONDS + 60))
        [ $next -lt "$seconds" ] || next=$seconds
        while [ $SECONDS -lt $next ]; do sleep 0.5; done
        pause_jobs
        look_at_leftovers
        look_at_launcher
        rm -f pause
        report_minute
    done

    : >stop
    [ "${#runners[@]}" = 0 ] || wait "${runners[@]}"
    wait $launcher
    status=$?
    [ $status = 3 ] || finding "the launcher of the short processes ends with status $status instead of 3"
    gone "short-$$" 60 || finding "processes are left: $(describe $(of_job "short-$$"))"
    echo none >own_dir
    look_at_leftovers
    report_minute
    if [ -s findings ]; then
        echo "FOUND:"
        cat findings
        return 1
    fi
    echo "nothing found"
}
soak; exit
