# SPDX-License-Identifier: MIT
# The command line: what was probably meant, mistakes that would do something else, help and version everywhere.
. "${srcdir:-.}/tests/lib.sh"

# says WHAT STATUS TEXT ARGUMENTS...: memwatch ends with the status, and its message has the text
says() {
    what=$1 expected=$2 text=$3
    shift 3
    "$memwatch" "$@" >out 2>err </dev/null
    status=$?
    check "$what: status $expected" same $status "$expected"
    check "$what: the message" grep -q -F -e "$text" err
    check "$what: one line" same "$(wc -l <err)" 1
}
absent() { [ ! -e "$1" ]; }

# ---- what was meant ----

says 'two letters exchanged' 125 "unknown command 'rnu': did you mean 'run'?" rnu -- true
says 'a letter too few' 125 "did you mean 'compare'?" comare a b
says 'a letter too many' 125 "did you mean 'report'?" reeport a
says 'the beginning of one' 125 "did you mean 'completion'?" compl
says 'nothing like it' 125 "unknown command 'xyzzy' (see memwatch --help)" xyzzy
says 'help on it' 125 "did you mean 'doctor'?" help docter
says 'an internal command is not suggested' 125 "unknown command 'agnet' (see memwatch --help)" agnet
says 'an option' 125 "unrecognized option '--tmeline=x' (did you mean --timeline?)" run --tmeline=x -- true
says 'an option of a child table' 125 '(did you mean --max-rank-rss?)' run --max-rnak-rss 1M -- true
says 'an option like none' 125 "unrecognized option '--xyzzy'" run --xyzzy -- true
check 'there is no suggestion' sh -c '! grep -q mean err'
says 'of another command' 125 '(did you mean --threshold?)' compare --treshold 5 a b

# ---- mistakes that getopt accepts ----

says 'no argument before --' 125 '--html needs its FILE: --html=FILE' run --html -- true
check 'no file of that name' absent ./--
says 'the same with a letter' 125 '--output needs its FILE' run --quiet -o -- true
says 'a letter among others' 125 '--interval needs its MS' run -i -- true
says 'an argument only after =' 125 "--json takes its FILE only after '=': --json=a.json" run --json a.json -- true
says 'with more options behind it' 125 '--json=a.json' run --json a.json --quiet -i 50 -- true
"$memwatch" run --quiet --json sh -c 'echo "$2" >&2' sh -- x >out 2>err
check 'a command that has -- itself is run' same "$(cat err)" x
"$memwatch" run --json=a.json --quiet -- true
check 'with = it is written' [ -s a.json ]
"$memwatch" run --quiet --json -- echo this >out 2>err
check 'without an argument it goes to stdout' grep -q '"verdict"' out
"$memwatch" run --quiet -o b.json true -- --html -- x
check 'after the command, words are its own' [ -s b.json ]
"$memwatch" run --quiet --outp c.json -- true
check 'a shortened option is still accepted' [ -s c.json ]

# ---- a command in place of a subcommand ----

says 'columns of no file' 125 '--timeline-ranks adds columns to the file of --timeline' run --timeline-ranks -- true
says 'columns of no file, later' 125 'give --timeline=FILE as well' report --timeline-ranks run.json
says 'an interval of nothing' 125 '--heap-interval has no effect with --no-heap' run --no-heap --heap-interval 4K -- true
says 'a limit of nothing' 125 '--overhead has no effect with --exact' run --overhead 2 --exact -- true

"$memwatch" sh -c 'echo "$1"; exit 3' sh -i >out 2>err
check 'memwatch COMMAND: its status' same $? 3
check 'memwatch COMMAND: its output' same "$(cat out)" -i
check 'memwatch COMMAND: it is reported' grep -q '^memwatch  sh -c' err
"$memwatch" ./nothing >out 2>err
check 'no such program' same $? 125

# ---- help and version ----

for command in run report compare scale runs top doctor shim completion; do
    "$memwatch" $command --help >long
    "$memwatch" $command -h >letter
    "$memwatch" help $command >word
    check "$command: -h" cmp long letter
    check "memwatch help $command" cmp long word
done
check 'run --help is in groups' same "$("$memwatch" run --help | grep -E '^ ?[A-Z][A-Za-z, ]*:$' | sed 's/^ //' | tr '\n' ' ')" \
    'Measuring: Output: Display: Limits, for CI: Run directory and hosts: '
check 'the examples come first' [ "$("$memwatch" run --help | grep -n -e '  memwatch run -- mpirun' | cut -d: -f1)" -lt 8 ]
"$memwatch" --version >long
for words in -V version 'run -V' 'top --version'; do
    # shellcheck disable=SC2086
    "$memwatch" $words >short
    check "$words" cmp long short
done

# ---- ASCII ----

"$memwatch" run --quiet -o ascii.json -- sh -c 'sleep 0.2'
"$memwatch" report --all ascii.json >signs
LC_ALL=C "$memwatch" report --all ascii.json >ascii
check 'LC_ALL=C: a report in ASCII' [ "$(LC_ALL=C grep -c '[^ -~]' ascii):$(grep -c '>=' ascii)" = "0:$(grep -c '≥' signs)" ]
check 'of as many lines and columns' same "$(awk '{print length}' ascii)" "$(LC_ALL=C.UTF-8 python3 -c '
for line in open("signs", encoding="utf-8"):
    print(len(line) - 1)')"
LC_ALL=C "$memwatch" report --json ascii.json >again.json
check 'the record is as it is' cmp ascii.json again.json

check 'shim: the library' [ -f "$("$memwatch" shim)" ]
check 'shim --preload: both libraries' same "$("$memwatch" shim --preload | tr ':' '\n' | sed 's/.*\///' | xargs)" \
    'libmemwatch-pmpi.so libmemwatch-heap.so'
MEMWATCH_SHIM=/nowhere/lib.so "$memwatch" shim >out 2>err
check 'shim: none there' same $? 125
done_testing
