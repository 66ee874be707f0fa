# SPDX-License-Identifier: MIT
# Programs that load MPI with dlopen() and fetch its functions with dlsym(), as language bindings do, are recorded.
. "${srcdir:-.}/tests/lib.sh"

[ -n "$(mpis)" ] || skip_all 'no MPI library'
cc=$BUILD_CC
command -v "${cc%% *}" >/dev/null || skip_all 'no compiler'

cat >fetches.c <<'EOF'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
static void *world(void *library)
{
    void *open_mpi = dlsym(library, "ompi_mpi_comm_world");
    return open_mpi ? open_mpi : (void *)0x44000000;
}
int main(int argc, char **argv)
{
    int how = !strcmp(argv[2], "global") ? RTLD_GLOBAL : !strcmp(argv[2], "deepbind") ? RTLD_LOCAL | RTLD_DEEPBIND : RTLD_LOCAL;
    void *library = dlopen(argv[1], RTLD_NOW | how);
    int (*init)(void *, void *), (*barrier)(void *), (*finalize)(void);

    if (!library)
        return puts(dlerror()), 2;
    *(void **)&init = dlsym(library, "MPI_Init");
    *(void **)&barrier = dlsym(library, argc > 3 ? argv[3] : "MPI_Barrier");
    *(void **)&finalize = dlsym(library, "MPI_Finalize");
    if (dlsym(library, "MPI_No_such_call") || !dlerror())
        return 3;
    return init(NULL, NULL) || barrier(world(library)) || barrier(world(library)) || finalize();
}
EOF
$cc -o fetches fetches.c -ldl || exit 1

cat >fetches.py <<'EOF'
import ctypes, sys
library = ctypes.CDLL(sys.argv[1], mode=ctypes.RTLD_GLOBAL)
try:
    world = ctypes.c_void_p(ctypes.addressof(ctypes.c_char.in_dll(library, "ompi_mpi_comm_world")))
except ValueError:
    world = 0x44000000
library.MPI_Init(None, None)
library.MPI_Barrier(world)
library.MPI_Barrier(world)
library.MPI_Finalize()
EOF

# For everything else dlsym() returns the same with the preload and without.
cat >asks.c <<'EOF'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
int getpid(void) { return 7; }
int main(void)
{
    void *next = dlsym(RTLD_NEXT, "getpid"), *first = dlsym(RTLD_DEFAULT, "getpid");
    printf("%d %d %d\n", first == (void *)getpid, next && next != first, dlsym(RTLD_NEXT, "main") == NULL);
    printf("%d %d\n", dlsym(RTLD_DEFAULT, "no such name") == NULL, dlerror() != NULL);
    return 0;
}
EOF
$cc -rdynamic -o asks asks.c -ldl || exit 1
check 'RTLD_NEXT and RTLD_DEFAULT are the caller'"'"'s' same "$(LD_PRELOAD=$shim ./asks)" "$(./asks)"

barriers() { python3 -c 'import json; print(sorted((r["rank"], sum(s["calls"] for s in r["sites"] if s["call"] == "MPI_Barrier"))
    for r in json.load(open("rec"))["ranks"]))'; }

# recorded TITLE COMMAND...: two ranks, with two Barriers each.
recorded() {
    title=$1
    shift
    timeout 120 "$memwatch" run --force --report rep -o rec -- "$(mpirun_of "$mpi")" -n 2 "$@" >out 2>err
    check "$mpi: $title: ends well" same "$?" 0
    check "$mpi: $title: two ranks, with all calls" same "$(barriers)" '[(0, 2), (1, 2)]'
}

for mpi in $(mpis); do
    library=$(ldd "$(program "$mpi" busy)" | sed -n 's/^[[:space:]]*\(libmpi[ch]*\.so[^ ]*\) .*/\1/p' | head -n 1)
    recorded local ./fetches "$library" local
    recorded global ./fetches "$library" global
    recorded "local, PMPI_" ./fetches "$library" local PMPI_Barrier
    if timeout 60 "$(mpirun_of "$mpi")" -n 2 ./fetches "$library" deepbind >bare.out 2>&1 </dev/null; then
        recorded deepbind ./fetches "$library" deepbind
    else
        skip "$mpi: deepbind" 'the job does not survive it without memwatch either'
    fi
    recorded ctypes python3 "$work/fetches.py" "$library"
done
done_testing
