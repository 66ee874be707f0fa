# SPDX-License-Identifier: MIT
# Text from outside reaches neither terminal nor file as a control sequence: names of files, records, words of the command
# line, the environment, error texts of other libraries.
. "${srcdir:-.}/tests/lib.sh"

none() { [ -z "$1" ] || { printf '%s\n' "$1"; return 1; }; }

# By construction: stderr is written by one function, except for reports and constant text.
raw=$(cd "$top_srcdir" && grep -n -E '\bstderr\b|STDERR_FILENO|\b(perror|warnx?|errx?|psignal|argp_error|argp_failure|argp_usage|error)\(' \
    $(find launcher collector pmpi -name '*.c') |
    grep -v -E '^[a-z/_]*\.c:[0-9]+: *(/?\*|\{")|on stderr|to stderr' |
    grep -v -E 'mw_display_style\(|isatty\(|dup2\(|fstat\(|ioctl\(|(return|[{,=!]) STDERR_FILENO')
allowed='^(collector/base/(message|mem)|collector/symbols/symbolizer_child|pmpi/base/log)\.c:|
^launcher/hosts/agent_main\.c:.*fputs\(usage,|
^launcher/cli/main\.c:.*help\(stderr\)|
^launcher/run/live\.c:.*(dprintf\(STDERR_FILENO, "(\\r%s)?\\r?\\033\[K|STDERR_FILENO)|
^launcher/options/parse\.c:.*(real = stderr|stderr = (caught|real))|
^launcher/run/(repeat|report)\.c:.*mw_report_(repeat|text|text_more)_write\(stderr|
^launcher/output/results\.c:.*annotate\(stderr,'
check "messages are printed by mw_message() and mw_log() only" none "$(printf '%s\n' "$raw" | grep -v -E "$(echo "$allowed" | tr -d '\n')")"
check "(and the rest is still there to be allowed)" sh -c 'echo "$1" | grep -q collector/base/message' sh "$raw"

# ESC ] 0 ; x BEL, ESC [ 2 J, C1 in UTF-8 and alone, a direction, DEL, CR.
evil=$(printf '\033]0;x\007\033[2J\302\23331m\233\342\200\256\177\r')
clean() { # no control characters except newline, no C1, no changes of direction, only UTF-8
    iconv -f UTF-8 -t UTF-8 "$@" >/dev/null &&
        none "$(LC_ALL=C grep -a -n -P '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]' "$@" | cat -v)"
}
# says "what" command...: both streams are clean, and there is a message.
says() {
    what=$1
    shift
    timeout 30 "$@" >out 2>err </dev/null
    cat out err >both
    check "$what" clean both
    check "$what: there is a message" [ -s both ]
}

says "an unknown command" "$memwatch" "x$evil"
for command in run report compare scale runs top doctor; do
    says "$command: an unknown option" "$memwatch" $command "--x$evil"
    says "$command: an unknown letter" "$memwatch" $command "-$evil"
done
says "a missing argument" "$memwatch" run "--interval"
says "a wrong value" "$memwatch" run -i "$evil" true
says "a wrong pattern" "$memwatch" run --include "[$evil" true
says "a wrong size" "$memwatch" run --max-total-rss "1$evil" true
says "a wrong word" "$memwatch" report --color "$evil" x
says "a command that is not there" "$memwatch" run "/no/$evil"
says "a file that cannot be written" "$memwatch" run -o "/no/$evil.json" true
says "a directory that is not there" "$memwatch" run --run-dir "/no/$evil" true
says "a path that is not there" "$memwatch" report "/no/$evil"
says "scale: a wrong list" "$memwatch" scale -n "$evil" true
says "scale: a wrong parameter" "$memwatch" scale -n 2 --param "$evil=1" true
says "scale: a directory that is not there" "$memwatch" scale --from "/no/$evil"
says "runs: a word" "$memwatch" runs "$evil"
says "top: a path" "$memwatch" top --once "/no/$evil"
says "doctor: the environment" env PATH="$PATH:/$evil" TMPDIR="/$evil" MEMWATCH_SHIM="/$evil" "$memwatch" doctor
says "a shim that is not there" env MEMWATCH_SHIM="/$evil" "$memwatch" run true

# Names of files.
mkdir "dir$evil" study
printf 'x' >"dir$evil/a$evil.json"
says "a record of that name" "$memwatch" report "dir$evil/a$evil.json"
says "compare: a directory of that name" "$memwatch" compare "dir$evil" "dir$evil"
for name in "p$evil=1,n=2.json" "=cmd,n=3.json"; do cp "dir$evil/a$evil.json" "study/$name"; done
says "scale --from: files of that name" "$memwatch" scale --from study
mkdir -m 700 rundir
for name in journal- exits- view- peer- gathered- "journal-00000000000000aa-node-1-"; do echo x >"rundir/$name$evil"; done
says "a run directory with such files" "$memwatch" report rundir
says "top of it" "$memwatch" top --once rundir

# What a record holds. The JSON library's own error texts quote it.
json='\u001b]0;x\u0007\u001b[2J\u009b31m\u202e\u007f\r\n'
for record in "{\"schema\": \"$json\", \"command\": \"\"}" "{\"$json\": 1" "[\"$json\", $json]" "{\"schema\": 3, \"command\": \"$json\"}" \
    "$evil" "{\"command\": \"$evil\"}"; do
    printf '%s' "$record" >record.json
    says "a record that holds it" "$memwatch" report record.json
    says "compare of it" "$memwatch" compare record.json record.json
done

# A command line and a program of that name, in all forms.
mkdir bin
cp /bin/sleep "bin/=s$evil"
if timeout 60 "$memwatch" run -o run.json -- "bin/=s$evil" 0.3 2>err; then
    check "the report of such a command" clean err
    "$memwatch" report --force --csv a.csv --timeline b.csv --processes c.csv run.json 2>/dev/null
    "$memwatch" report --force --csv a.csv --timeline b.csv --trace d.json --metrics e.txt --html f.html run.json
    check "every form of it" clean a.csv b.csv d.json e.txt f.html run.json
    check "no cell of a table is a formula" none "$(grep -E '(^|,)"?[=+@-]' a.csv | grep -v -E '(^|,)-?[0-9]')"
    says "the verdict" "$memwatch" report --max-total-rss 1 --junit g.xml --force run.json
    check "JUnit" clean g.xml
    says "annotations" env GITHUB_STEP_SUMMARY="$work/summary" "$memwatch" report --max-total-rss 1 --github run.json
    check "the step summary" clean summary
else
    check "the run of such a command" same failed well
fi
if command -v xmllint >/dev/null; then
    check "JUnit is XML" xmllint --noout g.xml
else
    skip "JUnit is XML" "xmllint is not there"
fi

# The shim.
for mpi in $(mpis); do
    job="$(mpirun_of "$mpi") -n 1 $(program "$mpi" busy) --calls 5"
    # shellcheck disable=SC2086
    says "$mpi: the shim on the environment" env LD_PRELOAD="$shim" MEMWATCH_SITE_DEPTH="$evil" MEMWATCH_RUN_DIR="$evil" \
        MEMWATCH_OUTPUT="/no/$evil" $job
done
done_testing
