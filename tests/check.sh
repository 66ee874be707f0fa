#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs all tests in a configured build directory, then the unit tests once more with sanitizers, and ends with one
# line with the totals of the harness's results.
#
# A test that fails has failed, whatever happens when it is run again. If at most three fail, they are run again, one at a
# time: a test that passes then is flaky, one that fails again is broken, and the cause of either has to be found. The logs of
# the second run are in rerun.log of the build directory; test-suite.log and all counts are those of the first run.
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

complain() { # log: each failure with the output of the test
    awk '/^(not ok|ERROR:)/ {in_test = 1; print; next} /^FAIL:/ {next} in_test && /^#/ {print; next} {in_test = 0}' "$1" |
        head -n 200
}

rerun() { # directory tests...
    directory=$1
    shift
    cp "$directory/test-suite.log" "$directory/test-suite.first"
    for test in "$@"; do
        if make -s -C "$directory" check TESTS="$test"; then verdict='passes alone: flaky'; else verdict='fails alone as well: broken'; fi
        echo "$directory: $test $verdict" >>"$again"
        cat "$directory/test-suite.log" >>"$directory/rerun.log"
    done
    mv "$directory/test-suite.first" "$directory/test-suite.log"
}

run() { # directory, target
    directory=$1
    results "$directory" | xargs -r rm -f
    rm -f "$directory/rerun.log"
    make -s -j"$(nproc)" -C "$directory" check TESTS= >/dev/null || status=1 # the programs that tests need
    make -s -j$(($(nproc) + 1)) -C "$directory" "$2" || status=1 # one more than cores: many tests wait most of the time
    cat "$directory/test-suite.log" >>"$log" 2>/dev/null || status=1
    results "$directory" | xargs -r cat >>"$counted"
    # shellcheck disable=SC2046
    set -- $(failed_in "$directory")
    if [ $# -gt 0 ] && [ $# -le 3 ]; then
        status=1
        echo "Running again, one at a time, to distinguish flaky tests from broken ones: $*"
        rerun "$directory" "$@"
    fi
}

count() { grep -c -E "^:test-result: ($1)" "$counted"; }

log=$(mktemp) again=$(mktemp) counted=$(mktemp)
trap 'rm -f "$log" "$again" "$counted"' EXIT
run "$build" check

mkdir -p "$build/sanitizers"
(
    cd "$build/sanitizers" || exit 1
    [ -f Makefile ] ||
        ../../configure --enable-sanitizers CFLAGS='-O1 -g' ${CONFIGURE_ARGS-} >configure.log 2>&1 ||
        { tail -n 20 configure.log >&2; exit 1; }
    make -s -j"$(nproc)" all
) || status=1
# The test programs are the same there: they have no sanitizers.
[ ! -d "$build/tests/programs" ] || cp -R -p "$build/tests/programs" "$build/sanitizers/tests/" || status=1
run "$build/sanitizers" check-sanitized

passed=$(count PASS)
failed=$(count 'FAIL|ERROR|XPASS')
skipped=$(count SKIP)
[ "$failed" = 0 ] || complain "$log"
[ ! -s "$again" ] || { echo "Run again (this changes no result; see rerun.log there):"; cat "$again"; }
grep -h -E '^(ok .*# SKIP|SKIP: [^ ]*$)' "$log" | sort -u
[ "$status" = 0 ] || [ "$failed" != 0 ] || failed=1
[ "$passed" != 0 ] || failed=$((failed + 1))
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
