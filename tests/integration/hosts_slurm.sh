# SPDX-License-Identifier: MIT
# Slurm over two nodes, each a separate host: ranks are children of daemons, on the launcher's node and on another.
. "${srcdir:-.}/tests/lib.sh"
. "${srcdir:-.}/tests/hosts.sh"
PATH=$PATH:/usr/sbin

[ -n "$OPENMPI_CC" ] || skip_all "needs Open MPI"
for daemon in munged slurmctld slurmd srun; do
    command -v $daemon >/dev/null 2>&1 || skip_all "needs Slurm: $daemon was not found (munge slurmctld slurmd slurm-client)"
done
srun --mpi=list 2>&1 | grep -q pmix || ls /usr/lib*/*/slurm*/mpi_pmix.so >/dev/null 2>&1 ||
    skip_all "this Slurm has no --mpi=pmix"
hosts_up 2

slurm=$work/slurm
export SLURM_CONF="$slurm/slurm.conf"
# With its default, a tree, Slurm's fence lets ranks of the second node go before the others have come: rank 3's first message
# then finds a rank 0 that is still in MPI_Init, and Open MPI's rank 0 jumps to NULL (without memwatch, too).
export SLURM_PMIX_FENCE=ring
mkdir -p "$slurm/state" "$slurm/log"
chmod 755 "$work" "$slurm"
(umask 077; head -c 128 /dev/urandom >"$slurm/munge.key")
cat >"$SLURM_CONF" <<END
ClusterName=memwatch
SlurmctldHost=mwh1($(host_addr 1))
SlurmctldPort=26817
SlurmdPort=26818
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=/dev/shm/munge/socket
CredType=cred/munge
StateSaveLocation=$slurm/state
SlurmdSpoolDir=/dev/shm/slurm
SlurmctldPidFile=/dev/shm/slurmctld.pid
SlurmdPidFile=/dev/shm/slurmd.pid
SlurmctldLogFile=$slurm/log/slurmctld.log
SlurmdLogFile=$slurm/log/slurmd-%n.log
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
KillOnBadExit=1
NodeName=mwh1 NodeAddr=$(host_addr 1) CPUs=4 RealMemory=64 State=UNKNOWN
NodeName=mwh2 NodeAddr=$(host_addr 2) CPUs=4 RealMemory=64 State=UNKNOWN
PartitionName=all Nodes=mwh1,mwh2 Default=YES MaxTime=INFINITE State=UP
END

start() { # HOST command...: they end with their host
    h=$1
    shift
    host_run "$h" "$@" </dev/null >"$slurm/log/$1-$h.out" 2>&1 &
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
both_idle() { [ "$(host_run 1 sinfo -h -N -o '%N %T' 2>/dev/null | grep -c idle)" = 2 ]; }
has_socket() { host_run "$1" test -S /dev/shm/munge/socket; }

for h in 1 2; do
    host_run $h sh -c 'mkdir -p /dev/shm/munge /dev/shm/slurm && chmod 755 /dev/shm/munge'
    start $h munged --foreground --force --socket=/dev/shm/munge/socket --key-file="$slurm/munge.key" \
        --pid-file=/dev/shm/munge/pid --log-file=/dev/shm/munge/log --seed-file=/dev/shm/munge/seed
    wait_until 10 has_socket $h || break
done
start 1 slurmctld -D -i
start 1 slurmd -D -N mwh1
start 2 slurmd -D -N mwh2
if ! wait_until 40 both_idle; then
    why=$({ grep -h -i fatal "$slurm"/log/*; grep -h -i error "$slurm"/log/*; } 2>/dev/null | head -n 1 | tr -d '#')
    skip_all "Slurm does not start on two nodes here: ${why:-no two nodes became idle}"
fi

slurm_run() { # srun's arguments
    host_run 1 timeout -k 5 100 "$memwatch" run --keep ${options-} -- srun "$@" >out 2>err </dev/null
    run_status=$?
    rundir=$(sed -n 's/.*the run directory is kept: //p' err)
    host_run 1 "$mwdump" "$rundir" >dump 2>dump.err
}
words() { tr -s ' \n' ' ' <err; }
says() { words | grep -q -E "$1" || { cat err; return 1; }; }
ranks() { sed -n 's/^rank rank=\([0-9-]*\) .*/\1/p' dump | sort -n | tr '\n' ' '; }
left_on() { host_run "$1" find /dev/shm -mindepth 1 -name 'memwatch-*'; }
no_process_on() { ! host_run "$1" sh -c 'for p in /proc/[0-9]*; do tr "\0" " " <$p/cmdline 2>/dev/null; echo; done' | grep -E 'memwatch agent|/busy|grow_and_die'; }

slurm_run -N 2 -n 4 --mpi=pmix "$(program openmpi busy)" --calls 2000
check "two nodes: the job ends well" same "$run_status" 0
check "two nodes: all ranks are in the report" same "$(ranks)" "0 1 2 3 "
check "two nodes: one world on two hosts" says '4 ranks on 2 hosts'
check "two nodes: both were sampled" same "$(grep -c '^host .*sampled=1' dump)" 2
check "two nodes: their calls are all counted" awk -v ignore='MPI_Init|MPI_Init_thread|MPI_Finalize' \
    -f "$top_srcdir/tests/integration/compare.awk" out dump
check "two nodes: nothing is left on the other one" same "$(left_on 2)" ''
check "two nodes: no process remains there" wait_until 10 no_process_on 2

slurm_run -N 2 -n 4 --mpi=pmix "$(program openmpi grow_and_die)" --how segv --rank 3 --mib 48
check "a rank on the other node dies: the post-mortem names it" says 'rank 3 died first, at .*: killed by SIGSEGV'
check "a rank on the other node dies: on its host" says 'pid [0-9]+ on mwh2'
check "a rank on the other node dies: the exit status is not 0" [ "$run_status" != 0 ]
check "a rank on the other node dies: no process remains there" wait_until 10 no_process_on 2
done_testing
