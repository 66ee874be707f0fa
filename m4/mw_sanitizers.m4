# SPDX-License-Identifier: MIT
# MW_SANITIZERS: --enable-sanitizers builds the command and the unit tests with ASan and UBSan. The shim is
# preloaded into programs that have no sanitizer runtime: it gets UBSan's checks as traps, which need none.
# THREAD_SANITIZER: the shim can be built once more with ThreadSanitizer, for a test.
AC_DEFUN([MW_SANITIZERS], [
    AC_ARG_ENABLE([sanitizers], [AS_HELP_STRING([--enable-sanitizers], [build with AddressSanitizer and UBSan])],
                  [mw_sanitizers=$enableval], [mw_sanitizers=no])
    SANITIZER_CFLAGS= SHIM_SANITIZER_CFLAGS=
    AS_IF([test "$mw_sanitizers" = yes], [
        SANITIZER_CFLAGS="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"
        SHIM_SANITIZER_CFLAGS="-fsanitize=undefined -fsanitize-undefined-trap-on-error"
    ])
    AC_SUBST([SANITIZER_CFLAGS])
    AC_SUBST([SHIM_SANITIZER_CFLAGS])

    AC_CACHE_CHECK([whether $CC has ThreadSanitizer], [mw_cv_tsan], [
        mw_saved_CFLAGS=$CFLAGS CFLAGS="$CFLAGS -fsanitize=thread"
        AC_LINK_IFELSE([AC_LANG_PROGRAM], [mw_cv_tsan=yes], [mw_cv_tsan=no])
        CFLAGS=$mw_saved_CFLAGS
    ])
    AM_CONDITIONAL([THREAD_SANITIZER], [test "$mw_cv_tsan" = yes && test "$mw_sanitizers" = no])
])
