# SPDX-License-Identifier: MIT
# The preloaded libraries enter every process of a job, MPI or not, whatever its language and linking: it runs as without them.
. "${srcdir:-.}/tests/lib.sh"

libraries=$shim # a list, separated by colons

# as_before COMMAND...: same status, standard output and standard error, with symbols bound late and at once.
as_before() {
    "$@" >bare.out 2>bare.err
    bare=$?
    for now in '' 1; do
        env LD_PRELOAD="$libraries" LD_BIND_NOW=$now "$@" >out 2>err
        same "$?" $bare && cmp out bare.out && cmp err bare.err || return 1
        MEMWATCH_RUN_DIR=$work/run env LD_PRELOAD="$libraries" LD_BIND_NOW=$now "$@" >out 2>err
        same "$?" $bare && cmp out bare.out && cmp err bare.err || return 1
    done
}
mkdir -m 700 run
: >"run/exits-$(cat /proc/sys/kernel/hostname)"

check "true" as_before true
check "a shell with children" as_before sh -c 'echo one; (exit 3); echo $? | cat; exit 4'
check "python" as_before python3 -c 'import ctypes, threading; threading.Thread(target=print, args=("x",)).start()'
check "perl" as_before perl -e 'print "x\n"; exit 5'

cat >own.c <<'END'
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
__attribute__((constructor)) static void early(void) { syscall(SYS_getpid); }
int main(void)
{
    char name[16] = "";
    int status = 0;
    long n = syscall(SYS_readlinkat, -100, "/nowhere", name, 16L);
    printf("%ld %d ", n, errno);
    prctl(PR_SET_NAME, "short", 0, 0, 0);
    prctl(PR_GET_NAME, name);
    printf("%s %d ", name, prctl(-1, 1, 2, 3, 4));
    printf("%ld\n", syscall(SYS_getpid) - getpid());
    fflush(stdout);
    if (!fork())
        exit(7);
    wait(&status);
    return WEXITSTATUS(status);
}
END
# built TITLE COMPILER...: compiles own.c, and runs it.
built() {
    title=$1
    shift
    if ! "$@" -O1 -o own own.c >compiler 2>&1; then
        skip "$title" "$1 does not build it: $(head -n 1 compiler)"
        return
    fi
    check "$title" as_before ./own
}
built "prctl() and syscall() of libc" gcc
built "linked statically" gcc -static
built "without libdl and libpthread, bound at once" gcc -Wl,-z,now
built "with musl" musl-gcc
built "with musl, statically" musl-gcc -static
built "with musl, position dependent" musl-gcc -no-pie
if ls /usr/lib/*/libjemalloc.so.2 >/dev/null 2>&1 && gcc -O1 -o own own.c; then
    libraries=$shim:$(ls /usr/lib/*/libjemalloc.so.2 | head -n 1)
    check "another allocator, behind" as_before ./own
    libraries=$(ls /usr/lib/*/libjemalloc.so.2 | head -n 1):$shim
    check "another allocator, in front" as_before ./own
    libraries=$shim
else
    skip "another allocator" "needs libjemalloc.so.2"
fi
if [ "$(id -u)" = 0 ] && gcc -O1 -o own own.c && chmod 755 "$work" && chmod 4755 own && as_user test -x ./own; then
    check "set-uid" as_before setpriv --reuid=65534 --regid=65534 --clear-groups ./own
else
    skip "set-uid" "needs root"
fi
if [ "$SANITIZERS" = yes ]; then
    skip "AddressSanitizer" "memwatch itself is built with it"
else
    export ASAN_OPTIONS=verify_asan_link_order=0
    built "AddressSanitizer" gcc -fsanitize=address
    built "ThreadSanitizer" gcc -fsanitize=thread
    unset ASAN_OPTIONS
fi
done_testing
