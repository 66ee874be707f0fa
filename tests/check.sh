#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs all tests in a configured build directory, then the unit tests once more with sanitizers, and ends with one
# line that counts them all from the harness's own results.
#
# Tests run beside each other, and real jobs are crowded then: where no more than three fail, those run once more,
# alone. What fails again has failed; what does not is named all the same.
set -u
build=$1
status=0

results() { find "$1/tests" -name '*.trs'; } # directory; the harness's results: a file for each test, a line for each check

failed_in() { # directory
    results "$1" | xargs -r grep -l -E '^:test-result: (FAIL|ERROR|XPASS)' | sed "s|^$1/||; s|\.trs\$||" |
        while read -r test; do
            [ -f "$1/$test" ] && echo "$test" || echo "$test.sh"
        done
}

complain() { # log: each failure with what the test said of it
    awk '/^(not ok|ERROR:)/ {told = 1; print; next} /^FAIL:/ {next} told && /^#/ {print; next} {told = 0}' "$1" |
        head -n 200
}

run() { # directory, target
    directory=$1
    results "$directory" | xargs -r rm -f
    make -s -j"$(nproc)" -C "$directory" check TESTS= >/dev/null || status=1 # the programs that tests need
    if ! make -s -j"$(nproc)" -C "$directory" "$2"; then
        failed=$(failed_in "$directory")
        # shellcheck disable=SC2086
        if [ "$(set -- $failed && echo $#)" -gt 3 ] || [ -z "$failed" ]; then
            status=1
        else
            cat "$directory"/test-suite.log >>"$log"
            complain "$directory"/test-suite.log >>"$crowded"
            # shellcheck disable=SC2086
            echo "Once more, alone:" $failed | tee -a "$crowded"
            make -s -C "$directory" check TESTS="$(echo $failed)" || status=1
        fi
    fi
    cat "$directory"/test-suite.log >>"$log" 2>/dev/null || status=1
    results "$directory" | xargs -r cat >>"$counted"
}

count() { grep -c -E "^:test-result: ($1)" "$counted"; }

log=$(mktemp) crowded=$(mktemp) counted=$(mktemp)
trap 'rm -f "$log" "$crowded" "$counted"' EXIT
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
failed=$(count 'FAIL|ERROR|XPASS')
skipped=$(count SKIP)
[ "$failed" = 0 ] || complain "$log"
[ ! -s "$crowded" ] || { echo "Failed beside others:"; cat "$crowded"; }
grep -h -E '^(ok .*# SKIP|SKIP: [^ ]*$)' "$log" | sort -u
[ "$status" = 0 ] || [ "$failed" != 0 ] || failed=1
[ "$passed" != 0 ] || failed=$((failed + 1))
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
