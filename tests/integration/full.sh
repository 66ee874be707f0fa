# SPDX-License-Identifier: MIT
# More call sites than a record has room for: totals stay exact, and the loss is told.
. "${srcdir:-.}/tests/lib.sh"

calls_of() { grep "^site rank=0 .*call=\"*$1\"* " dump | field calls | awk '{n += $1} END {print n}'; }

for mpi in $(mpis); do
    run_mpi "$mpi" 2 "$(program "$mpi" many_sites)"
    check "$mpi: the job ends well" same "$?" 0
    # MPI_Init and 1,022 Barriers have entries of their own; the last is for 78 Barriers, twice, and MPI_Finalize
    check "$mpi: the record is full" same "$(grep -c '^site rank=0 ' dump)" 1024
    check "$mpi: calls with an entry of their own" same "$(calls_of MPI_Barrier)" 2044
    check "$mpi: the others are in the last one" same "$(calls_of '(other calls)')" 157
    check "$mpi: all calls are counted" same "$(grep '^rank rank=0 ' dump | field calls)" 2202
    tr -s ' \n' ' ' <err >joined
    check "$mpi: the report says how many have no place" \
        grep -q '314 calls found the table of call sites full (1024 per rank)' joined
done
done_testing
