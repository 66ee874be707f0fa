# SPDX-License-Identifier: MIT
# Messages are plain technical English: the string literals of the product, and the text of its web pages, have none of a few
# words and phrases that are easy to replace.
. "${srcdir:-.}/tests/lib.sh"

none() { [ -z "$1" ] || { echo "$1"; return 1; }; }

# "file:line: literal" for each string literal that has one of the words. Comments, characters and #include are not strings. Of
# an HTML file every line counts.
words() {
    awk '
        function has_word(text) {
            text = tolower(text)
            gsub(/\\n|\\t/, " ", text)
            gsub(/is no longer/, "", text)
            text = " " text " "
            return text ~ /[^a-z0-9_](tell|tells|told|mend|mends|mended|dear|dearest|stands|kin)[^a-z0-9_]/ ||
                text ~ /[^a-z0-9_](nobody|somebody|anybody|whoever|witness|guest|guilt|guilty|unasked)[^a-z0-9_]/ ||
                text ~ /[^a-z0-9_](all the same|for good|of its own|of their own|at any moment|no word of|as it pleases)[^a-z0-9_]/ ||
                text ~ /[^a-z0-9_](goes on|go on|lies on|keeps? apart|told apart|broken off|the other side|made up)[^a-z0-9_]/ ||
                text ~ /[^a-z0-9_]is no [a-z]/
        }
        FNR == 1 { comment = 0 }
        FILENAME ~ /\.html$/ { if (has_word($0)) print FILENAME ":" FNR ": " $0; next }
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
                if (has_word(token)) print FILENAME ":" FNR ": " token
            }
        }' "$@"
}

sources() { (cd "$top_srcdir" && find collector launcher pmpi -name '*.[ch]' &&
    find collector/page/web -maxdepth 1 '(' -name '*.js' -o -name '*.html' ')') | sort; }

check "there are files to check" [ "$(sources | wc -l)" -gt 400 ]
check "scripts and text of the pages among them" [ "$(sources | grep -c '/page/web/')" -ge 7 ]
check "no string of the product has one of the words" none "$(cd "$top_srcdir" && words $(sources))"

# The check can fail.
cat >"$work/sample.c" <<'END'
/* a comment tells
 * "and is no string" */
#include "tell/told.h"
static const char quote = '"', *const plain = "it is no longer there; standstill, retell"; /* "told" */
static const char *const first = "this tells\nnothing", *const second = "an \"x\" is no y";
static const char *const third = "not there", /* between */ *const fourth = "TOLD";
static const char *const fifth = "for goodness", *const sixth = "the job goes on";
END
echo '<p>What it tells: "nothing"</p>' >"$work/sample.html"
check "each kind of word is found, and nothing else" same "$(words "$work/sample.c" "$work/sample.html" | sed 's/^[^:]*://')" '5: "this tells\nnothing"
5: "an \"x\" is no y"
6: "TOLD"
7: "the job goes on"
1: <p>What it tells: "nothing"</p>'
done_testing
