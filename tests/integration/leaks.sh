# SPDX-License-Identifier: MIT
# --leak-check: a leak of 100 KiB at each visit is found, with its phase, size and line; what only looks like one is not.
. "${srcdir:-.}/tests/lib.sh"

leaks() { # mpi, how, visits
    "$memwatch" run --quiet --exact --leak-check -- "$(mpirun_of "$1")" -n 2 "$(program "$1" leaks)" --how "$2" \
        --visits "$3" >out 2>err
    echo $?
}

for mpi in $(mpis); do
    for visits in 60 1000; do
        check "$mpi: a leak, $visits visits: 13" same "$(leaks "$mpi" leak $visits)" 13
        check "$mpi: its phase, ranks and line" grep -q \
            'leak-check: phase "work" leaves .* more behind at every visit: rank .*, at .*leaks.c:[0-9]*.*; ranks 0-1$' err
        # what MPI does beside it may grow by a little, too
        check "$mpi: its size" near "$(sed -n 's/.* leaves \([0-9]*\) KiB more.*/\1/p' err)" 100 4
        check "$mpi: no other phase is accused" same "$(grep -c 'leak-check: phase' err)" 1
        for how in warm saw once none; do
            check "$mpi: $how, $visits visits: no leak" same "$(leaks "$mpi" $how $visits)" 0
        done
    done
    check "$mpi: of two phases the one that leaks" same "$(leaks "$mpi" else 100; grep -c 'phase "other" leaves' err)" "13
1"
done

# Where the later visits were not measured nothing is sure.
for mpi in $(mpis); do
    check "$mpi: calls too fast for the budget: never accused of a warm-up" \
        same "$("$memwatch" run --quiet --leak-check -- "$(mpirun_of "$mpi")" -n 2 "$(program "$mpi" leaks)" --how warm \
            --visits 3000 >out 2>err; echo $?)" 0
done
done_testing
