# SPDX-License-Identifier: MIT
# Slurm's srun, whose ranks are children of a daemon: a separate one-node Slurm is started, used, and stopped.
private="/dev/shm /tmp /run /var/log /var/spool" # where Slurm, PMIx and MUNGE create files
. "${srcdir:-.}/tests/lib.sh"
PATH=$PATH:/usr/sbin

[ -n "$OPENMPI_CC" ] || skip_all "needs Open MPI"
for daemon in munged slurmctld slurmd srun; do
    command -v $daemon >/dev/null 2>&1 || skip_all "needs Slurm: $daemon was not found (munge slurmctld slurmd slurm-client)"
done
[ "$(id -u)" = 0 ] || skip_all "starting Slurm needs root"
srun --mpi=list 2>&1 | grep -q pmix || ls /usr/lib*/*/slurm*/mpi_pmix.so >/dev/null 2>&1 ||
    skip_all "this Slurm has no --mpi=pmix"

slurm=$work/slurm
host=$(cat /proc/sys/kernel/hostname)
host=${host%%.*}
export SLURM_CONF="$slurm/slurm.conf"
daemons=

free_port() { # the first one from $1 on without a listener
    port=$1
    while grep -q -i ":$(printf %04x "$port") " /proc/net/tcp /proc/net/tcp6 2>/dev/null; do
        port=$((port + 1))
    done
    echo "$port"
}

configure_slurm() {
    mkdir -p "$slurm/state" "$slurm/spool" "$slurm/log" "$slurm/munge"
    chmod 755 "$work" "$slurm" "$slurm/munge"
    (umask 077; head -c 128 /dev/urandom >"$slurm/munge/key")
    control=$(free_port $((20000 + $$ % 10000)))
    cat >"$SLURM_CONF" <<END
ClusterName=memwatch
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$control
SlurmdPort=$(free_port $((control + 1)))
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$slurm/munge/socket
CredType=cred/munge
StateSaveLocation=$slurm/state
SlurmdSpoolDir=$slurm/spool
SlurmctldPidFile=$slurm/log/slurmctld.pid
SlurmdPidFile=$slurm/log/slurmd.pid
SlurmctldLogFile=$slurm/log/slurmctld.log
SlurmdLogFile=$slurm/log/slurmd.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SwitchType=switch/none
SchedulerType=sched/builtin
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
KillWait=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=4 RealMemory=64 State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
END
}

start() { # in the background, its output in the log directory
    "$@" </dev/null >"$slurm/log/$1.out" 2>&1 &
    daemons="$! $daemons"
}

wait_until() { # seconds command...
    tries=$(($1 * 10))
    shift
    while ! "$@"; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || return 1
        sleep 0.1
    done
}

is_idle() { sinfo -h -o %T 2>/dev/null | grep -q idle; }

start_slurm() {
    start munged --foreground --force --socket="$slurm/munge/socket" --key-file="$slurm/munge/key" \
        --pid-file="$slurm/munge/pid" --log-file="$slurm/log/munged.log" --seed-file="$slurm/munge/seed"
    wait_until 10 test -S "$slurm/munge/socket" || return 1
    start slurmctld -D -i
    start slurmd -D
    wait_until 30 is_idle
}

has_ended() { ! grep -q '^State:.[^Z]' "/proc/$1/status" 2>/dev/null; } # not yet waited for: a zombie

stop_slurm() {
    for pid in $daemons; do # slurmd before slurmctld before munged
        kill "$pid" 2>/dev/null
        wait_until 10 has_ended "$pid" || kill -9 "$pid"
        wait "$pid" 2>/dev/null
    done
    daemons=
}

left_files() {
    ls -d /tmp/*slurm* /tmp/*munge* /tmp/*pmix* /dev/shm/*slurm* /var/log/slurm* /var/spool/slurm* \
        /run/munge /run/slurm* 2>/dev/null
}
ours_left() { # processes with the test's directory in their command line; grep had not started when the names were listed
    grep -l -a -F "$work" /proc/[0-9]*/environ 2>/dev/null
    return 0
}

trap 'status=$?; stop_slurm; (exit $status); finish' EXIT
trap 'exit 1' INT TERM
left_files >"$work/files.before"
configure_slurm
if ! start_slurm; then
    why=$({ grep -h -i fatal "$slurm"/log/*; grep -h -i error "$slurm"/log/*; } 2>/dev/null | head -n 1 | tr -d '#')
    skip_all "Slurm does not start here: ${why:-no node became idle}"
fi

slurm_run() { # memwatch's command
    rm -rf "$work/runs"
    mkdir "$work/runs"
    # shellcheck disable=SC2086
    timeout 100 "$memwatch" run --keep --run-dir "$work/runs" ${options-} -- "$@" >"$work/out" 2>"$work/err"
    run_status=$?
    "$mwdump" "$work"/runs/* >"$work/dump" 2>>"$work/err"
    return $run_status
}
at_one_moment() { sed -n 's/^ *≥ \([0-9]*\).*MiB  *seen at one moment.*/\1/p' err; }
at_least() { [ "${1:-0}" -ge "$2" ] || { echo "$1 is less than $2"; cat err; return 1; }; }

# The ranks are no descendants: only if they were adopted do samples have more than srun's 9 MiB.
options='-i 20' slurm_run srun --mpi=pmix -n 2 "$(program openmpi busy)" --calls 200000
check "srun --mpi=pmix: the job ends well" same "$run_status" 0
check "both ranks are reported, with the numbers that Slurm gave them" same "$(sed -n 's/^rank .*rank=\([0-9]*\).*/\1/p' dump | sort | tr '\n' ' ')" "0 1 "
check "their calls are all counted" awk -v ignore='MPI_Init|MPI_Init_thread|MPI_Finalize' -f "$top_srcdir/tests/integration/compare.awk" out dump
check "they are adopted: samples have their memory" at_least "$(at_one_moment)" 24
check "each has its line with an exact peak" same "$(grep -c -E '^ +[01] +[0-9]+ +(= |≤ )[0-9.]+ MiB' err)" 2
check "srun is listed separately" grep -q -E '^  srun +launcher' err
check "Slurm's daemons are not part of the job" sh -c '! grep -q slurm[sd] err'
check "one world of two ranks" same "$(field world <dump | sort -u | wc -l)" 1

slurm_run sh -c 'srun --mpi=pmix -n 2 "$0" --calls 9 && srun --mpi=pmix -n 2 "$0" --calls 9' "$(program openmpi busy)"
check "two steps after each other are two worlds" grep -q '4 ranks' err
check "and no rank is missing" sh -c '! grep -q "left no record" err'

timeout 60 srun -K --mpi=pmix -n 2 "$(program openmpi die)" --how kill --rank 1 >plain.out 2>&1
plain=$?
slurm_run srun -K --mpi=pmix -n 2 "$(program openmpi die)" --how kill --rank 1
check "a killed rank: the exit status is srun's" same "$run_status" "$plain"
check "and the report says who did not finish" grep -q 'rank 1' err

LD_PRELOAD=$shim timeout 60 srun --mpi=pmix -n 2 "$(program openmpi busy)" --calls 9 >out 2>err
check "without the launcher rank 0 reports both" grep -q '2 ranks on 1 host' err

if [ -n "$MPICH_CC" ]; then
    slurm_run srun --mpi=pmi2 -n 2 "$(program mpich busy)" --calls 9
    check "MPICH through --mpi=pmi2: two ranks" grep -q '2 ranks on 1 host' err
    slurm_run srun -n 1 sh -c '"$1" -launcher fork -n 2 "$0" --calls 9; "$1" -launcher fork -n 2 "$0" --calls 9' \
        "$(program mpich busy)" "$MPICH_RUN"
    check "mpirun inside a step, twice: separate worlds" grep -q '4 ranks' err
else
    skip "MPICH through --mpi=pmi2" "needs MPICH"
fi

stop_slurm
no_files() {
    [ -z "$private_cannot" ] || cannot "$private_cannot" || return
    left_files >files.after
    diff files.before files.after
}
check "no process is left behind" same "$(ours_left)" ''
check "no file is left behind" no_files
done_testing
