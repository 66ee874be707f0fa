# SPDX-License-Identifier: MIT
# --group-by: all processes, grouped; sums of peaks only where they are a bound.
. "${srcdir:-.}/tests/lib.sh"

mpi=$(mpis | head -n 1)
"$memwatch" run --quiet -o job.json -- "$(mpirun_of "$mpi")" -n 4 "$(program "$mpi" spikes)" --mib 16 >out 2>err
by() { # what, more options: the table of processes
    what=$1
    shift
    "$memwatch" report --group-by "$what" "$@" job.json 2>&1 | sed -n '/^Processes/,/^ *= exact/p' >table
}
ranks=$(basename "$(program "$mpi" spikes)")

by rank
check "a row for each rank, and one for the others" same "$(grep -c -E '^  +([0-3]|no rank) ' table)" 5
by host
check "one host: all processes together" grep -q -E "^  $(uname -n) +([5-9]|[1-9][0-9]) " table
check "their peaks added up are a bound, or nothing" grep -q -E "^  $(uname -n) +([5-9]|[1-9][0-9]) +[0-9]+ +(≤ [0-9.]+ MiB|\?) " table
by command
check "ranks have one command" grep -q -E "$ranks.* +4 +4 +≤ [0-9.]+ MiB +=" table
by exe
check "and one program file" grep -q -E "/$ranks +4 +4 " table
by exe --exclude "$ranks"
check "filters come first" [ "$(grep -c "/$ranks " table)" = 0 ]
# The ranks, mpirun that names them, and what it forks before they are exec'd.
check "with the number of processes that they left out" grep -q -E '([4-9]|[1-9][0-9]+) processes left out' table
"$memwatch" report job.json >plain 2>&1
check "without it the ranks are separate" grep -q '^Other processes' plain
"$memwatch" report --group-by colour job.json 2>err
check "an unknown value: 125" same $? 125
check "the message lists the values" grep -q 'command, exe, rank or host' err
done_testing
