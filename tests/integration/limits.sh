# SPDX-License-Identifier: MIT
# The headroom refers to the limit of the job: here a separate cgroup.
. "${srcdir:-.}/tests/lib.sh"

name=memwatch-test-$$
if [ -w /sys/fs/cgroup/memory ] && mkdir "/sys/fs/cgroup/memory/$name" 2>/dev/null; then
    group=/sys/fs/cgroup/memory/$name limit=memory.limit_in_bytes
elif grep -qw memory /sys/fs/cgroup/cgroup.subtree_control 2>/dev/null && mkdir "/sys/fs/cgroup/$name" 2>/dev/null; then
    group=/sys/fs/cgroup/$name limit=memory.max
else
    skip_all "no right to make a memory cgroup on this machine"
fi
echo $((700 << 20)) >"$group/$limit"

# The shell that enters the group runs only memwatch.
inside() { sh -c 'echo $$ >"$1/cgroup.procs"; shift; exec "$@"' sh "$group" "$@"; }

mpi=$(mpis | head -n 1)
inside "$memwatch" run -- "$(mpirun_of "$mpi")" -n 2 "$(program "$mpi" busy)" --calls 20 >out 2>err
check "the job in a cgroup ends well" [ $? = 0 ]
check "the headroom refers to its limit" grep -q -E 'left of 700\.0 MiB' err
check "with the kernel's peak of the cgroup" grep -q -i 'cgroup' err
n=0
until rmdir "$group" 2>/dev/null || [ $n = 50 ]; do sleep 0.1; n=$((n + 1)); done
done_testing
