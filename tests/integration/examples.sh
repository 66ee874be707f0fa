# SPDX-License-Identifier: MIT
# examples/README.md is correct: its commands run, print what it shows, and need the memory that it states.
. "${srcdir:-.}/tests/lib.sh"

readme=$top_srcdir/examples/README.md
mpi=$(mpis | head -n 1) # the examples are built for it
examples=$top_builddir/examples
export PATH="$top_builddir/launcher:$PATH"

# Commands that start in the build directory, with its MPI; what memwatch writes goes here.
mkdir build
ln -s "$examples" build/examples
cd build || exit 1
grep -E '^    mpirun -n [0-9]+ examples/' "$readme" | sort -u >commands
check "there are some" [ "$(wc -l <commands)" -ge 4 ]
while read -r word option ranks program arguments; do
    [ -x "$program" ] || { skip "$program $arguments" "was not built"; continue; }
    # shellcheck disable=SC2086
    "$(mpirun_of "$mpi")" $option $ranks "$program" $arguments >out 2>&1
    check "$word $option $ranks $program $arguments" same $? 0
    # the output shown in the README
    block=$(awk -v line="    $word $option $ranks $program${arguments:+ }$arguments" \
        '$0 == line {on = 1; next} on == 1 && /^prints/ {on = 2; next} on == 2 && /^    / {print substr($0, 5); found = 1; next}
         on == 2 && found {exit} on == 1 && /^[^ ]/ {exit}' "$readme")
    [ -z "$block" ] || check "it prints the shown output" same "$(cat out)" "$block"
done <commands

# Options that do not exist are refused.
for program in rank_table replicated; do
    "$(mpirun_of "$mpi")" -n 1 "examples/$program" --nonsense >out 2>err
    check "$program: a wrong option: not 0" [ $? != 0 ]
    check "$program: how to use it" grep -q "^Usage: mpirun -n N $program" err
    "$(mpirun_of "$mpi")" -n 2 "examples/$program" --help >out 2>err
    check "$program --help: 0" same $? 0
    check "$program --help: once" same "$(grep -c '^Usage' out)" 1
done

# The scaling table, its first row measured again. What MPI_Init takes is part of it: that of Open MPI 4.
peak() { "$memwatch" report --json "$1" | python3 -c 'import json, sys; print(max(r["peak"]["bytes"] for r in json.load(sys.stdin)["ranks"]) / 1048576)'; }
row=$(grep '^| 1,048,576 |' "$readme" | tr -d '|MiB')
if [ "$mpi" = openmpi ] && "$OPENMPI_RUN" --version | grep -q -F '(OpenRTE) 4.'; then
    # shellcheck disable=SC2086
    set -- ${row#*576}
    for ranks in 2 4 8; do
        "$memwatch" run --silent --quiet -o "$ranks.json" -- "$(mpirun_of "$mpi")" -n $ranks examples/mpi_distributed_compute --size 1048576
        check "the scaling table: $ranks ranks" near "$(peak $ranks.json)" "$1" "$(awk -v v="$1" 'BEGIN {print v * 0.06}')"
        shift
    done
else
    skip "the scaling table" "what MPI_Init takes is part of it: it was measured with Open MPI 4"
fi

# Files and anchors that it names are there.
for file in $(grep -o -E '\]\([^)#]+' "$readme" | cut -c3- | sort -u); do
    check "$file is there" [ -e "$top_srcdir/examples/$file" ]
done
for anchor in $(grep -o -E '\]\(#[^)]+' "$readme" | cut -c4- | sort -u); do
    check "#$anchor is a heading" grep -q -i -E "^#+ $(echo "$anchor" | tr - ' ')\$" "$readme"
done
done_testing
