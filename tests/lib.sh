# SPDX-License-Identifier: MIT
# What every shell test starts with: TAP, the MPI libraries, and a private directory that is removed at the end.
set -u
. "${top_builddir_path:-.}/tests/environment.sh"
memwatch=$top_builddir/launcher/memwatch
shim=$top_builddir/pmpi/.libs/libmemwatch-pmpi.so
programs=$top_builddir/tests/programs
mwdump=$top_builddir/tests/tools/mwdump

. "$top_srcdir/tests/openmpi.sh"
openmpi_settings "${OPENMPI_RUN:-mpirun}"
export OMPI_MCA_mpi_yield_when_idle=1
export NO_COLOR=1
case ${LC_ALL-} in C | POSIX) export LC_ALL=C.UTF-8 ;; esac # else the signs of reports are ASCII
unset LD_PRELOAD MEMWATCH_RUN_DIR MEMWATCH_EXACT MEMWATCH_RESET MEMWATCH_OVERHEAD MEMWATCH_SITE_DEPTH MEMWATCH_GATHER
unset MEMWATCH_OUTPUT MEMWATCH_COMMAND MEMWATCH_SHIM MEMWATCH_HOST MEMWATCH_AGENT MEMWATCH_CONNECT MEMWATCH_SECRET MEMWATCH_IPC
unset MEMWATCH_SYSCALLS
unset OMPI_MCA_mca_base_env_list OMPI_MCA_mca_base_env_list_internal

# A sanitized memwatch starts after the libraries that a test preloads.
[ "$SANITIZERS" != yes ] || export ASAN_OPTIONS=verify_asan_link_order=0

. "$top_srcdir/tests/private.sh"

work=$(mktemp -d)
export TMPDIR="$work"
export XDG_STATE_HOME="$work/.state" # saved runs
tests_run=0
tests_failed=0

finish() {
    status=$?
    cd /
    if [ "$tests_failed" != 0 ] && [ -n "${MW_KEEP-}" ]; then
        echo "# kept: $work"
    else
        rm -rf "$work"
    fi
    [ "$status" = 0 ] || echo "Bail out! the test ended with status $status"
}
trap finish EXIT
cd "$work" || exit 1

# check "what" command...: one TAP line; on failure with the output of the command. Where the command calls `cannot why`, the check
# is skipped, whatever its status.
check() {
    what=$1
    shift
    tests_run=$((tests_run + 1))
    rm -f "$work/cannot"
    if "$@" >"$work/check.out" 2>&1 && [ ! -e "$work/cannot" ]; then
        echo "ok $tests_run - $what"
    elif [ -e "$work/cannot" ]; then
        echo "ok $tests_run - $what # SKIP $(cat "$work/cannot")"
    else
        tests_failed=$((tests_failed + 1))
        echo "not ok $tests_run - $what"
        echo "# failed: $*"
        sed 's/^/# /' "$work/check.out" | head -n 40
    fi
}

# For a function that check calls: the check cannot be tried here. The function must return immediately ("|| return"), since
# what was not tried has neither passed nor failed.
cannot() { # why
    echo "$*" | tr '\n#' '  ' >"$work/cannot"
    return 1
}

skip() { # what, why
    tests_run=$((tests_run + 1))
    echo "ok $tests_run - $1 # SKIP $2"
}

skip_all() {
    [ ! -s "$work/no_jobs" ] || { done_testing; exit 0; }
    echo "1..0 # SKIP $*"
    exit 0
}

# An MPI that configure found and that starts no job here is a failure of each test that would have used it.
done_testing() {
    [ ! -s "$work/no_jobs" ] ||
        for mpi_without in $(sort -u "$work/no_jobs"); do
            check "$mpi_without starts jobs on this machine, without memwatch" why_no_jobs "$mpi_without"
        done
    echo "1..$tests_run"
}

# The difference is at most TOLERANCE.
near() { # value expected tolerance
    awk -v a="$1" -v b="$2" -v t="$3" 'BEGIN {
        d = a - b; if (d < 0) d = -d
        if (a == "" || d > t) { printf "%s is not %s within %s\n", a, b, t; exit 1 } }'
}

same() { # value expected
    [ "$1" = "$2" ] || { printf 'got:      %s\nexpected: %s\n' "$1" "$2"; return 1; }
}

# field NAME: the value of NAME=value in lines on stdin, quoted or not.
field() {
    sed -n "s/.*[ ]$1=\"\([^\"]*\)\".*/\1/p; t; s/.*[ ]$1=\([^ ]*\).*/\1/p"
}

# No run directory of this user is left in /dev/shm. For tests that have $private=/dev/shm.
nothing_left() {
    [ -z "$private_cannot" ] || cannot "$private_cannot" || return
    left=$(find /dev/shm -maxdepth 1 -name 'memwatch-*' -user "$(id -u)")
    [ -z "$left" ] || { echo "$left"; return 1; }
}

until_true() { # at most 60 s, plus the time of the command itself
    n=0
    until "$@"; do n=$((n + 1)); [ $n -lt 1200 ] || { echo "never: $*"; return 1; }; sleep 0.05; done
}

ended() { ! grep -q '^State:.[^Z]' "/proc/$1/status" 2>/dev/null; } # a pid: does not exist, or is a zombie

# Of the running job below the base directory: the number of live ranks, which have left MPI_Init, and of those that wait in
# grow_and_die's MPI_Allreduce, where they stay (in a barrier before it they may be seen, too); the number of sampled ranks.
waits() {
    [ "$("$mwdump" "$1"/memwatch-* 2>/dev/null | grep -c '^rank rank=[0-9]')" = "$2" ] &&
        "$memwatch" top --once "$1"/memwatch-* >"$work/waits.out" 2>/dev/null &&
        grep -q -E "^Ranks +$2 live .* $3 in MPI calls" "$work/waits.out" &&
        [ "$(grep -c -E '^ *[0-9]+ .* MPI_Allreduce' "$work/waits.out")" = "$3" ]
}
sampled() { [ "$("$mwdump" "$1"/memwatch-* 2>/dev/null | grep -c '^process role=rank ')" -ge "$2" ]; }

# The output of tests/jobs_start.sh for an MPI whose jobs do not start.
no_jobs() { echo "$top_builddir/tests/jobs/$1"; }
why_no_jobs() { cat "$(no_jobs "$1")"; false; }

# Whether this MPI starts jobs of several programs, "-n 1 a : -n 2 b".
mpmd_starts() { [ ! -e "$(no_jobs "$1").mpmd" ]; }
no_mpmd='mpirun fails with two programs, without memwatch as well'

# ranks_with LIST: writes the script ./some, by which ranks start their program. Only those in LIST ("0 2") keep LD_PRELOAD.
ranks_with() {
    cat >some <<END
#!/bin/sh
case " $* " in *" \${OMPI_COMM_WORLD_RANK-\$PMI_RANK} "*) ;; *) unset LD_PRELOAD ;; esac
exec "\$@"
END
    chmod 755 some
}

# The MPI libraries that tests can use. Those of which no job starts are noted for done_testing.
mpis() {
    for configured in ${OPENMPI_CC:+${OPENMPI_RUN:+openmpi}} ${MPICH_CC:+${MPICH_RUN:+mpich}}; do
        if [ -e "$(no_jobs "$configured")" ]; then
            echo "$configured" >>"$work/no_jobs"
        else
            echo "$configured"
            [ "$SANITIZERS" != yes ] || break # of memwatch alone: the first MPI is enough
        fi
    done
}

mpirun_of() { case $1 in openmpi) echo "$OPENMPI_RUN" ;; mpich) echo "$MPICH_RUN" ;; esac; }

# The pid of the mpirun that a memwatch has started; that of Open MPI 5 and later becomes prterun.
command_of() { pgrep -P "$2" -f "^($(mpirun_of "$1")|([^ ]*/)?prterun) "; } # mpi, pid of memwatch

# run_mpi MPI RANKS PROGRAM...: under memwatch. Output in out, err; the run directory is kept and dumped into dump.
# More options of `memwatch run` in $options.
run_mpi() {
    mpi=$1 ranks=$2
    shift 2
    rm -rf "$work/runs"
    mkdir "$work/runs"
    # shellcheck disable=SC2086
    "$memwatch" run --keep --run-dir "$work/runs" ${options-} -- "$(mpirun_of "$mpi")" -n "$ranks" "$@" \
        >"$work/out" 2>"$work/err"
    run_status=$?
    rundir=$(echo "$work"/runs/*)
    "$mwdump" "$rundir" >"$work/dump" 2>"$work/dump.err" || cat "$work/dump.err" >>"$work/err"
    return $run_status
}

# A program of tests/programs, built for one MPI.
program() { echo "$programs/$1/$2"; }

as_user() { # runs a command as an ordinary user if the test runs as root
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"
    else
        "$@"
    fi
}

# Whether that user can access the build. Not if it is below root's home directory.
user_can() { as_user test -x "$memwatch" && as_user test -r "$shim"; }
user_cannot='an ordinary user cannot reach the build directory'
