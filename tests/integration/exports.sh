# SPDX-License-Identifier: MIT
# What the preloaded libraries export and require: only their own names; any libc, also an old one or musl.
. "${srcdir:-.}/tests/lib.sh"

none() { [ -z "$1" ] || { echo "$1"; return 1; }; }

# The libc functions that a library may use: all are in glibc 2.17 and in musl. No socket: ranks communicate only by MPI.
cat >libc <<END
_Exit __cxa_finalize __environ __errno_location __fxstat __isoc99_sscanf __progname __sched_cpucount __stack_chk_fail __xstat _exit abort
access bcmp calloc chdir clock_gettime clone close closedir dl_iterate_phdr dup2 environ execve faccessat fcntl
fdopendir flock free fstatfs fsync ftruncate getauxval getcwd getenv geteuid gethostname getpid getppid
getrlimit getrusage getsockopt kill lseek malloc memchr memcmp memcpy memmove
memset mkdir mlock mmap munmap nanosleep open openat posix_fallocate posix_memalign pread process_vm_readv
program_invocation_short_name pthread_attr_destroy pthread_cond_broadcast pthread_cond_wait pthread_mutex_lock pthread_mutex_unlock pthread_self
pthread_setcancelstate pthread_setcanceltype pwrite qsort read
readdir readlink readlinkat realloc renameat rmdir sched_getaffinity sched_yield setsid shmat shmctl
shmdt shmget sigaddset sigdelset sigemptyset sigfillset sigismember sigpending sigtimedwait snprintf statfs stpcpy strcat strchr
strcmp strcpy strcspn strerror strlen strncmp strncpy strnlen strrchr strspn strstr strtol strtoul strtoull syscall sysconf
uname unlinkat vdprintf vsnprintf vsscanf wait4 waitid waitpid write
END
tr ' ' '\n' <libc | sort -u >may_ask
newest=2.17
[ "$(uname -m)" != riscv64 ] || newest=2.27

# GLIBC_ versions above $newest in a library's needs.
too_new() {
    readelf -V -W "$1" | grep -o 'Name: GLIBC_[0-9.]*' | sed 's/.*_//' | sort -u -V |
        while read -r version; do
            [ "$(printf '%s\n' "$version" "$newest" | sort -V | tail -n 1)" = "$newest" ] || echo "GLIBC_$version"
        done
}
asked() { nm -D --undefined-only "$1" | sed -n "s/^ *$2 \([^@]*\).*/\1/p" | sort -u; }

# Functions that glibc's headers call by new names since 2.38, if the library does not bring these names (pmpi/base/compat_numbers.c).
renamed() { nm "$1" | grep -q ' __isoc23_strtol$' || asked "$1" U | grep -x -E 'strto.*|v?sscanf|__isoc.*'; }

# library NAME FILE EXPORTS: `EXPORTS`, a regular expression, is what it may define.
library() {
    library=$1 file=$2
    nm -D --defined-only "$file" | awk '{print $3}' | sort >exports
    check "$library: exports nothing but its names" none "$(grep -v -E "^($3)\$" exports)"
    check "$library: installs no signal handler, starts no thread" none "$(asked "$file" '[Uw]' | grep -x -E 'sigaction|signal|pthread_create')"
    if [ "$SANITIZERS" = yes ]; then
        skip "$library: requires only libc" "built with sanitizers"
        return
    fi
    check "$library: needs only libc" none "$(readelf -d -W "$file" | grep NEEDED | grep -v -F '[libc.so.6]')"
    check "$library: of glibc $newest or older" none "$(too_new "$file")"
    check "$library: reads numbers by functions of any glibc, with newer headers as well" none "$(renamed "$file")"
    check "$library: uses only functions of any libc" none "$(asked "$file" U | comm -23 - may_ask)"
}

# It must not call what it wraps: that would be its own function, or another library's.
wrapped='malloc|calloc|realloc|reallocarray|free|memalign|aligned_alloc|posix_memalign|valloc|pvalloc|mmap|mmap64|munmap|mremap|madvise|sbrk|brk'

mpi_names='P?MPI_[A-Z][A-Za-z0-9_]*|P?MPIX_[A-Z][a-z_]*_init'
phase_names='memwatch_pmpi_(phase_(begin|end)|stay_out)'
library libmemwatch-pmpi.so "$shim" "$mpi_names|$phase_names|dlsym|prctl|seccomp|syscall"
library libmemwatch-heap.so "$(dirname "$shim")/libmemwatch-heap.so" \
    "$wrapped|memwatch_heap_link"
check "and it calls none of them" none "$(asked "$(dirname "$shim")/libmemwatch-heap.so" '[Uw]' | grep -x -E "$wrapped")"
library libmemwatch-wait.so "$(dirname "$shim")/libmemwatch-wait.so" '(__)?wait(pid)?|wait[34]|waitid|kill(pg)?'

musl=$(ls /lib/ld-musl-*.so.1 2>/dev/null | head -n 1)
if [ -n "$musl" ]; then
    nm -D --defined-only "$musl" | awk '{print $3}' | sort -u >musl
    check "musl has all of that" none "$(comm -23 may_ask musl)"
else
    skip "musl has all of that" "needs musl"
fi

nm -D --defined-only "$shim" | awk '{print $3}' | sort >exports
check "every MPI_ has its PMPI_" \
    same "$(grep -E '^MPIX?_' exports | sed 's/^/P/')" "$(grep -E '^PMPIX?_' exports)"
for name in Barrier Bcast Gather Gatherv Scatter Scatterv Allgather Allgatherv Alltoall Alltoallv Alltoallw Reduce \
    Allreduce Reduce_scatter Reduce_scatter_block Scan Exscan Neighbor_allgather Neighbor_allgatherv \
    Neighbor_alltoall Neighbor_alltoallv Neighbor_alltoallw; do
    lower=$(echo "$name" | tr 'A-Z' 'a-z')
    printf '%s\n' "MPI_$name" "MPI_I$lower" "MPI_${name}_init" "MPIX_${name}_init"
    [ "$name" = Barrier ] || printf '%s\n' "MPI_${name}_c" "MPI_I${lower}_c" "MPI_${name}_init_c"
done | sort >wanted
check "each of the 22 collectives in each form" none "$(comm -13 exports wanted)"
check "151 forms in all" same "$(wc -l <wanted)" 151
check "no undefined MPI name: not linked to any MPI" none "$(nm -D --undefined-only "$shim" | grep -E 'MPI|ompi')"
# Linked into a program, it must not be found before libc's functions.
check "the archive defines MPI names and the phase API only" none \
    "$(nm -g --defined-only "$top_builddir/pmpi/libmemwatch-pmpi.a" | awk 'NF == 3 {print $3}' | grep -x -E 'malloc|free|mmap|dlsym|prctl|seccomp|syscall|fstat|pthread_.*|_dl_.*')"
done_testing
