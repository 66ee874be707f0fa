#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs all tests in a configured build directory, then the unit tests once more with sanitizers, and ends with one
# line that counts them all from the harness's own results.
set -u
build=$1
status=0

run() { # directory, target
    directory=$1
    make -s -j"$(nproc)" -C "$directory" check TESTS= >/dev/null || status=1 # the programs that tests need
    make -s -j"$(nproc)" -C "$directory" "$2" || status=1
    cat "$directory"/test-suite.log >>"$log" 2>/dev/null || status=1
}

count() { sed -n "s/^# $1: *//p" "$log" | awk '{n += $1} END {print n + 0}'; }

log=$(mktemp)
trap 'rm -f "$log"' EXIT
run "$build" check

mkdir -p "$build/sanitizers"
(
    cd "$build/sanitizers" || exit 1
    [ -f Makefile ] ||
        ../../configure --enable-sanitizers CFLAGS='-O1 -g' ${CONFIGURE_ARGS-} >configure.log 2>&1 ||
        { tail -n 20 configure.log >&2; exit 1; }
    make -s -j"$(nproc)" all
) || status=1
run "$build/sanitizers" check-sanitized

passed=$(count PASS)
failed=$(($(count FAIL) + $(count ERROR) + $(count XPASS)))
skipped=$(count SKIP)
# Each failure with what the test said of it.
[ "$failed" = 0 ] || awk '/^(not ok|ERROR:)/ {told = 1; print; next} /^FAIL:/ {next} told && /^#/ {print; next} {told = 0}' "$log" | head -n 200
grep -h -E '^(ok .*# SKIP|SKIP: [^ ]*$)' "$log" | sort -u
[ "$status" = 0 ] || [ "$failed" != 0 ] || failed=1
[ "$passed" != 0 ] || failed=$((failed + 1))
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
