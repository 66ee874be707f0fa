# SPDX-License-Identifier: MIT
# Every parser of external input, fuzzed for a short time from its seeds, deterministically;
# `make fuzz FUZZ_SECONDS=600` tries others.
. "${srcdir:-.}/tests/lib.sh"

cd "$top_builddir" || exit 1
FUZZ_SEED=1 sh "$top_srcdir/tests/fuzz/run.sh" "${FUZZ_SECONDS:-2}" >"$work/fuzz.out" 2>&1
status=$?
[ $status != 77 ] || skip_all "$(grep needs "$work/fuzz.out")"
for target in "$top_srcdir"/tests/fuzz/fuzz_*.c; do
    target=$(basename "$target" .c)
    check "$target" grep "^ok: ${target#fuzz_}: [1-9]" "$work/fuzz.out"
done
[ $status = 0 ] || sed 's/^/# /' "$work/fuzz.out"
done_testing
