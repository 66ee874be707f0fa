#!/bin/sh
# SPDX-License-Identifier: MIT
# tests/fuzz/run.sh SECONDS [TARGET...]: builds the fuzz targets with libFuzzer, ASan and UBSan, and runs each that long
# from its seeds, differently each time unless FUZZ_SEED is set. Called in the build directory (make fuzz FUZZ_SECONDS=60).
# Inputs that break a target are kept in tests/fuzz/found/.
# "needs: ..." and status 77 when this machine has no libFuzzer.
set -u
. tests/environment.sh
seconds=$1
shift
source=$top_srcdir/tests/fuzz
out=$PWD/tests/fuzz/built
clang=${FUZZ_CC:-clang}
flags="-std=gnu11 -g -O1 -D_GNU_SOURCE -I$top_srcdir -I$top_builddir -fno-omit-frame-pointer -fno-sanitize-recover=all"
sanitize=address,undefined
mkdir -p "$out" tests/fuzz/found

echo 'int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n) { (void)d; (void)n; return 0; }' >"$out/probe.c"
if ! "$clang" -fsanitize=fuzzer,address "$out/probe.c" -o "$out/probe" 2>/dev/null; then
    echo "needs: clang with libFuzzer (Debian: clang libclang-rt-14-dev)"
    exit 77
fi

# The fuzzed code, instrumented: the collector and the launcher as one archive, and the code by which ranks read other ranks.
ranks=$top_srcdir/pmpi/finalize/rank_list.c
sources="$(find "$top_srcdir/collector" "$top_srcdir/launcher" -name '*.c' ! -name main.c) $ranks"
newest=$(find "$top_srcdir/collector" "$top_srcdir/launcher" "$ranks" "$source" "$top_srcdir/tests/unit" -newer "$out/built" -print -quit 2>/dev/null)
if [ ! -e "$out/built" ] || [ -n "$newest" ]; then
    rm -f "$out"/*.o "$out/built"
    # shellcheck disable=SC2086
    # files of different folders may have the same name
    for file in $sources; do echo "-c $file -o $(echo "${file#"$top_srcdir"/}" | tr / _).o"; done |
        (cd "$out" && xargs -P "$(nproc)" -L 1 "$clang" $flags $FUZZ_CFLAGS -fsanitize=fuzzer-no-link,$sanitize) || exit 1
    rm -f "$out/libfuzzed.a"
    ar rcs "$out/libfuzzed.a" "$out"/*.o && rm -f "$out"/*.o || exit 1
    # shellcheck disable=SC2086
    for target in "$source"/fuzz_*.c; do
        "$clang" $flags $FUZZ_CFLAGS -fsanitize=fuzzer,$sanitize "$target" "$out/libfuzzed.a" $FUZZ_LIBS \
            -o "$out/$(basename "$target" .c)" || exit 1
    done
    # shellcheck disable=SC2086
    "$clang" $flags $FUZZ_CFLAGS -fsanitize=fuzzer-no-link,$sanitize "$source/seeds.c" "$top_srcdir/tests/unit/synthetic.c" \
        "$out/libfuzzed.a" $FUZZ_LIBS -fsanitize=$sanitize -o "$out/seeds" || exit 1
    : >"$out/built"
fi
mkdir -p "$out/seeds.d"
"$out/seeds" "$out/seeds.d" || exit 1

status=0
[ $# -gt 0 ] || set -- $(cd "$source" && ls fuzz_*.c | sed 's/^fuzz_//; s/\.c$//')
for target in "$@"; do
    corpus=$out/corpus/$target
    mkdir -p "$corpus" "$out/seeds.d/$target"
    extra=$source/corpus/$target
    [ -d "$extra" ] || extra=
    # shellcheck disable=SC2086
    if "$out/fuzz_$target" -seed="${FUZZ_SEED:-0}" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=600000 -print_final_stats=1 \
        -artifact_prefix=tests/fuzz/found/"$target"- "$corpus" "$out/seeds.d/$target" $extra >"$out/$target.log" 2>&1; then
        echo "ok: $target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$out/$target.log") runs in $seconds s"
    else
        echo "broken: $target: see $out/$target.log, input in tests/fuzz/found/"
        tail -n 30 "$out/$target.log"
        status=1
    fi
done
exit $status
