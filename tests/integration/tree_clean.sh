# SPDX-License-Identifier: MIT
# A build in the source tree: make clean and make distclean remove what was built and nothing else.
# MW_TREE_BUILD=all builds everything first, as make check-long does; otherwise it builds a part of each kind.
. "${srcdir:-.}/tests/lib.sh"

# What make check exports is not for the build in the copy.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES TESTS top_builddir_path

# ---- a copy of the sources ----

[ -x "$top_srcdir/configure" ] || skip_all "the sources have no configure"
[ ! -e "$top_srcdir/config.status" ] || skip_all "the sources are configured themselves"

git_files() { git -C "$top_srcdir" -c safe.directory='*' ls-files -z "$@" 2>git.err; }
# What git tracks or would track, and what autoreconf made of it. A release has no git: all but build directories.
source_files() {
    if [ -e "$top_srcdir/.git" ] && git_files >/dev/null; then
        git_files --cached --others --exclude-standard
        (cd "$top_srcdir" && find configure config.h.in aclocal.m4 Makefile.in build-aux m4 -type f -print0)
    else
        (cd "$top_srcdir" && find * -maxdepth 1 -name config.status -printf '^%h/\n') >builds
        (cd "$top_srcdir" && find * -type f -print0) | grep -z -v -f builds
    fi
}
mkdir tree
# (a file that is deleted, but still in git's index, is not read)
source_files | sort -zu |
    tar -C "$top_srcdir" --null --no-recursion --ignore-failed-read -T - -cf - 2>tar.err | tar -C tree -xf - || exit 1
cd tree || exit 1

# Each file with a checksum of its content.
snapshot() { find . -type f -print0 | sort -z | xargs -0 sha256sum; }
unchanged() { snapshot | diff ../before -; }
all_there() { sha256sum --quiet -c ../before; } # beside what was built
not() { ! "$@"; }
snapshot >../before
check "the copy has the tests' programs" [ -s tests/programs/busy.c ]
check "the copy is compared with itself" unchanged

# The comparison can fail.
mv NEWS.md ..
check "a missing file is detected" not unchanged
check "in both comparisons" not all_there
mv ../NEWS.md .
: >tests/programs/new
check "a new file is detected" not unchanged
rm tests/programs/new
cp -p LICENSE ..
echo more >>LICENSE
check "a changed file is detected" not unchanged
check "in both comparisons, too" not all_there
cp -p ../LICENSE .

# ---- configure, build, clean ----

quiet() { "$@" >../log 2>&1 || { tail -n 20 ../log; return 1; }; }
# Programs for MPI take long to compile, and only their file names matter here.
stub_compilers() {
    printf '%s\n' '#!/bin/sh' 'while [ $# -gt 1 ]; do [ "$1" != -o ] || echo built >"$2"; shift; done' >../compiler
    chmod 755 ../compiler
    sed -i -E "s|^((OPENMPI\|MPICH)_(CC\|FC))=.*|\1='$work/compiler'|" tests/environment.sh
}
# A library, a script, programs in three folders.
some="pmpi/libmemwatch-wait.la launcher/hydra-exec bench/tools/idle tests/tools/waits"

check "configure in the source tree" quiet ./configure CC="$BUILD_CC" CFLAGS=-O0
[ "${MW_TREE_BUILD-}" = all ] || stub_compilers
# shellcheck disable=SC2086
check "make in the source tree" quiet make -j2 ${MW_TREE_BUILD-$some} tests/programs.stamp bench/programs.stamp
check "something was built" not unchanged
[ -z "$OPENMPI_CC$MPICH_CC" ] ||
    check "programs for MPI among it" [ -n "$(find tests/programs -name busy -type f)" ]
mkdir -p tests/fuzz/built tests/fuzz/found # as make fuzz does
touch tests/fuzz/built/libfuzzed.a tests/fuzz/found/crash-1
check "make clean" quiet make clean
check "make clean: every file of the sources is as it was" all_there
check "make clean: no program for MPI is left" [ -z "$(find tests/programs bench -name busy -type f)" ]
check "make distclean" quiet make distclean
check "make distclean: the sources are as they were, with nothing beside them" unchanged
done_testing
