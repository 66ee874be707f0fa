#!/bin/sh
# SPDX-License-Identifier: MIT
# Ranks that ran without a record: the report has the observed reason, never a guess.
. "${srcdir:-.}/tests/lib.sh"

[ -n "$(mpis)" ] || skip_all 'no MPI library'
cc=$BUILD_CC
command -v "${cc%% *}" >/dev/null || skip_all 'no compiler'

words() { tr -s ' \n' ' ' <rep; }
says() { words | grep -q -E "$1" || { sed -n '/No rank/,/^Processes/p; /^Notes/,$p' rep; return 1; }; }
reasons() { python3 -c 'import json; print(*sorted({u["reason"] for u in json.load(open("rec"))["unrecorded"]}))'; }
run() { timeout 120 "$memwatch" run --force --report rep -o rec -- "$@" >out 2>err; }

# because MPI REASON TEXT command of the ranks...
because() {
    mpi=$1 reason=$2 text=$3
    shift 3
    run "$(mpirun_of "$mpi")" -n 2 "$@"
    check "$mpi: $reason: the text" says "No rank reported\..* Why: · $text"
    check "$mpi: $reason: the record" same "$(reasons)" "$reason"
}

# A program that wraps MPI_Init itself: dlsym(RTLD_NEXT) returns the function after its own.
cat >fetches.c <<'EOF'
#include <dlfcn.h>
#include <stdio.h>
int MPI_Init(void *c, void *v) { (void)c; (void)v; return 1; }
int MPI_Finalize(void) { return 1; }
int main(int argc, char **argv)
{
    void *library = dlopen(argv[1], RTLD_NOW | (argc > 2 ? RTLD_GLOBAL : RTLD_LOCAL));
    int (*init)(void *, void *), (*finalize)(void);

    if (!library)
        return puts(dlerror()), 2;
    *(void **)&init = dlsym(library, "MPI_Init");
    *(void **)&finalize = dlsym(library, "MPI_Finalize");
    return init(NULL, NULL) || finalize();
}
EOF
$cc -rdynamic -o fetches fetches.c -ldl || exit 1

# An unknown MPI, linked to its program.
echo 'int MPI_Init(void *c, void *v) { (void)c; (void)v; return 0; }' >fake.c
$cc -shared -fPIC -Wl,-soname,libmpi.so.99 -o libmpi.so.99 fake.c || exit 1
echo 'int MPI_Init(void *, void *); int main(void) { return MPI_Init(0, 0); }' >strange.c
$cc -o strange strange.c ./libmpi.so.99 -Wl,-rpath,"$work" || exit 1

echo 'int MPI_Get_version(int *, int *); int main(void) { int a, b; return MPI_Get_version(&a, &b); }' >asks.c
printf '#include <unistd.h>\nint main(void) { usleep(700000); return 0; }\n' >sleeps.c
$cc -static -o sleeps sleeps.c 2>/dev/null
$cc -o waits sleeps.c
printf '#include <signal.h>\n#include <unistd.h>\nint main(void) { usleep(700000); return raise(SIGKILL); }\n' >dies.c
$cc -o dies dies.c

for mpi in $(mpis); do
    app=$(program "$mpi" busy) other=$(program "$mpi" pmpi_tool.so) run=$(mpirun_of "$mpi")
    library=$(ldd "$app" | sed -n 's/^[[:space:]]*\(libmpi[ch]*\.so[^ ]*\) .*/\1/p' | head -n 1)
    case $mpi in openmpi) mpicc=$OPENMPI_CC ;; mpich) mpicc=$MPICH_CC ;; esac

    because "$mpi" preload_overridden "2 processes of waits: started with LD_PRELOAD=$other, without memwatch's library" \
        env LD_PRELOAD="$other" ./waits
    because "$mpi" preload_lost "2 processes of waits: started with an environment without LD_PRELOAD;" \
        sh -c 'unset LD_PRELOAD; "$@"; exit $?' sh ./waits
    because "$mpi" dlopen "2 processes of fetches: loaded libmpi[ch]*\.so[^ ]* by dlopen\(\) and called none of its functions by name, nor by what dlsym\(\) gave it" \
        ./fetches "$library"
    because "$mpi" dlopen "2 processes of fetches: loaded libmpi" ./fetches "$library" global
    "$mpicc" -w -o asks asks.c
    because "$mpi" no_init "2 processes of asks: libmpi[ch]*\.so[^ ]* was loaded, and MPI_Init was not called" ./asks
    because "$mpi" unknown_mpi "2 processes of strange: called MPI_Init of libmpi.so.99, an MPI that" ./strange
    because "$mpi" no_mpi '2 processes of waits: no MPI library was loaded at its end' ./waits
    if [ -x sleeps ]; then
        because "$mpi" static '2 processes of sleeps: linked statically' ./sleeps
    else
        skip "$mpi: static" 'no static libc'
    fi
    # an end that leaves no record
    because "$mpi" unknown '2 processes of dies: why is not known' ./dies

    # each is then a separate job
    run "$run" -n 2 env -i ./waits
    check "$mpi: env -i" says "2 processes of waits: started with an environment without LD_PRELOAD and memwatch's other variables"
done

# One rank without a record: the report has the reason.
if [ -n "$OPENMPI_RUN" ] && [ -n "$OPENMPI_CC" ]; then
    app=$(program openmpi busy)
    ranks_with 0 1
    run "$OPENMPI_RUN" -n 3 ./some "$app" --calls 3000
    check 'one of three: it is missing' says '1 of 3 ranks left no record: rank 2'
    check 'one of three: why' says 'without a record: busy: started with an environment without LD_PRELOAD'
    "$memwatch" report rec >rep
    check 'one of three: also from the record' says 'without a record: busy: started with an environment without LD_PRELOAD'
else
    skip 'one of three' 'needs Open MPI'
fi

# Of two consecutive jobs the first has no record: only its report has the reason.
mpi=$(mpis | head -n 1)
if [ -x sleeps ]; then
    run sh -c '"$1" -n 2 ./sleeps; "$1" -n 2 "$2" --calls 100' sh "$(mpirun_of "$mpi")" "$(program "$mpi" busy)"
    check 'two jobs: both are listed' says '2 jobs with 2 ranks'
    check 'two jobs: why the first has no rank' sh -c 'sed -n "/^Job 1/,/^Job 2/p" rep | grep -q "2 processes of sleeps: linked"'
    check 'two jobs: nothing is said of the second' sh -c '! sed -n "/^Job 2/,\$p" rep | grep -q -e "No rank" -e "Why:"'
else
    skip 'two jobs' 'no static libc'
fi

if [ "$(id -u)" = 0 ]; then
    cp waits suid && chown 65534 suid && chmod 4755 suid
    because "$mpi" secure '2 processes of suid: set-user-ID, or with capabilities' ./suid
    if unshare -m true 2>/dev/null; then
        because "$mpi" no_file "2 processes of waits: sees other files than memwatch \(a container, a chroot\), and memwatch's library is not among" \
            unshare -m sh -c "mount -t tmpfs tmpfs '$(dirname "$(readlink -f "$shim")")'; exec ./waits"
    else
        skip 'other mounts' 'no mount namespaces'
    fi
else
    skip 'set-user-ID, other mounts' 'needs root'
fi

# Without MPI no record is missing.
run sh -c 'ls; ./waits; ls' "$work"
check 'no MPI: nothing is guessed' says 'Why: · [0-9]+ processes had no MPI library loaded when they ended'

done_testing
