# SPDX-License-Identifier: MIT
# Files of 1 TiB with nothing in them, FIFOs and devices, wherever a file is read by its path: memwatch ends immediately, and reports
# in one line what is wrong.
. "${srcdir:-.}/tests/lib.sh"

hole() { truncate -s 1T "$1" 2>/dev/null; }
hole probe || skip_all "no sparse files of 1 TiB here"
rm -f probe

# ends STATUS WORDS COMMAND...: at once, with that status and one line that has the words.
ends() {
    expected=$1 words=$2
    shift 2
    timeout 10 "$@" >out 2>err </dev/null
    same $? "$expected" && same "$(grep -c '^memwatch: ' err)" 1 && grep -q -E "^memwatch: .*$words" err || { cat err; return 1; }
}

# Everything that takes a path.
record='{ "schema": "memwatch-record-1", "places": ['
hole hole
echo "$record" >hole.json && hole hole.json
printf MEMWATCH >gathered-0000000000000001 && hole gathered-0000000000000001
mkfifo fifo
mkdir records && cp --sparse=always hole records/n=2.json && cp --sparse=always hole.json records/n=4.json
for file in hole hole.json gathered-0000000000000001 fifo /dev/zero; do
    check "report $file" ends 1 "$(basename $file)" "$memwatch" report "$file"
    check "compare $file" ends 1 "$(basename $file)" "$memwatch" compare "$file" "$file"
done
check "scale --from" timeout 10 sh -c '"$1" scale --from records >out 2>err; [ $? = 1 ]' sh "$memwatch"
check "scale --from: and reports for each what is wrong" same "$(grep -c '^memwatch: .*n=[24]\.json' err)" 2

# Every file of a run directory, beside sound ones.
mkdir runs
"$memwatch" run --keep --quiet --run-dir "$work/runs" -- true >out 2>err
dir=$(echo "$work"/runs/*)
host=$(uname -n)
chmod 700 "$dir"
for name in "journal-0000000000000001-$host-99999" journal-0000000000000001-elsewhere-99998 view-elsewhere peer-elsewhere \
    exits-elsewhere gathered-0000000000000002 agent-elsewhere; do
    hole "$dir/$name"
    timeout 10 "$memwatch" report "$dir" >out 2>err
    check "$name: the report is made" same $? 0
    tr -s ' \n' ' ' <out >joined
    case $name in
        agent-*) ;;
        exits-*) check "$name: the report mentions it" grep -q 'exit records' joined ;;
        *) check "$name: and names it" grep -q -F "$name" joined ;;
    esac
    timeout 10 "$memwatch" top --once "$dir" >out 2>err
    check "$name: memwatch top ends" [ $? -le 1 ]
    timeout 10 "$memwatch" runs --run-dir "$work/runs" >out 2>err
    check "$name: memwatch runs ends" same $? 0
    rm -f "$dir/$name"
    mkfifo "$dir/$name"
    check "$name: a FIFO is not waited for" timeout 10 "$memwatch" report "$dir"
    rm -f "$dir/$name"
done
done_testing
