# SPDX-License-Identifier: MIT
# `memwatch doctor`: status 0 where a run would be complete; otherwise it names the problems, with advice, and the status is 1.
. "${srcdir:-.}/tests/lib.sh"
tools=$PATH

doctor() { "$memwatch" doctor >out 2>err; echo $?; }
# The line of a check that is BAD, and that the line after its findings is advice.
bad() { # name
    grep -q "^  BAD   $1" out && sed -n "/^  BAD   $1/,/→/p" out | grep -q '→ .' || { cat out; return 1; }
}

check "here a run would be complete: 0" same "$(doctor)" 0
check "the report says so" grep -q 'A run here would be complete' out
check "nothing on stderr" [ ! -s err ]
for what in 'MPI libraries' 'MPI launchers' shim 'high-water mark' 'RSS counters' memory 'control group' 'process tree' \
    'other processes' 'causes of death' lines journals 'shared memory' 'open files' 'file size' network; do
    check "a line for: $what" grep -q -E "^  (ok|-)  *$what" out
done
has_mpi() { [ -n "$1" ] || cannot "it is not installed" || return; shift; "$@"; } # its compiler, command
check "Open MPI's library is found" has_mpi "$OPENMPI_CC" grep -q 'Open MPI v.*: /.*libmpi' out
check "MPICH's library is found" has_mpi "$MPICH_CC" grep -q 'MPICH Version.*: /' out
check "RSS precision is measured" grep -q -E 'largest errors in [0-9]+ trials.*RSS [0-9.]+ [KM]?i?B' out
check "--help has examples" sh -c "'$memwatch' doctor --help | grep -q 'srun -N 1 memwatch doctor'"
"$memwatch" doctor --nonsense >out 2>err
check "a wrong option: 125" same $? 125

# Older kernels: the remaining sources of information.
for kernel in 5.3 4.18; do
    "$top_builddir/tests/tools/oldkernel" $kernel true || { skip "as on Linux $kernel" "that cannot be done here"; continue; }
    check "as on Linux $kernel: a run would be complete" same \
        "$("$top_builddir/tests/tools/oldkernel" $kernel "$memwatch" doctor >out 2>err; echo $?)" 0
    check "as on Linux $kernel: no record of the kernel" grep -q 'causes of death .*needs Linux 6.15.*libmemwatch-wait.so' out
    [ $kernel != 4.18 ] || check "as on Linux 4.18: ends are noticed later" grep -q 'no pidfd_open' out
done
check "a launch agent of the user's is named" \
    sh -c 'HYDRA_LAUNCHER=rsh "$1" doctor | grep -q "daemons on other hosts, because HYDRA_LAUNCHER"' sh "$memwatch"
mkdir lone
cp "$shim" lone/
if "$top_builddir/tests/tools/oldkernel" 5.3 true; then
    check "no wait library, and no record of the kernel: 1" same \
        "$(MEMWATCH_SHIM=$work/lone/libmemwatch-pmpi.so "$top_builddir/tests/tools/oldkernel" 5.3 "$memwatch" doctor >out 2>err; echo $?)" 1
    check "it is named" bad 'causes of death'
else
    skip "no wait library, and no record of the kernel" "that cannot be done here"
fi

mkdir bin
for tool in env true sh sed grep; do ln -s "$(command -v $tool)" bin/; done
check "no mpirun on PATH: 1" same "$(PATH=$work/bin doctor)" 1
check "it is named" bad 'MPI launchers'
PATH=$tools
check "no shim: 1" same "$(MEMWATCH_SHIM=$work/no.so doctor)" 1
check "it is named" bad shim
echo nonsense >broken.so
check "a broken shim: 1" same "$(MEMWATCH_SHIM=$work/broken.so doctor)" 1
check "it is named" bad shim
check "ulimit -n 16: 1" same "$(ulimit -n 16; doctor)" 1
check "it is named" bad 'open files'
check "ulimit -f small: 1" same "$(ulimit -f 100; doctor)" 1
check "it is named" bad 'file size'

if unshare -m true 2>/dev/null; then
    cat >places.sh <<'EOM'
for place in /dev/shm "$TMPDIR"; do mount -t tmpfs -o ro none "$place" || exit 77; done
mount --bind /tmp /tmp && mount -o remount,ro,bind /tmp
exec "$1" doctor
EOM
    mkdir places
    TMPDIR=$work/places unshare -m sh places.sh "$memwatch" >out 2>err
    check "no directory for journals: 1" same $? 1
    check "it is named" bad journals
    unshare -m sh -c 'mount -t tmpfs -o size=64k none /dev/shm && "$1" doctor' sh "$memwatch" >out 2>err
    check "a full /dev/shm: other directories are used, 0" same $? 0
    check "and it is reported" grep -q 'not enough space in /dev/shm' out
    unshare -m sh -c 'mount --bind /proc /proc && mount -o remount,ro,bind /proc && "$1" doctor' sh "$memwatch" >out 2>err
    check "/proc is read-only: 1" same $? 1
    check "it is named" bad 'high-water mark'
    # A trial without a result is no finding.
cat >crash.c <<'C'
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
static pid_t first;
__attribute__((constructor)) static void begin(void) { first = getpid(); }
int munmap(void *memory, size_t size)
{
    if (getpid() != first && size >= 1 << 20) /* what a trial frees */
        abort();
    return (int)syscall(SYS_munmap, memory, size);
}
C
if [ "$SANITIZERS" != yes ] && ${CC:-cc} -shared -fPIC -o crash.so crash.c; then
    LD_PRELOAD="$work/crash.so" "$memwatch" doctor >out 2>err
    check "a trial that crashes: status 0" same $? 0
    check "and that nothing is known" grep -q '^  -  *RSS counters  *not known: the trial crashed, or did not end' out
fi

check "nothing is left in /dev/shm" \
        unshare -m sh -c 'mount -t tmpfs none /dev/shm && "$1" doctor && [ -z "$(ls -A /dev/shm)" ]' sh "$memwatch"
else
    skip "read-only places" "unshare -m is not allowed"
fi
done_testing
