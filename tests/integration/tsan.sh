# SPDX-License-Identifier: MIT
# ThreadSanitizer on the shim's code, with threads in collectives on separate communicators at the same time:
# the shim is instrumented and linked into the program, so that the sanitizer sees both. MPI's libraries are not, and
# its findings on them are ignored. In addition: a program with the sanitizer and the shim preloaded as usual.
. "${srcdir:-.}/tests/lib.sh"

library=$top_builddir/tests/libtsan.a
[ -e "$library" ] || skip_all "the compiler has no ThreadSanitizer"
export UCX_MEM_EVENTS=n # MPICH's UCX calls into the sanitizer from threads that it no longer knows
cat >suppressions <<'END'
race:libmpi.so
race:libmpich.so
race:libopen-
race:/openmpi3/
race:/libuc
thread:libuc
END
# The memory that PMIx of Open MPI 5 shares has to lie where the sanitizer has its own.
export PMIX_MCA_gds=hash

# On a kernel with more address randomization than the sanitizer supports, it runs without randomization.
still=
echo 'int main(void) { return 0; }' >nothing.c
# shellcheck disable=SC2086
$BUILD_CC -fsanitize=thread -o nothing nothing.c 2>cc.err || skip_all "a program with ThreadSanitizer cannot be linked"
./nothing 2>nothing.err || still="setarch -R"
$still ./nothing 2>nothing.err || skip_all "ThreadSanitizer does not run here: $(head -n 1 nothing.err | tr -d '#')"

build() { # mpi program objects...
    case $1 in openmpi) cc=$OPENMPI_CC ;; mpich) cc=$MPICH_CC ;; esac
    source=$top_srcdir/tests/programs/$2.c name=$1-$2
    shift 2
    OMPI_CC=$BUILD_CC MPICH_CC=$BUILD_CC "$cc" -std=gnu11 -g -O1 -pthread -fsanitize=thread -I"$top_srcdir" -o "$name" "$source" "$@" -ldl
}

# sanitized MPI PROGRAM...: no finding of the sanitizer, and a record of every call.
sanitized() {
    rm -f said.*
    # shellcheck disable=SC2086
    TSAN_OPTIONS="exitcode=66 history_size=7 detect_deadlocks=0 suppressions=$work/suppressions log_path=$work/said" \
        run_mpi "$1" 2 $wrap $still "./$1-$2" ${3-}
    status=$?
    cat said.* 2>/dev/null
    [ "$status" != 77 ] || cannot "$multiple" || return
    [ "$status" = 0 ] || { echo "ended with $status"; cat err; return 1; }
    ! ls said.* >/dev/null 2>&1
}
# Of a job that sanitized has run before, unless the MPI could not.
tried() { [ "$status" != 77 ] || cannot "$multiple"; }
multiple='this MPI has no MPI_THREAD_MULTIPLE'
has() { tried || return; grep -q "$1" "$2" || { echo "not there: $1"; cat "$2"; return 1; }; }
counted() {
    tried || return
    awk -v ignore='MPI_Init|MPI_Init_thread|MPI_Finalize' -f "$top_srcdir/tests/integration/compare.awk" out dump
}

for mpi in $(mpis); do
    wrap='env -u LD_PRELOAD'
    check "$mpi: the shim is linked in, instrumented" build "$mpi" race "$library"
    check "$mpi: no race in the shim" sanitized "$mpi" race
    check "$mpi: and it recorded the calls" has '^merged_site .*call="MPI_Iallreduce+Wait" ' dump
    sanitized "$mpi" race --race >control 2>&1
    check "$mpi: a race is found and shown" has 'data race.*race.c:[0-9]* in count' control

    wrap=
    check "$mpi: builds with the sanitizer, the shim preloaded" build "$mpi" threads
    check "$mpi: the job ends as without memwatch" sanitized "$mpi" threads '--calls 40'
    check "$mpi: and every call is counted" counted
done
done_testing
