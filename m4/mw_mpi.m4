# SPDX-License-Identifier: MIT
# MW_MPI(NAME, MACRO, PKGCONFIG, CC-NAMES, FC-NAMES, RUN-NAMES)
#
# Finds one MPI library: the flags of its mpi.h (NAME_CFLAGS), its compiler wrappers (NAME_CC, NAME_FC) and its
# launcher (NAME_RUN). mpi.h is the right one when it defines MACRO. What the user sets is taken; else pkg-config is
# asked, then the wrapper. Sets the conditional HAVE_NAME, for tests and examples: memwatch itself needs no mpi.h.
AC_DEFUN([MW_MPI], [
    AC_ARG_VAR([$1_CC], [C compiler wrapper of $1])
    AC_ARG_VAR([$1_FC], [Fortran compiler wrapper of $1])
    AC_ARG_VAR([$1_RUN], [launcher of $1])
    mw_have_$1=no
    mw_what_$1="no: left out"
    AC_ARG_VAR([$1_CFLAGS], [C compiler flags for the mpi.h of $1])
    AS_IF([test -z "$$1_CFLAGS"], [$1_CFLAGS=`$PKG_CONFIG --cflags $3 2>/dev/null`])
    MW_MPI_WRAPPER([$1_CC], [$2], [$4])
    AS_IF([test -z "$$1_CFLAGS" && test -n "$$1_CC"],
          [$1_CFLAGS=`for mw_word in \`$$1_CC -show 2>/dev/null\`; do case $mw_word in -I*) printf '%s ' "$mw_word";; esac; done`])
    AC_MSG_CHECKING([for the mpi.h of $1])
    mw_saved_cppflags=$CPPFLAGS
    CPPFLAGS="$CPPFLAGS $$1_CFLAGS"
    AC_COMPILE_IFELSE([AC_LANG_SOURCE([[
        #include <mpi.h>
        #ifndef $2
        #error another MPI
        #endif
        ]])], [mw_have_$1=yes])
    CPPFLAGS=$mw_saved_cppflags
    AC_MSG_RESULT([$mw_have_$1])
    AS_IF([test "$mw_have_$1" = yes], [
        AC_DEFINE([HAVE_$1], [1], [Define to 1 when the mpi.h of $1 was found.])
        AC_PATH_PROGS([$1_RUN], [$6], [], [`dirname "$$1_CC"`:$MW_MPI_PATH])
        AS_IF([test -z "$$1_FC" && test -n "$$1_CC"], [MW_MPI_FORTRAN([$1_FC], [$2], [$5])])
        mw_what_$1="yes (${$1_CC:-no compiler wrapper: its tests are left out})"
    ], [$1_CC= $1_FC= $1_RUN=])
    AM_CONDITIONAL([HAVE_$1], [test "$mw_have_$1" = yes])
    AM_CONDITIONAL([HAVE_$1_CC], [test -n "$$1_CC"])
    AM_CONDITIONAL([HAVE_$1_FC], [test -n "$$1_FC"])
])

# Where programs are looked for: systems with modules keep MPI off the PATH until one is loaded (Fedora, RHEL; SUSE).
m4_define([MW_MPI_DIRECTORIES], [/usr/lib64/openmpi*/bin /usr/lib64/mpich*/bin /usr/lib64/mpi/gcc/*/bin])
AC_DEFUN([MW_MPI_SEARCH], [
    MW_MPI_PATH=$PATH
    for mw_dir in MW_MPI_DIRECTORIES; do
        AS_IF([test -d "$mw_dir"], [MW_MPI_PATH=$MW_MPI_PATH:$mw_dir])
    done
])

# MW_MPI_PROGRAMS(NAMES, THEN): runs THEN for each program of one of the names, with its path in mw_path. THEN may break 2.
AC_DEFUN([MW_MPI_PROGRAMS], [
    mw_saved_ifs=$IFS
    for mw_name in $1; do
        IFS=:
        for mw_dir in $MW_MPI_PATH; do
            IFS=$mw_saved_ifs
            mw_path=$mw_dir/$mw_name
            AS_IF([test -x "$mw_path" && test -f "$mw_path"], [$2])
        done
        IFS=$mw_saved_ifs
    done
])

# MW_MPI_WRAPPER(VARIABLE, MACRO, NAMES): the first of NAMES that compiles against an mpi.h that defines MACRO.
AC_DEFUN([MW_MPI_WRAPPER], [
    AS_IF([test -z "$$1"], [
        printf '#include <mpi.h>\n#ifndef $2\n#error another MPI\n#endif\n' >conftest.c
        MW_MPI_PROGRAMS([$3], [
            AS_IF([$mw_path -c -o conftest.o conftest.c >/dev/null 2>&1], [$1=$mw_path; break 2])
        ])
        rm -f conftest.c conftest.o
    ])
])

# MW_MPI_FORTRAN(VARIABLE, MACRO, NAMES): the first of NAMES that compiles a program with `use mpi_f08`.
AC_DEFUN([MW_MPI_FORTRAN], [
    MW_MPI_PROGRAMS([$3], [
        mkdir -p conftest.dir
        printf 'program p\nuse mpi_f08\ncall MPI_Init()\ncall MPI_Finalize()\nend program\n' >conftest.dir/t.f90
        AS_IF([(cd conftest.dir && $mw_path -c t.f90) >/dev/null 2>&1], [$1=$mw_path])
        rm -rf conftest.dir
        AS_IF([test -n "$$1"], [break 2])
    ])
])
