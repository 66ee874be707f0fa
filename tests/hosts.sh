# SPDX-License-Identifier: MIT
# Emulated hosts for a test, on this machine. To be sourced after tests/lib.sh.
#
#     . "${srcdir:-.}/tests/lib.sh"
#     . "${srcdir:-.}/tests/hosts.sh"
#     hosts_up 3                                   # or skips the test with the reason
#     host_run 1 "$memwatch" run -- $(hosts_mpirun openmpi 2 2 2) ./app >out 2>err
#     host_link_down 3
#
# Each host has a separate network, host name (mwh1, mwh2, ...), process tree, /dev/shm and /tmp. Of /tmp only $work, the
# build tree and the sources are shared, at the same paths (like a cluster's home directories). The hosts are connected by
# a bridge in a separate network, so this machine's network is not changed, and tests that run at the same time are
# isolated. Everything ends with the test, however it ends: the first process of each host waits for the end of a pipe
# of this shell, and its processes, networks and mounts end with it.
#
# hosts_kernel 2 4.18, before hosts_up, runs processes that $hosts_rsh starts on host 2 as on an older kernel
# (tests/tools/oldkernel).
#
# Hosts are connected only by TCP, and by $hosts_rsh, a substitute for ssh that passes on no environment. mpirun is
# configured to use it.

hosts=0
hosts_rsh=$work/rsh
mwhost=$top_builddir/tests/tools/mwhost
PATH=$PATH:/usr/sbin:/sbin

# The outer pid of a host's first process, for nsenter. Host 0 is that of the bridge.
host_pid() { cat "$work/hosts/$1.pid"; }

# host_addr HOST: its address.
host_addr() { echo "10.77.0.$((10 + $1))"; }

# host_name HOST: the result of gethostname() there. Names resolve on all hosts.
host_name() { echo "mwh$1"; }

# hosts_kernel HOST KERNEL: skips the test if that is not possible.
hosts_kernel() {
    "$top_builddir/tests/tools/oldkernel" "$2" true || skip_all "cannot run programs as on Linux $2 here"
    eval "hosts_kernel_$1=$2"
}

# host_run HOST command...: in that host, with this shell's environment, directory, stdin, stdout and stderr; returns
# its status. TMPDIR is the host's /tmp. To limit its time: host_run 1 timeout 60 command...
host_run() {
    host_run_pid=$(host_pid "$1")
    shift
    # (without the pipe that keeps the hosts alive)
    nsenter -t "$host_run_pid" -m -u -i -n -p --wd="$(pwd)" -- env TMPDIR=/tmp "$@" 9>&-
}

# hosts_numbered N: whether the run directory on host 1 has the numbers of N ranks: they have left MPI_Init.
hosts_numbered() {
    [ "$(host_run 1 sh -c '"$1" /dev/shm/memwatch-*' sh "$mwdump" 2>/dev/null | grep -c '^rank rank=[0-9]')" = "$1" ]
}

# host_link_down HOST, host_link_up HOST: disconnects it, connects it again and waits until it works: the kernel
# remembers addresses without an answer for a while.
host_link_down() { nsenter -t "$(host_pid 0)" -n -- ip link set "port$1" down; }
host_link_up() {
    nsenter -t "$(host_pid 0)" -n -- ip link set "port$1" up
    for hosts_i in $(seq "$hosts"); do
        [ "$hosts_i" = "$1" ] || until_true hosts_meet "$1" "$hosts_i" >"$work/hosts/link.log" || cat "$work/hosts/link.log"
    done
}

# Both get an answer from the other: connection refused.
hosts_meet() {
    host_run "$1" bash -c "exec 3<>/dev/tcp/$(host_addr "$2")/1" 2>&1 | grep -q refused &&
        host_run "$2" bash -c "exec 3<>/dev/tcp/$(host_addr "$1")/1" 2>&1 | grep -q refused
}

# hosts_mpirun MPI N1 N2 ...: prints the arguments of an mpirun that puts N1 ranks on host 1, N2 on host 2, in this order. A
# host with 0 ranks is left out.
hosts_mpirun() {
    hosts_mpi=$1 hosts_total=0 hosts_list='' hosts_i=0
    shift
    for hosts_n in "$@"; do
        hosts_i=$((hosts_i + 1))
        hosts_at=$(host_addr $hosts_i)
        [ "$hosts_mpi" != "$hosts_named" ] || hosts_at=$(host_name $hosts_i)
        [ "$hosts_n" = 0 ] || hosts_list="$hosts_list,$hosts_at:$hosts_n"
        hosts_total=$((hosts_total + hosts_n))
    done
    case $hosts_mpi in
        openmpi) echo "$OPENMPI_RUN -n $hosts_total --host ${hosts_list#,}" ;;
        mpich) echo "$MPICH_RUN -n $hosts_total -hosts ${hosts_list#,}" ;;
    esac
}

# hosts_up N: makes hosts 1 to N. Skips the test if that is not possible.
hosts_up() {
    [ "$(id -u)" = 0 ] || skip_all "making hosts (namespaces) needs root"
    for hosts_tool in unshare nsenter ip; do
        command -v $hosts_tool >/dev/null 2>&1 || skip_all "needs $hosts_tool (util-linux, iproute2)"
    done
    [ -x "$mwhost" ] || skip_all "needs tests/tools/mwhost (make check builds it)"
    mkdir "$work/hosts"
    mkfifo "$work/hosts/life"
    exec 9<>"$work/hosts/life"
    trap hosts_finish EXIT
    hosts_write_files "$1"
    hosts_mend_ucx
    for hosts_i in $(seq 0 "$1"); do
        hosts_start "$hosts_i" || skip_all "cannot make hosts here: $(tail -n 1 "$work/hosts/$hosts_i.log")"
    done
    hosts=$1
    hosts_join >"$work/hosts/ip.log" 2>&1 || skip_all "cannot join hosts by a bridge: $(tail -n 1 "$work/hosts/ip.log")"
    hosts_settings
}

# hosts_down: ends all hosts. Also called when the test ends.
hosts_down() {
    [ -d "$work/hosts" ] || return 0
    exec 9>&-
    for hosts_file in "$work"/hosts/*.unshare; do
        [ -e "$hosts_file" ] || continue
        hosts_i=$(basename "$hosts_file" .unshare)
        # a background process of the test may have the pipe, too
        [ ! -e "$work/hosts/$hosts_i.pid" ] || kill -KILL "$(host_pid "$hosts_i")" 2>/dev/null
        wait "$(cat "$hosts_file")" 2>/dev/null
    done
    rm -rf "$work/hosts"
    hosts=0
}

# ---- inside a host ----

# Debian 12's MPICH (4.0.2 over UCX 1.13) hangs in MPI_Finalize over TCP when ranks get there at different times, in
# every second job of any kind: to close a connection each side waits for a last answer from the other, which may no
# longer answer. In these hosts connections stay open, and end with the process.
hosts_mend_ucx() {
    for hosts_lib in /usr/lib/*/libmpich.so.12; do
        [ -e "$hosts_lib" ] && ldd "$hosts_lib" | grep -q libucp || continue
        echo 'void *ucp_disconnect_nb(void *ep) { (void)ep; return 0; }' >"$work/hosts/close.c"
        $BUILD_CC -shared -fPIC -o "$work/hosts/close.so" "$work/hosts/close.c" >"$work/hosts/close.log" 2>&1
    done
}

hosts_finish() {
    hosts_status=$?
    hosts_down 2>/dev/null
    (exit $hosts_status)
    finish
}

# The setup of a host before its first process: name and mounts, with $work and the trees mounted again below /tmp. The
# outer pid is read from the old /proc.
hosts_write_files() {
    for hosts_i in $(seq 1 "$1"); do
        echo "$(host_addr "$hosts_i") $(host_name "$hosts_i")"
    done >"$work/hosts/etc-hosts"
    echo "127.0.0.1 localhost" >>"$work/hosts/etc-hosts"
    cat >"$work/hosts/boot" <<'END'
set -e
dir=$1 host=$2 mwhost=$3 kernel=$4 oldkernel=$5
shift 5
read -r outer rest </proc/self/stat
mount -t proc proc /proc
echo "mwh$host" >/proc/sys/kernel/hostname
ip link set lo up
mkdir "$dir/$host.etc"
mount -t tmpfs tmpfs "$dir/$host.etc"
mkdir "$dir/$host.etc/upper" "$dir/$host.etc/work"
mount -t overlay -o "lowerdir=/etc,upperdir=$dir/$host.etc/upper,workdir=$dir/$host.etc/work" overlay /etc
cp "$dir/etc-hosts" /etc/hosts
[ ! -e "$dir/close.so" ] || echo "$dir/close.so" >/etc/ld.so.preload
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mkdir "$dir/$host.tmp"
mount -t tmpfs -o mode=1777 tmpfs "$dir/$host.tmp"
for path; do
    case $path in
        /tmp/*)
            mkdir -p "$dir/$host.tmp/${path#/tmp/}"
            mount --bind "$path" "$dir/$host.tmp/${path#/tmp/}" ;;
    esac
done
mount --move "$dir/$host.tmp" /tmp
cd /
echo "$outer" >"$dir/$host.new"
mv "$dir/$host.new" "$dir/$host.pid"
exec ${kernel:+"$oldkernel" "$kernel"} "$mwhost" init "$dir/$host.socket"
END
    cat >"$hosts_rsh" <<END
#!/bin/sh
# as ssh: [options] HOST command...
while :; do
    case \$1 in -*) shift ;; *) break ;; esac
done
host=\${1#*@}
case \$host in mwh*) host=\${host#mwh} ;; *) host=\$((\${host##*.} - 10)) ;; esac
shift
environment='${ASAN_OPTIONS:+export ASAN_OPTIONS=$ASAN_OPTIONS; }'
exec "$mwhost" rsh "$work/hosts/\$host.socket" "\${environment}\$*"
END
    chmod 755 "$hosts_rsh"
}

hosts_start() {
    unshare --mount --uts --ipc --net --pid --fork sh "$work/hosts/boot" "$work/hosts" "$1" "$mwhost" \
        "$(eval "echo \"\${hosts_kernel_$1-}\"")" "$top_builddir/tests/tools/oldkernel" \
        "$top_srcdir" "$top_builddir" "$work" <"$work/hosts/life" >"$work/hosts/$1.log" 2>&1 9>&- &
    echo $! >"$work/hosts/$1.unshare"
    for hosts_try in $(seq 600); do
        [ -S "$work/hosts/$1.socket" ] && return 0
        kill -0 $! 2>/dev/null || return 1
        sleep 0.1
    done
    echo "it does not start within 60 s" >>"$work/hosts/$1.log"
    return 1
}

hosts_join() {
    set -- "$(host_pid 0)"
    nsenter -t "$1" -n -- ip link add hub type bridge &&
        nsenter -t "$1" -n -- ip link set hub up || return 1
    for hosts_i in $(seq 1 "$hosts"); do
        nsenter -t "$1" -n -- ip link add "port$hosts_i" type veth peer name eth0 netns "$(host_pid "$hosts_i")" &&
            nsenter -t "$1" -n -- ip link set "port$hosts_i" master hub up &&
            nsenter -t "$(host_pid "$hosts_i")" -n -- ip addr add "$(host_addr "$hosts_i")/24" dev eth0 &&
            nsenter -t "$(host_pid "$hosts_i")" -n -- ip link set eth0 up || return 1
    done
}

# For mpirun, in the environment: how to reach another host, and over which network. PRRTE, of Open MPI 5 and later, requires
# host names.
hosts_settings() {
    export OMPI_MCA_plm_rsh_agent="$hosts_rsh"
    export OMPI_MCA_btl_tcp_if_include=10.77.0.0/24 OMPI_MCA_oob_tcp_if_include=10.77.0.0/24
    export OMPI_MCA_btl=tcp,self,vader OMPI_MCA_pml=ob1
    hosts_named=
    case $("${OPENMPI_RUN:-false}" --version 2>/dev/null | head -n 1) in
        *'(OpenRTE) '*) ;;
        *'(Open MPI) '*)
            hosts_named=openmpi OMPI_MCA_btl=tcp,self,sm
            unset OMPI_MCA_oob_tcp_if_include # ranks of Open MPI 6 complain of it
            export PRTE_MCA_plm_ssh_agent="$hosts_rsh" PRTE_MCA_prte_if_include=10.77.0.0/24 ;;
    esac
    export HYDRA_LAUNCHER=ssh HYDRA_LAUNCHER_EXEC="$hosts_rsh" HYDRA_IFACE=eth0
}
