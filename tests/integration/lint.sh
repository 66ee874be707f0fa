# SPDX-License-Identifier: MIT
# Formatting, and checkers of scripts: .clang-format, .editorconfig, .shellcheckrc, tests/browser/eslint.config.js.
. "${srcdir:-.}/tests/lib.sh"

none() { [ -z "$1" ] || { printf '%s\n' "$1" | head -n 40; return 1; }; }
sources() { (cd "$top_srcdir" && find collector pmpi launcher tests examples bench doc m4 bootstrap .ci configure.ac Makefile.am "$@"); }
scripts() {
    sources -name node_modules -prune -o -name '*.sh' -print
    for file in bootstrap .ci/run bench/*; do
        [ ! -f "$top_srcdir/$file" ] || ! head -n 1 "$top_srcdir/$file" | grep -q -E '^#!.*\b(ba|da)?sh\b' || echo "$file"
    done
}

sh "$top_srcdir/tests/format.sh" --check >format 2>&1
case $? in
    77) skip "C files are formatted" "$(cat format)" ;;
    *) check "C files are formatted (make format)" none "$(head -n 40 format)" ;;
esac
if command -v shellcheck >/dev/null; then
    check "scripts: shellcheck has no warnings" none "$(cd "$top_srcdir" && scripts | sort -u | xargs shellcheck -S warning)"
else
    skip "scripts: shellcheck has no warnings" "shellcheck was not found"
fi
eslint=$top_srcdir/tests/browser/node_modules/.bin/eslint
if command -v node >/dev/null && [ -x "$eslint" ]; then
    check "the page's scripts: eslint has no warnings" none "$(cd "$top_srcdir" && ESLINT_USE_FLAT_CONFIG=true "$eslint" \
        -c tests/browser/eslint.config.js collector/page/web/*.js tests/browser/*.js 2>&1)"
else
    skip "the page's scripts: eslint has no warnings" "eslint was not found: npm ci in tests/browser"
fi
check "no line ends with blanks" none "$(cd "$top_srcdir" &&
    sources -name node_modules -prune -o -name uplot -prune -o -type f \( -name '*.[ch]' -o -name '*.js' -o -name '*.mk' \) -print |
    xargs grep -n -E '[[:blank:]]+$')"
check "unit tests use assert_uint_in_range() of tests/unit/in_range.h, which each version of cmocka has" none "$(cd "$top_srcdir" &&
    grep -rn -w assert_in_range tests/unit --include='*.c')"
done_testing
