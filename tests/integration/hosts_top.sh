# SPDX-License-Identifier: MIT
# memwatch top of a job on several hosts, on the one where memwatch was started.
. "${srcdir:-.}/tests/lib.sh"
. "${srcdir:-.}/tests/hosts.sh"
hosts_up 2

once() { host_run 1 sh -c "LC_ALL=C.UTF-8 exec '$memwatch' top --once /dev/shm/memwatch-*" 2>&1; }
wait_on_both() { [ "$(once | grep -c '^ *[0-2] mwh[12] .* MPI_Allreduce')" = 3 ]; }
no_job() { host_run 1 sh -c 'for d in /dev/shm/memwatch-*; do [ ! -e "$d" ] || { echo "$d"; exit 1; }; done'; }
shows() { once | grep -q -E -e "$1"; }
for mpi in $(mpis); do
    # shellcheck disable=SC2046
    host_run 1 sh -c 'echo $$ >pid; exec "$@"' job timeout -k 5 100 "$memwatch" run --quiet -- $(hosts_mpirun "$mpi" 2 2) \
        "$(program "$mpi" grow_and_die)" --how sleep --rank 3 --mib 96 >out 2>err </dev/null &
    job=$!
    check "$mpi: the fullest rank is on the other host" until_true shows '^ *3 mwh2 +1[2-9][0-9]\.[0-9] MiB .* growth'
    check "$mpi: the others wait on both" until_true wait_on_both
    check "$mpi: since when, by one clock" until_true shows '^ *[01] mwh1 .* ([2-9]|[1-9][0-9]) s MPI_Allreduce'
    check "$mpi: on the other host, too" shows '^ *2 mwh2 .* ([1-9]|[1-9][0-9]) s MPI_Allreduce'
    check "$mpi: how many" shows '^Ranks +4 live .* on 2 hosts'
    # (only nsenter would end, and the job would disturb the next test)
    host_run 1 kill -TERM "$(cat pid)"
    wait $job
    check "$mpi: the job ends on request" no_job
done
done_testing
