# SPDX-License-Identifier: MIT
# Messages are plain technical English: the string literals of the product have none of a few words that are easy to replace.
. "${srcdir:-.}/tests/lib.sh"

none() { [ -z "$1" ] || { echo "$1"; return 1; }; }

# "file:line: literal" for each string literal that has one of the words. Comments, characters and #include are no strings.
words() {
    awk '
        FNR == 1 { comment = 0 }
        /^[ \t]*#[ \t]*include/ { next }
        {
            rest = $0
            while (rest != "") {
                if (comment) {
                    end = index(rest, "*/")
                    if (!end) next
                    rest = substr(rest, end + 2)
                    comment = 0
                }
                if (!match(rest, /"([^"\\]|\\.)*"|\047([^\047\\]|\\.)*\047|\/\*|\/\/.*/)) next
                token = substr(rest, RSTART, RLENGTH)
                rest = substr(rest, RSTART + RLENGTH)
                if (token == "/*") comment = 1
                if (token !~ /^"/) continue
                text = tolower(token)
                gsub(/\\n|\\t/, " ", text)
                gsub(/is no longer/, "", text)
                if (text ~ /[^a-z0-9_](tell|tells|told|mend|mended|dear|dearest|stands)[^a-z0-9_]/ ||
                    text ~ /[^a-z0-9_]is no [a-z]/)
                    print FILENAME ":" FNR ": " token
            }
        }' "$@"
}

sources() { (cd "$top_srcdir" && find collector launcher pmpi -name '*.[ch]' | sort); }

check "there is something to look at" [ "$(sources | wc -l)" -gt 400 ]
check "no string of the product has one of the words" none "$(cd "$top_srcdir" && words $(sources))"

# The check can fail.
cat >"$work/sample.c" <<'END'
/* a comment tells
 * "and is no string" */
#include "tell/told.h"
static const char quote = '"', *const plain = "it is no longer there; standstill, retell"; /* "told" */
static const char *const first = "this tells\nnothing", *const second = "an \"x\" is no y";
static const char *const third = "not there", /* between */ *const fourth = "TOLD";
END
check "each kind of word is found, and nothing else" same "$(words "$work/sample.c" | sed 's/^[^:]*://')" '5: "this tells\nnothing"
5: "an \"x\" is no y"
6: "TOLD"'
done_testing
