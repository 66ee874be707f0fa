#!/bin/sh
# SPDX-License-Identifier: MIT
# tests/coverage.sh [TEST...]: which lines of the sources the unit tests and the given integration tests execute. Called in
# the build directory (make coverage COVERAGE_TESTS="tests/integration/launcher.sh ..."); builds and runs in its folder
# build-coverage, and prints a table. Status 1 when a test failed: the table still has what was executed.
#
# The preloaded libraries are built without counters, which would write files in the user's processes: the libraries
# must not do that, and tests check it. Of pmpi/ the table has what unit tests execute.
set -u
. tests/environment.sh
out=$PWD/build-coverage
flags='--coverage -fprofile-update=atomic'
status=0

die() { echo "coverage: $*" >&2; exit 2; }

# The gcov that belongs to a compiler: gcov-12 to gcc-12.
gcov_of() { # compiler
    case ${1%% *} in
        *gcc*) compiler=${1%% *} && echo "gcov${compiler##*gcc}" ;;
        *) echo gcov ;;
    esac
}
! "$BUILD_CC" --version 2>/dev/null | grep -q clang || die "gcov is GCC's: configure with CC=gcc"
gcov=${GCOV-$(gcov_of "$BUILD_CC")}
command -v "$gcov" >/dev/null || die "$gcov is not there; GCOV=... names another one"
command -v python3 >/dev/null || die "python3 is not there"

unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
export GCOV_ERROR_FILE="$out/gcov.err" # instead of stderr, which tests read
counted() { make -s "-j$(nproc)" -C "$out" SANITIZER_CFLAGS="$flags" SHIM_SANITIZER_CFLAGS=-O2 "$@"; }

mkdir -p "$out" || exit 2
if [ ! -e "$out/Makefile" ] || [ "$top_srcdir/configure" -nt "$out/Makefile" ]; then
    # (no -O: each line is executed as it is written)
    (cd "$out" && "$top_srcdir/configure" CC="$BUILD_CC" CFLAGS=-g >configure.log 2>&1) ||
        { tail -n 20 "$out/configure.log" >&2; die "configure failed"; }
fi
echo "coverage: building in $out, then running tests; this takes some minutes"
counted all >"$out/build.log" 2>&1 || { tail -n 20 "$out/build.log" >&2; die "the build failed"; }
counted check TESTS= >"$out/programs.log" 2>&1 || { tail -n 20 "$out/programs.log" >&2; die "the tests' programs were not built"; }
find "$out" -name '*.gcda' -delete

counted check-unit >"$out/unit.log" 2>&1 || status=1
cp "$out/test-suite.log" "$out/unit-suite.log"
[ $# = 0 ] || counted check TESTS="$*" >"$out/integration.log" 2>&1 || status=1
[ $status = 0 ] || sed -n '/^FAIL: \|^ERROR: /p' "$out/unit.log" "$out/integration.log" 2>/dev/null

# Lines of the shim that no unit test executes: the shim is compiled again for the list, and removed.
shim=$(cd "$out" && find . -name libmemwatch-pmpi.a -printf '%P\n')
drop_shim() { find "$out" -name 'libmemwatch_pmpi_a-*.o' -delete; rm -f "$out/$shim"; }
drop_shim
make -s "-j$(nproc)" -C "$out" SHIM_SANITIZER_CFLAGS="$flags" "$shim" >"$out/shim.log" 2>&1 || tail -n 5 "$out/shim.log" >&2
drop_shim

python3 "$top_srcdir/tests/coverage.py" "$top_srcdir" "$out" "$gcov" || status=1
exit $status
