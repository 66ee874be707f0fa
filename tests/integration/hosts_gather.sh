# SPDX-License-Identifier: MIT
# Ranks on several hosts without agents: their records are gathered on rank 0's host, by MPI, if all ranks agree. No job hangs
# or changes, whatever is missing.
. "${srcdir:-.}/tests/lib.sh"
. "${srcdir:-.}/tests/hosts.sh"
hosts_up 3

limit=120 # seconds: a job that hangs is a failure, not a test that never ends
ranks() { sed -n 's/^rank rank=\([0-9-]*\) .*/\1/p' dump | sort -n | tr '\n' ' '; }
none() { [ -z "$1" ] || { echo "$1"; return 1; }; }
# The contents of /dev/shm of a host: run directories and their files.
left_on() { host_run "$1" find /dev/shm -mindepth 1 -name '*memwatch-*' -o -mindepth 1 -path '*memwatch-*'; }

# The ranks whose records a host has kept, according to its message.
stay_on() {
    path=$(sed -n "s/^memwatch: the records of the ranks on host mwh$1 stay there: memwatch report \([^ ]*\) .*/\1/p" err)
    host_run "$1" "$mwdump" "$path" | sed -n 's/^rank rank=\([0-9]*\) .*/\1/p' | sort -n | paste -s -d ' '
}

# on_hosts MPI "N1 N2 N3" command of the ranks...: under memwatch on host 1. The run directory there is in $rundir.
on_hosts() {
    mpi=$1 place=$2
    shift 2
    for h in 1 2 3; do host_run $h sh -c 'rm -rf /dev/shm/memwatch-*'; done
    # shellcheck disable=SC2046,SC2086
    host_run 1 timeout -k 5 $limit "$memwatch" run --keep ${agents---no-agent} -- \
        $(hosts_mpirun "$mpi" $place) "$@" >out 2>err </dev/null
    run_status=$?
    rundir=$(sed -n 's/.*the run directory is kept: //p' err)
    host_run 1 "$mwdump" "$rundir" >dump 2>>err
    return $run_status
}

for mpi in $(mpis); do
    busy=$(program "$mpi" busy)
    on_hosts "$mpi" "2 2 2" "$busy" --calls 9
    check "$mpi: three hosts: the job ends well" same "$run_status" 0
    check "$mpi: all ranks are in the report" same "$(ranks)" "0 1 2 3 4 5 "
    check "$mpi: as one world on three hosts" grep -q '6 ranks on 3 hosts' err
    check "$mpi: their clocks were measured" sh -c 'tr -s " \n" " " <err | grep -q "clocks were compared over the network"'
    check "$mpi: nothing is left on the other hosts" none "$(left_on 2; left_on 3)"
    check "$mpi: the calls of all are counted" awk -v ignore='MPI_Init|MPI_Init_thread|MPI_Finalize' \
        -f "$top_srcdir/tests/integration/compare.awk" out dump

    on_hosts "$mpi" "0 2 1" "$busy" --calls 9
    check "$mpi: rank 0 elsewhere: the job ends well" same "$run_status" 0
    path=$(sed -n 's/^memwatch: the complete record is on host mwh2: memwatch report \([^ ]*\) .*/\1/p' err)
    check "$mpi: rank 0 elsewhere: the location of the record is printed" [ -n "$path" ]
    check "$mpi: rank 0 elsewhere: that record has all ranks" \
        sh -c "nsenter -t $(host_pid 2) -m -p -- '$mwdump' '$path' >dump && grep -c '^rank ' dump | grep -qx 3"
    check "$mpi: rank 0 elsewhere: nothing else is left" same "$(left_on 2 | sort; left_on 3)" "$(dirname "$path")
$path
$(dirname "$path")/memwatch-run"

    on_hosts "$mpi" "1 1 1" "$busy" --calls 9
    host_run 1 rm -rf "$rundir"
    check "$mpi: one rank on each: the job ends well" same "$run_status" 0
    check "$mpi: one rank on each: all ranks are in the report" same "$(ranks)" "0 1 2 "

    on_hosts "$mpi" "0 2 0" "$busy" --calls 9
    check "$mpi: all on one other host: the job ends well" same "$run_status" 0
    check "$mpi: all on one other host: the location of the record is printed" grep -q 'the complete record is on host mwh2' err

    # The fourth rank drops the library; so does the first. Then nothing is gathered: the records stay where they are, and each
    # host reports it. (Open MPI may print that its ssh has started already.)
    for without in 4 0; do
        # shellcheck disable=SC2046
        ranks_with $(seq 0 5 | grep -v $without)
        on_hosts "$mpi" "2 2 2" ./some "$busy" --calls 9
        check "$mpi: rank $without has no library: the job ends well" same "$run_status" 0
        check "$mpi: rank $without has no library: the ranks of the launcher's host are reported" same "$(ranks)" "$([ $without = 0 ] || echo '0 ')1 "
        check "$mpi: rank $without has no library: the other hosts' records are there" \
            same "$(stay_on 2) $(stay_on 3)" "2 3 $([ $without = 4 ] || echo '4 ')5"
        check "$mpi: rank $without has no library: no message about it is on stderr" \
            none "$(sed '/^memwatch  /,$d' err | grep -v -e '^memwatch: ' -e 'plm:[rs]sh: Warning: setpgid' | grep .)"
    done
    check "$mpi: the others are reported as missing" grep -q 'left no record' err

    # The first rank of a host makes no system calls in MPI_Finalize, and cannot take part in the agreement.
    cat >quiet <<END
#!/bin/sh
[ "\${OMPI_COMM_WORLD_RANK-\$PMI_RANK}" != 2 ] || export MEMWATCH_SYSCALLS=0
exec "$busy" --calls 9
END
    chmod 755 quiet
    on_hosts "$mpi" "2 2 2" ./quiet
    check "$mpi: a rank makes no system calls: the job ends well" same "$run_status:$(ranks)" '0:0 1 '
done

# The last rank of all, and rank 0, come 17 s after the others, longer than the wait for a host that has published nothing. All have
# receives open that match any message.
cat >late.c <<'END'
#include <mpi.h>
#include <stdio.h>
#include <unistd.h>
int main(int c, char **v)
{
    int rank, size;
    static char buffer[64];
    MPI_Request request;
    MPI_Init(&c, &v);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Irecv(buffer, sizeof(buffer), MPI_BYTE, MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &request);
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0 || rank == size - 1)
        sleep(17);
    MPI_Finalize();
    for (size_t i = 0; i < sizeof(buffer); i++)
        if (buffer[i])
            return 1;
    return 0;
}
END
for mpi in $(mpis); do
    case $mpi in openmpi) cc=$OPENMPI_CC ;; mpich) cc=$MPICH_CC ;; esac
    $cc -o "late.$mpi" late.c
    on_hosts "$mpi" "2 2 2" "./late.$mpi"
    check "$mpi: late ranks, open receives: the job ends well" same "$run_status" 0
    check "$mpi: late ranks, open receives: all ranks are in the report" same "$(ranks)" "0 1 2 3 4 5 "
done

# Without a launcher.
for mpi in $(mpis); do
    case $mpi in openmpi) preload="-x LD_PRELOAD=$shim" ;; mpich) preload="-genv LD_PRELOAD $shim" ;; esac
    for h in 1 2 3; do host_run $h sh -c 'rm -rf /dev/shm/memwatch-*'; done
    # shellcheck disable=SC2046,SC2086
    host_run 1 timeout -k 5 $limit $(hosts_mpirun "$mpi" 0 2 2) $preload "$(program "$mpi" busy)" --calls 9 >out 2>err
    check "$mpi: no launcher: the job ends well" [ $? = 0 ]
    check "$mpi: no launcher: rank 0 reports all" grep -q '4 ranks on 2 hosts' err
    check "$mpi: no launcher: nothing is left" none "$(left_on 1; left_on 2; left_on 3)"
done

if [ -n "$OPENMPI_CC" ]; then
    busy=$(program openmpi busy)
    FOO=bar on_hosts openmpi "1 1 0" -x FOO sh -c 'echo "FOO=$FOO"; exec "$0" --calls 9' "$busy"
    check "openmpi: -x of the user works beside those of memwatch" same "$(grep -c FOO=bar out)" 2
    check "openmpi: -x of the user: all ranks are there" same "$(ranks)" "0 1 "
    FOO=bar OMPI_MCA_mca_base_env_list=FOO on_hosts openmpi "1 1 0" sh -c 'echo "FOO=$FOO"; exec "$0" --calls 9' "$busy"
    check "openmpi: so does a list in the environment" same "$(grep -c FOO=bar out)" 2
    check "openmpi: a list in the environment: all ranks are there" same "$(ranks)" "0 1 "
    FOO=bar on_hosts openmpi "1 1 0" --mca mca_base_env_list FOO sh -c 'echo "FOO=$FOO"; exec "$0" --calls 9' "$busy"
    check "openmpi: a list on the command line: the job ends well" same "$run_status:$(grep -c FOO=bar out)" 0:2
    check "openmpi: a list on the command line: the message shows what to add" grep -q 'your list of variables for Open MPI.*LD_PRELOAD' err
    mkdir -p home/.openmpi
    echo 'mca_base_env_list = FOO' >home/.openmpi/mca-params.conf
    HOME=$work/home FOO=bar on_hosts openmpi "1 1 0" sh -c 'echo "FOO=$FOO"; exec "$0" --calls 9' "$busy"
    check "openmpi: a list in a file: the job ends well" same "$run_status:$(grep -c FOO=bar out)" 0:2
else
    skip "lists of variables" "needs Open MPI"
fi

# Every command line on every host, while ranks run: it may contain names, but not the secret.
cat >look <<END
#!/bin/sh
echo "\$MEMWATCH_SECRET" >>"$work/had"
cat /proc/[0-9]*/cmdline | tr '\\0' '\\n' >>"$work/lines"
exec "\$@"
END
chmod 755 look
for mpi in $(mpis); do
    rm -f had lines
    agents='' on_hosts "$mpi" "1 1 1" ./look "$(program "$mpi" busy)" --calls 9
    secret=$(head -n 1 had)
    check "$mpi: the secret reaches all ranks" same "$(grep -c -E '^[0-9a-f]{64}$' had) $(grep -c -x "$secret" had)" '3 3'
    check "$mpi: but no command line" none "$(grep "$secret" lines)"
    check "$mpi: nor the report" none "$(grep "$secret" err out)"
    check "$mpi: (the examined command lines include those of the daemons)" grep -q -E 'orted|prted|hydra_pmi_proxy' lines
done
done_testing
