# SPDX-License-Identifier: MIT
# More call sites and phases than a record has room for: totals stay exact, the loss is reported, and the important ones have a name:
# frequent ones, those with much memory, and the one of the rank's peak, even if it is the last.
. "${srcdir:-.}/tests/lib.sh"

of_rank() { grep '^rank rank=0 ' dump | field "$1"; }
sum_of() { grep "^$1 rank=0 " dump | field "$2" | awk '{ n += $1 } END { print n + 0 }'; }
placed() { grep "^site rank=0 .*where=\"many_places.* call=\"$1\" " dump | field calls | awk '{ n += $1 } END { print n + 0 }'; }

is_like() { # value pattern
    # shellcheck disable=SC2254
    case $1 in $2) ;; *) echo "'$1' is not like '$2'"; return 1 ;; esac
}

# Everything is in exactly one entry. MPI calls: Init, Finalize, two MPI_Comm_dups, and
all_there() { # calls of the program besides
    # (a thread that the kernel does not run for half a second, while it has the record, lets others record nothing)
    same $(($(of_rank calls) + $(of_rank unrecorded_calls))) $(($1 + 4)) && same "$(sum_of site calls)" "$(of_rank calls)"
}

for mpi in $(mpis); do
    many=$(program "$mpi" many_places)

    run_mpi "$mpi" 2 "$many" 1 1 0 65536 call
    check "$mpi, once: the job ends well" same "$?" 0
    check "$mpi, once: all calls are counted" all_there 3202
    check "$mpi, once: the call at the peak has its place" is_like "$(of_rank peak_site)" 'MPI_Comm_dup many_places.c:*'
    check "$mpi, once: all calls have a line" same "$(($(placed MPI_Bcast) + $(placed MPI_Allreduce)))" 3200
    check "$mpi, once: a loop after them has a call site" grep -q '^site rank=0 .*MPI_Allreduce.* calls=200 ' dump
    tr -s ' \n' ' ' <err >joined
    check "$mpi, once: the report says how many were counted together" \
        grep -Eq '[0-9,]+ calls are counted by line, or by MPI function as "other places"' joined

    run_mpi "$mpi" 1 "$many" 5 1 5000 65536 phase die
    check "$mpi, full: the job dies" [ "$?" != 0 ]
    check "$mpi, full: all calls are counted" same "$(sum_of site calls)" "$(of_rank calls)"
    check "$mpi, full: the phase of the peak" same "$(of_rank peak_phase)" 'at last'
    check "$mpi, full: the phase at the end" same "$(of_rank phase)" 'at last'
    check "$mpi, full: a phase after them has an entry" grep -q '^phase rank=0 .* path="step" .* visits=1[89][0-9] ' dump
    check "$mpi, full: all visits are counted" same "$(grep '^phase rank=0 .* kind=user' dump | field visits |
        awk '{ n += $1 } END { print n + 0 }')" 5200
    check "$mpi, full: the report says so" grep -q 'counted as "other phases"' err

    options=--exact
    run_mpi "$mpi" 1 "$many" 5 1 3000 32 phases
    options=
    check "$mpi, every phase higher than all before: the last one is named" same "$(of_rank peak_phase)" 'late 2999'
    check "$mpi, every phase higher: growth is counted once" near "$(grep '^phase rank=0 .* kind=user' dump | grep -v 'path="[^"]*/' |
        field growth | awk '{ n += $1 } END { print n }')" $((3000 * 32 << 10)) 8388608

    run_mpi "$mpi" 1 "$many" 5 2 0 65536 call
    check "$mpi, two threads: the job ends well" same "$?" 0
    check "$mpi, two threads: all calls are counted" all_there 30202
    check "$mpi, two threads: the call at the peak has its place" is_like "$(of_rank peak_site)" 'MPI_Comm_dup many_places.c:*'

    "$memwatch" report --json=record "$rundir" >report 2>err
    check "$mpi: the record can be read again" "$memwatch" report record
done
done_testing
