#!/bin/sh
# SPDX-License-Identifier: MIT
# format.sh: formats all C files by .clang-format (make format). format.sh --check: prints what is not formatted, and fails.
# Releases of clang-format differ: only the one named here is used. Programs whose line numbers are
# expected by tests are left out.
set -u
release=14
cd "${srcdir:-$(dirname "$0")/..}" || exit 1
program=clang-format
! command -v clang-format-$release >/dev/null || program=clang-format-$release
case $($program --version 2>/dev/null) in
    *" version $release."*) ;;
    *)
        echo "format: needs clang-format $release" >&2
        exit 77
        ;;
esac
how=-i
[ "${1-}" != --check ] || how='--dry-run -Werror'
# shellcheck disable=SC2086
find collector pmpi launcher tests examples bench \( -name node_modules -o -path '*/programs' -o -path examples \) -prune -o -name '*.[ch]' -print | sort | xargs $program $how
