# SPDX-License-Identifier: MIT
# A heap that malloc keeps: the row, the advice, and that malloc_trim() returns what the row says.
. "${srcdir:-.}/tests/lib.sh"

run() { # MPI [trim]
    mpi_of=$1
    shift
    "$memwatch" run --force -o run.json -- "$(mpirun_of "$mpi_of")" -n 2 "$(program "$mpi_of" fragments)" "$@" >out 2>err
}
heap() { # field of rank 0's heap
    python3 -c "import json; print(json.load(open('run.json'))['ranks'][0]['heap']['rows']['$1'])"
}
returned() { sed -n 's/^RSS before=\([0-9]*\) after=\([0-9]*\)/\1 \2/p' out | awk '{ print $1 - $2 }'; }
table() { sed -n '/^What rank/,/^$/p' err | tr -s ' \n' ' '; }
shows() { table | grep -Eq "$1" || { table; return 1; }; }
shows_not() { ! shows "$1"; }

mib=$((1 << 20))
for mpi in $(mpis); do
    check "$mpi: the job" run "$mpi"
    kept=$(heap kept_bytes)
    # 200 MiB without the blocks that stay
    check "$mpi: the row: what was freed" near "$kept" $((199 * mib)) $((12 * mib))
    check "$mpi: in the table" shows "1[89][0-9]\.[0-9] MiB|20[0-9]\.[0-9] MiB [67][0-9] % free, but kept by malloc"
    check "$mpi: the 64 MiB of the peak" shows "64.0 MiB .* main fragments.c:"
    check "$mpi: the advice, with the amount" shows \
        "malloc kept (1[89]|20)[0-9]\.[0-9] MiB that the program had freed: malloc_trim\(\), .* would return about that"
    check "$mpi: the same job with malloc_trim()" run "$mpi" trim
    check "$mpi: it returns as much as was said, within 20 %" near "$(returned)" "$kept" $((kept / 5))
    check "$mpi: and there is no advice" shows_not "malloc kept"
    check "$mpi: nor that row" [ "$(heap kept_bytes)" -lt $((16 * mib)) ]
done
done_testing
