# SPDX-License-Identifier: MIT
# A rank on another host dies where the kernel does not record the cause: the daemon there has collected its status.
. "${srcdir:-.}/tests/lib.sh"
. "${srcdir:-.}/tests/hosts.sh"
hosts_kernel 2 5.3
hosts_kernel 3 4.18
hosts_up 3

# MPICH's mpiexec then starts its proxies by ssh, which is its default.
mkdir bin
ln -s "$hosts_rsh" bin/ssh
PATH=$work/bin:$PATH
hydra_exec=$HYDRA_LAUNCHER_EXEC
unset HYDRA_LAUNCHER HYDRA_LAUNCHER_EXEC

says() { tr -s ' \n' ' ' <err | grep -q -E "$1" || { sed -n '/^memwatch  /,$p' err | head -n 40; return 1; }; }
run() { # MPI command...: a rank on each host
    mpi=$1
    shift
    # shellcheck disable=SC2046,SC2086
    host_run 1 timeout -k 5 60 "$memwatch" run ${options-} -- $(hosts_mpirun "$mpi" 1 1 1) "$@" >out 2>err </dev/null
}
left() { host_run "$1" find /dev/shm -mindepth 1 -path '*memwatch-*'; }

for mpi in $(mpis); do
    die=$(program "$mpi" grow_and_die)
    for host in 2 3; do
        for how in SEGV KILL; do
            run "$mpi" "$die" --how $(echo $how | tr 'A-Z' 'a-z') --rank $((host - 1)) --mib 48
            check "$mpi: SIG$how on host $host: its cause is known" \
                says "rank $((host - 1))( died first,)? (at|on) [^.]*.*killed by SIG$how|rank $((host - 1)) .*killed by SIG$how"
            check "$mpi: SIG$how on host $host: nothing is left there" same "$(left 2; left 3)" ''
        done
    done
done

# The command line of a daemon, which every user of its host can read, does not contain the complete name of the run directory.
cat >"$work/show" <<END
#!/bin/sh
echo "\$*" >>"$work/shown"
exec "$hosts_rsh" "\$@"
END
chmod 755 "$work/show"
secret() { sed -n 's/.*MEMWATCH_WAITS=\([^ "]*\).*/\1/p' shown | head -n 1; }
for mpi in $(mpis); do
    rm -f shown
    ln -sf "$work/show" bin/ssh
    OMPI_MCA_plm_rsh_agent=$work/show PRTE_MCA_plm_ssh_agent=$work/show options=--keep run "$mpi" "$(program "$mpi" busy)" --calls 3
    rundir=$(sed -n 's/.*the run directory is kept: //p' err)
    check "$mpi: the daemon gets the library" grep -q 'LD_PRELOAD=[^ ]*/libmemwatch-wait.so' shown
    check "$mpi: and the beginning of the run directory's name, not all of it" \
        sh -c 'case $1 in "$2") exit 1 ;; "$2"????????????) ;; *) exit 1 ;; esac' sh "$rundir" "$(secret)"
    rm -f shown
    OMPI_MCA_plm_rsh_agent=$work/show PRTE_MCA_plm_ssh_agent=$work/show options=--no-wait-library run "$mpi" "$(program "$mpi" busy)" --calls 3
    check "$mpi: --no-wait-library: the daemon does not get it" sh -c '[ -s shown ] && ! grep -q LD_PRELOAD shown'
    ln -sf "$hosts_rsh" bin/ssh
done

# Settings of the user are kept.
for mpi in $(mpis); do
    case $mpi in
        openmpi) setting='OMPI_MCA_orte_launch_agent=env MINE=1 orted' ;;
        mpich) setting=HYDRA_LAUNCHER_EXEC=$hydra_exec ;;
    esac
    env "$setting" "$memwatch" run --quiet -- sh -c 'env' >out 2>err
    check "$mpi: a launch agent set by the user is kept" grep -q -x -F "$setting" out
done
done_testing
