# SPDX-License-Identifier: MIT
# MW_WARNINGS: the project's compiler warnings in MW_CFLAGS, those the compiler knows; --enable-werror.
AC_DEFUN([MW_WARNINGS], [
    AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [warnings are errors])],
                  [mw_werror=$enableval], [mw_werror=no])
    MW_CFLAGS=
    for mw_flag in -std=gnu11 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
                   -Wpointer-arith -Wwrite-strings -Wundef -Wformat=2 -Wvla -fno-common
    do
        MW_CHECK_FLAG([$mw_flag], [MW_CFLAGS="$MW_CFLAGS $mw_flag"])
    done
    AS_IF([test "$mw_werror" = yes], [MW_CFLAGS="$MW_CFLAGS -Werror"])
    AC_SUBST([MW_CFLAGS])
])

# MW_CHECK_FLAG(FLAG, THEN): runs THEN when the compiler takes FLAG.
AC_DEFUN([MW_CHECK_FLAG], [
    mw_saved_cflags=$CFLAGS
    CFLAGS="$CFLAGS -Werror $1"
    AC_MSG_CHECKING([whether $CC takes $1])
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
                      [AC_MSG_RESULT([yes])
                       $2], [AC_MSG_RESULT([no])])
    CFLAGS=$mw_saved_cflags
])
