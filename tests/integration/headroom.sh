# SPDX-License-Identifier: MIT
# The memory left is reported for the limit that applies, whatever the limit counts: address space, private writable memory,
# what a control group is charged for, the memory of the node.
. "${srcdir:-.}/tests/lib.sh"

lines() { tr -s ' \n' ' ' <report; } # the report as one line, to match text across line breaks
# The number of MiB left according to the report, of a limit.
left() { # LIMIT WHOSE, both regular expressions
    lines | sed -n "s%.* Headroom \(at most \|about \|\)\([0-9.]*\) \([KM]\)iB left of $1, $2.*%\2 \3%p" |
        awk '{ print $2 == "K" ? $1 / 1024 : $1 }'
}
less() { # NUMBER MIB
    awk -v a="$1" -v b="$2" 'BEGIN { if (a == "" || a + 0 > b) { print "\"" a "\" is not at most " b; exit 1 } }'
}
more() {
    awk -v a="$1" -v b="$2" 'BEGIN { if (a == "" || a + 0 < b) { print "\"" a "\" is not at least " b; exit 1 } }'
}
metric() { sed -n "s/^$1[^ ]* //p" metrics; }
says() { lines | grep -q -E "$1" || { cat report; return 1; }; }

# job MPI RANKS PROGRAM ARGUMENTS: its report in `report`; the status is the job's.
job() {
    mpi=$1 ranks=$2
    shift 2
    rm -f report metrics
    timeout 120 "$memwatch" run --report report --metrics metrics -- "$(mpirun_of "$mpi")" -n "$ranks" \
        "$(program "$mpi" headroom)" "$@" >out 2>err
}
# limited OPTION KIB: the rest under that ulimit, of the shell that runs it.
limited() (
    ulimit "$1" "$2"
    shift 2
    job "$@"
)

for mpi in $(mpis); do
    limited -v 512000 "$mpi" 2 grow 20 abort # MPI_Abort itself allocates: more is left than it needs
    check "$mpi: ulimit -v: the job's status" same $? 7
    check "$mpi: ulimit -v ended the job: the memory left, and whose limit it was" less "$(left '500.0 MiB' 'ulimit -v .address space. of rank 1')" 24
    check "$mpi: ulimit -v: what it counts, and what not" says 'address space was .* \(VmPeak, .*does not count RSS'
    check "$mpi: ulimit -v: the post-mortem agrees" says 'rank 1 .*near its limit: .* left of 500.0 MiB, ulimit -v'

    limited -d 307200 "$mpi" 2 grow 5 segv
    check "$mpi: ulimit -d: the job fails" [ $? != 0 ]
    check "$mpi: ulimit -d ended the job: the memory left, and whose limit it was" less "$(left '300.0 MiB' 'ulimit -d .data segment. of rank 1')" 24

    limited -v 819200 "$mpi" 2 hold 450
    check "$mpi: memory that is not touched counts: status" same $? 0
    check "$mpi: memory that is not touched counts" less "$(left '800.0 MiB' 'ulimit -v .address space. of rank [01]')" 350
    check "$mpi: it is the kernel's value, not sampled" says 'Headroom [0-9.]* MiB left .*VmPeak, exact'
    check "$mpi: metrics have the same" near "$(metric memwatch_headroom_bytes)" \
        "$(left '800.0 MiB' 'ulimit -v .*' | awk '{ printf "%.0f", $1 * 1048576 }')" 60000

    job "$mpi" 2 own 1500
    check "$mpi: a limit that the program sets itself" says 'left of 1.5 GiB, ulimit -v .address space. of rank 1 '
done
known_alone() {
    [ -n "$MPICH_RUN" ] || cannot "needs MPICH" || return
    "$@"
}
check "without the launcher: from the records of the ranks" known_alone sh -c 'ulimit -v 819200 &&
    "$1" -n 2 -genv LD_PRELOAD "$2" "$3" hold 450 2>&1 | grep "Headroom .* left of 800.0 MiB, ulimit -v"' \
    sh "$MPICH_RUN" "$shim" "$(program mpich headroom)"

# ---- the node ----

total=$(($(getconf _PHYS_PAGES) * $(getconf PAGESIZE)))
gib=$(awk -v b="$total" 'BEGIN { printf "%.1f", b / 1024 / 1024 / 1024 }')
rm -f report metrics
"$memwatch" run --report report --metrics metrics -- sleep 0.2 2>err
check "the node: its memory as the kernel reports it" near "$(sed -n 's/^memwatch_limit_bytes{.*limit="node".*} //p' metrics)" "$total" 4096
if unshare -m mount -t proc -o subset=pid proc /proc 2>/dev/null; then
    rm -f report metrics
    # shellcheck disable=SC2016
    unshare -m sh -c 'mount -t proc -o subset=pid proc /proc; exec "$0" run --report report --metrics metrics -- sleep 0.2' \
        "$memwatch" 2>err
    check "/proc without meminfo: sysinfo gives the memory" says "about [0-9.]* .iB left of $gib GiB, the memory of the node"
    check "/proc without meminfo: the report says that it may include page cache" says 'does not say here how much of it is page cache'
    check "/proc without meminfo: the same number" near \
        "$(sed -n 's/^memwatch_limit_bytes{.*limit="node".*} //p' metrics)" "$total" 4096
    rm -f report
    # shellcheck disable=SC2016
    MEMWATCH_SHIM=$shim unshare -m sh -c 'mount -t tmpfs none /proc; exec "$0" run --report report -- true' "$memwatch" 2>err
    check "no /proc: the same" says "about [0-9.]* .iB left of $gib GiB, the memory of the node"
else
    skip "/proc with subset=pid" "that cannot be mounted here"
fi

# ---- control groups ----

name=memwatch-headroom-$$
if [ -w /sys/fs/cgroup/memory ] && mkdir "/sys/fs/cgroup/memory/$name" 2>/dev/null; then
    group=/sys/fs/cgroup/memory/$name limit=memory.limit_in_bytes
elif grep -qw memory /sys/fs/cgroup/cgroup.subtree_control 2>/dev/null && mkdir "/sys/fs/cgroup/$name" 2>/dev/null; then
    group=/sys/fs/cgroup/$name limit=memory.max
    echo +memory >"$group/cgroup.subtree_control"
else
    skip "control groups" "no right to make a memory cgroup on this machine"
    done_testing
    exit
fi
shm=$(mktemp -d "/dev/shm/$name-XXXXXX")
inside() { # GROUP, then as job; in a separate shell, which enters the group
    rm -f report metrics
    # shellcheck disable=SC2016
    sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$1" timeout 120 "$memwatch" run --report report --metrics metrics -- \
        "$(mpirun_of "$2")" -n 2 "$(program "$2" headroom)" files "$shm" "$3" >out 2>err
}
mpi=$(mpis | tail -n 1)

mkdir "$group/job" "$group/other"
echo $((150 << 20)) >"$group/job/$limit"
inside "$group/job" "$mpi" 66
check "files in /dev/shm fill the group, and the OOM killer comes" says "OOM killer"
check "the report says that nothing is left" says "Headroom nothing left of 150.0 MiB, the limit of control group .*$name/job"
check "the report names what filled it" says '[0-9.]+ MiB files in tmpfs and shared memory'
rm -f "$shm"/*

echo $((400 << 20)) >"$group/job/$limit"
inside "$group/job" "$mpi" 70
check "files in /dev/shm count: status" same $? 0
check "files in /dev/shm count, and nothing is left of them" less "$(left '400.0 MiB' "the limit of control group .*$name/job")" 260
check "but not more than exists" more "$(left '400.0 MiB' 'the limit.*')" 100

# Processes in a sibling group use up the limit of the parent group.
echo $((360 << 20)) >"$group/$limit"
# shellcheck disable=SC2016
sh -c 'echo $$ >"$0/cgroup.procs" && exec head -c 180M /dev/zero' "$group/other" >"$shm/filler"
inside "$group/job" "$mpi" 20
check "the limit of a group above: status" same $? 0
check "the parent group is the tighter limit: it is named, with the usage of others" \
    less "$(left '360.0 MiB' "the limit of control group /sys/fs/cgroup/[a-z]*/*$name")" 140
rm -rf "$shm"
n=0
until rmdir "$group/job" "$group/other" "$group" 2>/dev/null || [ $n = 50 ]; do sleep 0.1; n=$((n + 1)); done
done_testing
