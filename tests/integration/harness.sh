# SPDX-License-Identifier: MIT
# What the harness guarantees: if an MPI that configure found starts no job, tests of it fail with the reason; what could
# not be tried is a skip, never a pass; and a test that passes only when it is run again has failed.
. "${srcdir:-.}/tests/lib.sh"

# A build directory in which one mpirun knows too few slots, and another one seems to work.
mkdir -p build/tests
printf '#!/bin/sh\necho "There are not enough slots available for $2 ranks." >&2\nexit 1\n' >no_slots
printf '#!/bin/sh\nexit 0\n' >works
chmod +x no_slots works
environment() { # mpirun of Open MPI, of MPICH
    { cat "$top_builddir/tests/environment.sh"
      printf "%s\n" "OPENMPI_CC=cc OPENMPI_RUN='$1' MPICH_CC=${2:+cc} MPICH_RUN='$2' top_builddir='$work/build'"; } >build/tests/environment.sh
    (cd build && sh "$top_srcdir/tests/jobs_start.sh") >look.out 2>&1
}

# A test of two jobs, and one that has nothing to try without MPI.
cat >of_each.sh <<'END'
. "$srcdir/tests/lib.sh"
for mpi in $(mpis); do check "$mpi: a job" true; done
for mpi in $(mpis); do check "$mpi: another job" true; done
done_testing
END
cat >of_any.sh <<'END'
. "$srcdir/tests/lib.sh"
[ -n "$(mpis)" ] || skip_all 'no MPI library'
check "a job" true
done_testing
END
printf '. "$srcdir/tests/lib.sh"\ncheck "no job" true\ndone_testing\n' >of_none.sh
run() { top_builddir_path=$work/build srcdir=$top_srcdir sh "$work/$1.sh" >printed 2>&1; }
says() { sed 's/^ok/(ok)/; s/^not ok/(not ok)/' printed; grep -q -x -e "$1" printed; }
never() { ! says "$@"; }

environment "$work/works" "$work/works"
check "both start: nothing is noted" same "$(ls build/tests/jobs):$(cat look.out)" ":"
run of_each
check "both start: their tests run" says 'ok 4 - mpich: another job'
check "and nothing else" says '1\.\.4'

environment "$work/no_slots" "$work/works"
check "one starts none: that is noted" same "$(ls build/tests/jobs)" openmpi
run of_each
check "one starts none: the other one's tests run" says 'ok 2 - mpich: another job'
check "and one check fails" says 'not ok 3 - openmpi starts jobs on this machine, without memwatch'
check "with the output of mpirun" says '# There are not enough slots available for 16 ranks\.'
check "none was tried" never '.*openmpi: .*job'
run of_any
check "one starts none: checks that work with any MPI run" says 'ok 1 - a job'

environment "$work/no_slots" ""
run of_any
check "the only one starts none: not skipped" never '.*SKIP.*'
check "but failed" says 'not ok 1 - openmpi starts jobs on this machine, without memwatch'
check "and the plan holds" says '1\.\.1'
run of_none
check "a test without jobs passes" says '1\.\.1'

environment "" ""
run of_any
check "without any MPI: skipped" says '1\.\.0 # SKIP no MPI library'

# What cannot be tried.
cat >tries.sh <<'END'
. "$srcdir/tests/lib.sh"
returns() { cannot "it has no # of
these" || return; }
goes_on() { cannot "it has none"; true; }
check "one" returns
check "two" goes_on
check "three" true
check "four" false
done_testing
END
run tries
check "what cannot be tried is a skip with its reason" says 'ok 1 - one # SKIP it has no   of these *'
check "also where it ends well" says 'ok 2 - two # SKIP it has none *'
check "the next one is not" says 'ok 3 - three'
check "and fails when it fails" says 'not ok 4 - four'

# A place that all users share is empty for a test that asks for that.
cat >private.sh <<'END'
private=/dev/shm
. "$srcdir/tests/lib.sh"
echo "# cannot: $private_cannot"
: >"/dev/shm/memwatch-$(id -u)-0123456789abcdef"
check "something is left" nothing_left
rm "/dev/shm/memwatch-$(id -u)-0123456789abcdef"
check "nothing is left" nothing_left
done_testing
END
# another user's
others=/dev/shm/memwatch-$(id -u)-not-a-run-$$
mkdir "$others"
run private
rmdir "$others"
if says '# cannot: .\{1,\}' >/dev/null; then
    check "no private place: a skip" says 'ok 2 - nothing is left # SKIP .*'
else
    check "a private place: what is left there is seen" says 'not ok 1 - something is left'
    check "what others left is not" says 'ok 2 - nothing is left'
fi

# tests/check_long.sh, with steps that end immediately.
mkdir long
cat >long/Makefile <<'END'
fuzz:
	@echo 'needs: something'; exit 77
kill-matrix:
	@echo 'it is wrong'; exit 1
soak:
	@echo 'for $(SOAK_SECONDS) s'; echo '# SKIP:  0'
check:
	@echo 'ok 1 - looking at it # SKIP no browser is installed'
END
long() { (cd long && MAKE=make SOAK_SECONDS=7 sh "$top_srcdir/tests/check_long.sh" "$@" >../printed 2>&1; echo $?); }
check "check-long: each step has a line in its list" same "$(long list) $(grep -c '^[a-z-]*  *[^ ].*' printed)" '0 7'
check "check-long: a step that fails: 1, and the others run" same "$(long kill-matrix soak)" 1
check "check-long: which one" says 'kill-matrix  *FAILED, see check-long/kill-matrix\.log (.*)'
check "check-long: with its log" same "$(head -n 1 long/check-long/kill-matrix.log)" 'it is wrong'
check "check-long: the other one" says 'soak  *ok (.*)'
check "check-long: a variable gets there" same "$(head -n 1 long/check-long/soak.log)" 'for 7 s'
check "check-long: what cannot run here is not a failure" same "$(long fuzz page)" 0
check "check-long: but skipped" says 'fuzz  *skipped, or a part of it: needs something (.*)'
check "check-long: also in a part" says 'page  *skipped, or a part of it: no browser is installed (.*)'
check "check-long: no such step" same "$(long nothing)" 2

# tests/check.sh, which ./bootstrap check ends with, in build directories that have its targets and tests of their own.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
rm -rf build
mkdir -p build/tests build/sanitizers/tests
cat >build/Makefile <<END
TESTS = \$(wildcard tests/*.sh)
driver = AM_TAP_AWK=awk sh $top_srcdir/build-aux/tap-driver.sh --color-tests no
all:
check-sanitized: check
check:
	@: >test-suite.log; for test in \$(TESTS); do \\
	    name=\$\${test%.sh}; \$(driver) --test-name \$\$test --log-file \$\$name.log --trs-file \$\$name.trs -- sh \$\$test; \\
	    cat \$\$name.log >>test-suite.log; \\
	done; for test in \$(TESTS); do ! grep -q '^:test-result: FAIL' \$\${test%.sh}.trs || exit 1; done
.PHONY: all check check-sanitized
END
cp build/Makefile build/sanitizers/
good() { printf 'echo "ok 1"; echo "1..1"\n' >"$1"; }
broken() { printf 'echo "not ok 1"; echo "# it never works"; echo "1..1"\n' >"$1"; }
flaky() { # fails the first time
    printf '[ -e %s.tried ] && echo "ok 1" || echo "not ok 1"; : >%s.tried; echo "# attempt"; echo "1..1"\n' "$1" "$1" >"$1"
}
set_of_tests() { # functions...: a test by each, beside a good one in each directory
    rm -f build/tests/* build/sanitizers/tests/*
    good build/tests/good.sh
    good build/sanitizers/tests/good.sh
    for kind in "$@"; do $kind "$work/build/tests/$kind.sh"; done
}
checked() { sh "$top_srcdir/tests/check.sh" build >printed 2>&1; echo $?; }
last() { tail -n 1 printed; }

set_of_tests good
check "all pass: 0" same "$(checked) $(last)" '0 2 passed, 0 failed, 0 skipped'
check "nothing is run again" never '.*Run again.*'

set_of_tests flaky
check "one that passes when it is run again: not 0, and it has failed" same "$(checked) $(last)" '1 2 passed, 1 failed, 0 skipped'
check "it is named, with the result" says 'build: tests/flaky.sh passes alone: flaky'
check "its second log is kept" grep -q '^ok 1' build/rerun.log
check "and so is the first" grep -q '^not ok 1' build/test-suite.log

set_of_tests
flaky "$work/build/sanitizers/tests/flaky.sh"
check "the same with sanitizers" same "$(checked) $(last)" '1 2 passed, 1 failed, 0 skipped'
check "with the name of that build" says 'build/sanitizers: tests/flaky.sh passes alone: flaky'

set_of_tests broken
check "one that fails again: not 0" same "$(checked) $(last)" '1 2 passed, 1 failed, 0 skipped'
check "which is reported" says 'build: tests/broken.sh fails alone as well: broken'
check "and what it printed" says '# it never works'

set_of_tests
for name in a b c d; do flaky "$work/build/tests/$name.sh"; done
check "four that fail: not 0" same "$(checked) $(last)" '1 2 passed, 4 failed, 0 skipped'
check "they are not run again" never '.*Run again.*'
done_testing
