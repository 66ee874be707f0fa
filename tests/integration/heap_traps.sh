# SPDX-License-Identifier: MIT
# Programs that are hard on a library with malloc() in it: each behaves as it does without the library, and what is said of its
# functions is what it knows itself. Without MPI: processes that look like a rank, and a probe in place of the shim.
. "${srcdir:-.}/tests/lib.sh"

cc=$BUILD_CC
command -v "${cc%% *}" >/dev/null || skip_all 'no compiler'
[ "$SANITIZERS" != yes ] || skip_all 'built with sanitizers: the library only passes calls on'
heap=$top_builddir/pmpi/.libs/libmemwatch-heap.so
probe=$top_builddir/tests/tools/.libs/heap_probe.so
sources=$top_srcdir/tests/programs/heap
flags='-std=gnu11 -g -O2 -rdynamic -pthread'

for name in processes stacks calls mappings modules; do
    $cc $flags -o $name "$sources/$name.c" -ldl || exit 1
done
$cc $flags -fno-builtin -o own "$sources/calls.c" "$sources/interruptible_malloc.c" || exit 1
$cc $flags -fno-builtin -shared -fPIC -o interruptible.so "$sources/interruptible_malloc.c" || exit 1
$cc $flags -fno-builtin -DNESTED -shared -fPIC -o nesting.so "$sources/interruptible_malloc.c" || exit 1
$cc $flags -fno-builtin -o nested "$sources/nested.c" || exit 1
for name in one other; do
    $cc $flags -shared -fPIC -o $name.so "$sources/library.c" || exit 1
done

# as_rank PRELOADED... -- PROGRAM...: with these libraries, like rank 0 of a job. Output in out, what the probe saw in seen.
as_rank() {
    preloaded=
    while [ "$1" != -- ]; do preloaded="$preloaded$1 "; shift; done
    shift
    rm -f seen
    timeout 120 env LD_PRELOAD="${preloaded% }" HEAP_PROBE="$work/seen" OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=1 \
        MEMWATCH_RUN_DIR="$work" "$@" >out 2>err
    echo "status $?" >>out
}
native() { timeout 120 "$@" >native 2>native.err; echo "status $?" >>native; }

# The program's own words, its errors and its status are the same in both.
same_behavior() {
    cmp -s native out && cmp -s native.err err && return
    diff native out | head -n 10
    diff native.err err | head -n 10
    return 1
}

# why NUMBER: enum mw_heap_why.
why() { same "$(sed -n 's/^state why=\([0-9]*\) .*/\1/p' seen)" "$1"; }

# Each line TRUE of the program against the sum over the sites of that function or module. Blocks of 128 KiB and more are exact
# (pages at the ends of a block may belong to others); small ones within five times the standard deviation that is told, and half
# a percent.
is_true() {
    grep -q '^TRUE ' native || { echo "the program knows nothing"; return 1; }
    [ -s seen ] || { echo "the probe saw nothing"; return 1; }
    awk '
        function value(key, i) {
            for (i = 1; i <= NF; i++) if (index($i, key "=") == 1) return substr($i, length(key) + 2)
            return ""
        }
        FNR == 1 { file++ }
        file == 1 && /^site / {
            for (i = 2; i <= 3; i++) {
                sum[$i] += value("peak")
                variance[$i] += value("sd") ^ 2
            }
        }
        file == 2 && /^TRUE / {
            truth = value("peak") + 0; found = sum[$2] + 0
            tolerance = value("each") == "" ? 16384 : 5 * sqrt(variance[$2]) + truth / 200
            difference = found > truth ? found - truth : truth - found
            if (difference > tolerance) {
                printf "%s holds %d at the peak, not %d (within %d)\n", $2, found, truth, tolerance
                wrong = 1
            }
        }
        END { exit wrong }' seen native && return
    grep '^state' seen
    grep '^site' seen | sort -t= -k4 -n -r | head -n 5
    return 1
}

# The sums over all sites are whole, whatever happened.
is_consistent() {
    awk '/^state / {
        for (i = 2; i <= NF; i++) { split($i, word, "="); state[word[1]] = word[2] }
        if (state["sum"] != state["table"] || state["changing"] % 2 || state["lost_lock"] || state["lost_full"]) { print; exit 1 }
        found = 1
    }
    /^site / && / blocks=-/ { print; exit 1 }
    END { exit !found }' seen
}

# trap PROGRAM WHAT: as it is without the library, right, and whole.
trap_is() {
    native "./$1" "$2"
    as_rank "$probe" "$heap" -- "./$1" "$2"
    check "$1 $2: behaves as without the library" same_behavior
    check "$1 $2: recorded" why 1
    check "$1 $2: sums are whole" is_consistent
    [ "$2" = deepbind ] || check "$1 $2: no block was freed unseen" grep -q '^state .* unmapped=0 ' seen
    ! grep -q '^TRUE ' native || check "$1 $2: and right" is_true
}

# ---- processes, stacks, calls, mappings, modules ----

for trap in fork raw-fork fork-threads spawn; do trap_is processes $trap; done
native ./processes exit-threads
as_rank "$probe" "$heap" -- ./processes exit-threads
check "processes exit-threads: behaves as without the library" same_behavior
for trap in tiny end many coroutines handlers-map; do trap_is stacks $trap; done
for trap in failures each sizes churn; do trap_is calls $trap; done
for trap in discard reserve reserve-much trim remap replace refused break populate; do trap_is mappings $trap; done
oldkernel=$top_builddir/tests/tools/oldkernel
if "$oldkernel" 5.3 true; then
    native ./mappings reserve-much
    as_rank "$probe" "$heap" -- "$oldkernel" 5.3 ./mappings reserve-much
    check "mappings reserve-much, as on Linux 5.3: behaves as without the library" same_behavior
    check "mappings reserve-much, as on Linux 5.3: and right" is_true
else
    skip "mappings reserve-much, as on Linux 5.3" "that cannot be done here"
fi
for trap in unload unload-often unload-threads deepbind; do trap_is modules $trap; done

# Handlers that allocate, and jumps out of malloc(): with a malloc() that allows that.
for trap in handlers handlers-altstack handlers-altstack-inside jumps jumps-threads; do
    native env LD_PRELOAD="$work/interruptible.so" ./stacks $trap
    as_rank "$probe" "$heap" "$work/interruptible.so" -- ./stacks $trap
    check "stacks $trap: behaves as without the library" same_behavior
    check "stacks $trap: recorded" why 1
    check "stacks $trap: sums are whole" is_consistent
    check "stacks $trap: and right" is_true
done

# calloc() and its kin call the public malloc(): counted once.
trap_is nested all
native env LD_PRELOAD="$work/nesting.so" ./nested
as_rank "$probe" "$heap" "$work/nesting.so" -- ./nested
check "nested, a malloc() that calls itself: behaves as without the library" same_behavior
check "nested, a malloc() that calls itself: recorded" why 1
check "nested, a malloc() that calls itself: sums are whole" is_consistent
check "nested, a malloc() that calls itself: no block was freed unseen" grep -q '^state .* unmapped=0 ' seen
check "nested, a malloc() that calls itself: and right" is_true

# ---- where nothing is recorded, or not from the beginning ----

without() { # NAME=VALUE...: with these variables, beside the preloaded ones
    rm -f seen
    timeout 120 env LD_PRELOAD="$probe $heap" HEAP_PROBE="$work/seen" "$@" ./calls churn >out 2>err
    echo "status $?" >>out
}
native ./calls churn
without OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=1 MEMWATCH_RUN_DIR="$work" MEMWATCH_HEAP=0
check "switched off: behaves as without the library" same_behavior
check "switched off: nothing is recorded" why 3
without MEMWATCH_RUN_DIR="$work"
check "no rank by its variables: behaves as without the library" same_behavior
check "no rank by its variables: recorded from MPI_Init on" why 2
check "no rank by its variables: and right" is_true
for interval in 1 nonsense 99999999999999999999; do
    without OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=1 MEMWATCH_RUN_DIR="$work" MEMWATCH_HEAP_INTERVAL=$interval
    check "an interval of $interval: as if there was none" is_true
done

case $cc in
    *gcc*) cxx=$(echo "$cc" | sed 's/gcc/g++/') ;;
    *) cxx=c++ ;;
esac
if $cxx -std=c++17 -g -O2 -rdynamic -o objects "$sources/objects.cc" 2>cxx.err; then
    trap_is objects all
else
    skip "objects: C++" "no C++ compiler"
fi

# ---- another malloc() ----

native ./own failures
as_rank "$probe" "$heap" -- ./own failures
check "a program with its own malloc(): behaves as without the library" same_behavior
check "and it is said that lines are not known" why 6

for name in libjemalloc.so.2 libtcmalloc_minimal.so.4 libmimalloc.so.2; do
    other=$(ldconfig -p 2>/dev/null | sed -n "s/^.*$name.* => //p" | head -n 1)
    [ -n "$other" ] || for folder in /usr/lib/*-linux-gnu /usr/lib64 /usr/lib; do
        [ ! -e "$folder/$name" ] || other=$folder/$name
    done
    if [ -z "$other" ]; then
        skip "$name" "not installed"
        continue
    fi
    # what is untouched after calloc(), and whether realloc() copies, is the other malloc()'s affair
    for trap in each churn sizes; do
        native env LD_PRELOAD="$other" ./calls $trap
        as_rank "$other" "$probe" "$heap" -- ./calls $trap
        check "$name first, $trap: behaves as without the library" same_behavior
        check "$name first, $trap: lines are not known" why 6
        as_rank "$probe" "$heap" "$other" -- ./calls $trap
        check "$name behind, $trap: behaves as without the library" same_behavior
        check "$name behind, $trap: recorded" why 1
        check "$name behind, $trap: sums are whole" is_consistent
        [ $trap = each ] || check "$name behind, $trap: and right" is_true
    done
done

# ---- another C library ----

if musl-gcc $flags -o processes "$sources/processes.c" 2>/dev/null && musl-gcc $flags -o mappings "$sources/mappings.c" 2>/dev/null &&
    musl-gcc $flags -fno-builtin -o nested "$sources/nested.c" &&
    ./mappings trim >/dev/null 2>&1; then
    for trap in 'nested all' 'processes fork' 'processes raw-fork' 'processes fork-threads' 'processes spawn' 'mappings discard' 'mappings trim' \
        'mappings refused'; do
        program=${trap% *}
        native "./$program" "${trap#* }"
        as_rank "$probe" "$heap" -- "./$program" "${trap#* }"
        check "musl, $trap: behaves as without the library" same_behavior
        check "musl, $trap: sums are whole" is_consistent
        check "musl, $trap: and right" is_true
    done
else
    skip "programs of another C library" "needs musl-gcc"
fi

# ---- tools that look at malloc() themselves ----

for sanitizer in address thread memory; do
    compiler=$cc
    [ $sanitizer != memory ] || compiler=clang # the only one that has it
    if ! $compiler $flags -fsanitize=$sanitizer -o sanitized "$sources/calls.c" 2>/dev/null ||
        ! ASAN_OPTIONS=detect_leaks=0 ./sanitized churn >/dev/null 2>&1; then
        skip "a program with -fsanitize=$sanitizer" "not available"
        continue
    fi
    for trap in sizes churn; do
        native env ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 ./sanitized $trap
        ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 as_rank "$probe" "$heap" -- ./sanitized $trap
        check "-fsanitize=$sanitizer, $trap: behaves as without the library" same_behavior
        check "-fsanitize=$sanitizer, $trap: only passed on" why 4
    done
done

# it knows no pvalloc()
if command -v valgrind >/dev/null && valgrind -q --error-exitcode=9 ./calls churn >/dev/null 2>&1; then
    native valgrind -q --error-exitcode=9 ./calls churn
    as_rank "$probe" "$heap" -- valgrind -q --error-exitcode=9 ./calls churn
    check "valgrind: behaves as without the library" same_behavior
    check "valgrind: only passed on" why 5
else
    skip "valgrind" "not available"
fi
done_testing
