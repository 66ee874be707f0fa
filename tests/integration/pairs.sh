# SPDX-License-Identifier: MIT
# A spike between the start of a nonblocking or persistent collective and its completion belongs to the pair; loops of
# MPI_Test do not flood the record.
. "${srcdir:-.}/tests/lib.sh"

held() { # MPI END
    # where each library runs a nonblocking Allreduce's operation on two ranks
    case $1 in openmpi) rank=0 other=1 ;; *) rank=1 other=0 ;; esac
    options='--exact' run_mpi "$1" 2 "$(program "$1" ispikes)" --end "$2" --mib 32 --rank $rank
    status=$?
    [ "$status" = 77 ] && { echo "the operation was never run on that rank"; cat out; return 1; }
    [ "$status" = 0 ] || { echo "ended with $status"; cat out err; return 1; }
    expected=$(grep '^PAIR' out)
    line=$(grep "^site rank=$rank " dump | grep " call=\"$(echo "$expected" | field call)\" " |
        grep "where=\"ispikes.c:$(echo "$expected" | field line)\"")
    near "$(echo "$line" | field spike)" 33554432 1048576 || return 1
    # five completions: a test without success is not a call
    same "$(echo "$line" | field calls)" 5 || return 1
    [ "$(grep -c "^phase rank=$rank " dump)" -lt 30 ] || { grep "^phase rank=$rank" dump; return 1; }
    near "$(grep "^site rank=$other " dump | grep '+Wait ' | field spike)" 0 1048576
}

for mpi in $(mpis); do
    for end in wait waitall waitany waitsome test testall testany testsome persistent; do
        check "$end, $mpi" held "$mpi" $end
    done
done
done_testing
