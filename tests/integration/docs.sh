# SPDX-License-Identifier: MIT
# --help, the man pages and the list of commands agree, and the man pages are well-formed.
. "${srcdir:-.}/tests/lib.sh"

man() { echo "$top_srcdir/doc/memwatch-$1.1"; }
commands=$("$memwatch" --help | sed -n "/^Commands/,\$s/^  \([a-z]*\)  .*/\1/p")

# Options as --help has them, and as a page has them at the head of their paragraphs: "--name=ARG", "--name[=ARG]".
in_help() { "$memwatch" "$1" --help | grep -o -E '^ +(-[a-z], )?--[a-z-]+(\[?=[^ ]+)?' | grep -o -e '--.*' | sort -u; }
in_page() {
    awk 'before == ".TP" && /^\.B/ { print } { before = $0 }' "$1" |
        sed -e 's/^\.[A-Z]* *//' -e 's/\\-/-/g' -e 's/\\f[A-Z]//g' -e 's/"//g' -e 's/ *= */=/g' -e 's/ *\[ */[/g' |
        grep -o -E -e '--[a-z-]+(\[?=[^ ,]+)?' | sort -u
}
none() { [ -z "$1" ] || { echo "$1"; return 1; }; }
names() { sed 's/\[*=.*//' | sort -u; }

for command in $commands; do
    page=$(man "$command")
    check "$command has a man page" [ -s "$page" ]
    check "$command: memwatch(1) has it in the synopsis" grep -q "^\.B memwatch $command\$" "$top_srcdir/doc/memwatch.1"
    check "$command: memwatch(1) names it" grep -q "memwatch.-$command (1)" "$top_srcdir/doc/memwatch.1"
    # shellcheck disable=SC2016
    check "$command: --help begins with examples" sh -c '"$1" "$2" --help | head -n 14 | grep -q "^ *memwatch $2\|^ *eval"' sh "$memwatch" "$command"
done
for command in run compare scale runs top; do
    check "$command: the page has the options of --help, with their arguments" same "$(in_page "$(man $command)")" "$(in_help $command | grep -v -x -e --help)"
done
# report(1) refers to run(1) for what both have
in_help report | names | grep -v -x -e --help >wanted
sed -e 's/\\-/-/g' "$(man report)" | grep -o -e '--[a-z-]*' | sort -u >in_report_page
check "report: the page has the options of --help" none "$(comm -23 wanted in_report_page)"
check "report: and no others" none "$(comm -13 wanted in_report_page)"
for page in "$top_srcdir"/doc/*.[17]; do
    name=$(basename "$page")
    check "$name: see also, or memwatch(1)" grep -q 'SEE ALSO' "$page"
    check "$name: it has a date" grep -q -E '^\.TH [^ ]+ [17] 20[0-9]{2}-[0-9]{2}-[0-9]{2} ' "$page"
    check "$name: each .TP has a paragraph" none "$(awk '/^\.(TP|SH|SS)/ && last == ".TP" { print FNR } { last = $0 }' "$page")"
    if command -v groff >/dev/null; then
        check "$name: groff has no warnings" none "$(groff -man -Tutf8 -ww -z "$page" 2>&1)"
    else
        skip "$name: groff" 'groff was not found'
    fi
    if command -v mandoc >/dev/null; then
        check "$name: mandoc -Tlint has no warnings" none "$(mandoc -Tlint "$page" 2>&1)"
    else
        skip "$name: mandoc -Tlint" 'mandoc was not found'
    fi
done
# Quotes are printed, and not interpreted as quotes of a macro's argument.
if command -v groff >/dev/null; then
    groff -man -Tascii -P-c -P-b -P-u -rHY=0 "$top_srcdir/doc/memwatch-pmpi.7" | tr -s ' \n' ' ' >pmpi.txt
    for call in 'MPI_Pcontrol(1, "fft")' 'MPI_Pcontrol(-1, "fft")' 'memwatch_phase_begin("fft");'; do
        check "memwatch-pmpi(7) prints $call" grep -q -F -e "$call" pmpi.txt
    done
fi
# Examples of --help are accepted: a wrong option would be the first error of a run.
"$memwatch" run --help | sed -n 's/^  \(memwatch run .*\)/\1/p' | sed 's/  *(.*//' >examples
while read -r word command arguments; do
    # shellcheck disable=SC2086
    "$memwatch" run ${arguments%%-- *} --run-dir /nowhere -- true >/dev/null 2>err
    check "accepted: $word $command $arguments" sh -c '! grep -q "unrecognized\|invalid option\|takes" err'
done <examples
check "there were some" [ -s examples ]
done_testing
