# SPDX-License-Identifier: MIT
# Beside other tools in the same process: PMPI tools, sanitizers, other allocators.
. "${srcdir:-.}/tests/lib.sh"

as_expected() {
    awk -v ignore='MPI_Init|MPI_Init_thread|MPI_Finalize' -f "$top_srcdir/tests/integration/compare.awk" out dump
}
calm() { ! grep -E 'memwatch: (the program|this rank|cannot)' err; }
# (AddressSanitizer, which a sanitized memwatch loads, has its own allocator)
[ "$SANITIZERS" = yes ] && jemalloc='' || jemalloc=$(ls /usr/lib/*/libjemalloc.so.2 /usr/lib64/libjemalloc.so.2 2>/dev/null | head -n 1)

for mpi in $(mpis); do
    busy=$(program "$mpi" busy)
    tool=$(program "$mpi" pmpi_tool.so)
    case $mpi in openmpi) cc=$OPENMPI_CC ;; mpich) cc=$MPICH_CC ;; esac

    # shellcheck disable=SC2016
    for order in '$0:$LD_PRELOAD' '$LD_PRELOAD:$0'; do
        run_mpi "$mpi" 2 sh -c "export LD_PRELOAD=\"$order\"; exec \"\$@\"" "$tool" "$busy" --calls 40
        case $order in '$0'*) where=before ;; *) where=behind ;; esac
        check "$mpi: a PMPI tool $where the shim: the job ends well" same "$run_status" 0
        check "$mpi: a PMPI tool $where the shim: memwatch sees every call once" as_expected
        check "$mpi: a PMPI tool $where the shim: so does the tool, in both ranks" \
            same "$(grep -c 'TOOL allreduce=40 barrier=1$' err)" 2
    done
    run_mpi "$mpi" 2 sh -c 'export LD_PRELOAD="$LD_PRELOAD:$0"; exec "$@"' "$top_builddir/tests/.libs/libsmallrounds.so" \
        "$busy" --calls 40
    check "$mpi: the shim preloaded twice, from two places: one record" as_expected
    check "$mpi: the shim preloaded twice: no complaint" calm

    for compiler in gcc clang; do
        if ! command -v $compiler >/dev/null || ! OMPI_CC=$compiler MPICH_CC=$compiler "$cc" -std=gnu11 -g -O1 -pthread \
            -fsanitize=address -I"$top_srcdir" -o "$compiler.asan" "$top_srcdir/tests/programs/busy.c" 2>cc.err; then
            skip "$mpi: AddressSanitizer by $compiler" "it cannot build such programs"
            continue
        fi
        for leaks in 0 1; do # MPI's own leaks are found with 1: the sanitizer then ends each rank with 23
            ASAN_OPTIONS=detect_leaks=$leaks run_mpi "$mpi" 2 "./$compiler.asan" --calls 9
            status=$run_status
            check "$mpi: AddressSanitizer by $compiler, detect_leaks=$leaks: two ranks" same "$(grep -c '^rank ' dump)" 2
            check "$mpi: AddressSanitizer by $compiler, detect_leaks=$leaks: every call once" as_expected
            ASAN_OPTIONS=detect_leaks=$leaks "$(mpirun_of "$mpi")" -n 2 "./$compiler.asan" --calls 9 >plain.out 2>&1
            check "$mpi: AddressSanitizer by $compiler, detect_leaks=$leaks: the status is as without memwatch" \
                same "$status" $?
        done
    done
    ASAN_OPTIONS=verify_asan_link_order=1 run_mpi "$mpi" 1 sh -c 'echo "$ASAN_OPTIONS"'
    check "$mpi: the user's ASAN_OPTIONS come last" same "$(cat out)" verify_asan_link_order=0:verify_asan_link_order=1

    if [ -n "$jemalloc" ]; then
        LD_PRELOAD=$jemalloc run_mpi "$mpi" 2 "$busy" --calls 9
        check "$mpi: jemalloc: the job ends well" same "$run_status" 0
        check "$mpi: jemalloc: every call once" as_expected
        LD_PRELOAD=$jemalloc run_mpi "$mpi" 1 sh -c 'echo "$LD_PRELOAD"'
        check "$mpi: jemalloc stays in the list" grep -q "libmemwatch-pmpi.so:.*$jemalloc\$" out
        LD_PRELOAD=$jemalloc run_mpi "$mpi" 2 "$(program "$mpi" odd_init)" --mib 40
        check "$mpi: jemalloc: the peak is the program's" \
            awk '/^rank / { n++; sub(/.* peak=/, ""); if ($1 < 42e6 || $1 > 70e6) { print; bad = 1 } } END { exit bad || n != 2 }' dump
    else
        skip "$mpi: jemalloc" "libjemalloc.so.2 (libjemalloc2) was not found"
    fi
done
done_testing
