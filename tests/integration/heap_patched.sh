# SPDX-License-Identifier: MIT
# Libraries of the network overwrite the code of mmap() and munmap(). They must find libc's functions, and lines of mappings are still
# recorded after MPI_Init.
. "${srcdir:-.}/tests/lib.sh"
[ "$SANITIZERS" != yes ] || skip_all 'built with sanitizers: the library only passes calls on'

python=/usr/bin/python3
[ -x "$python" ] || python=python3

cat >judge.py <<'END'
import csv, sys
rows = [row for row in csv.DictReader(open("h.csv", newline="")) if "map_later" in row["stack"]]
held = sum(int(row["bytes_at_peak"]) for row in rows)
print(held, "not", sys.argv[1], rows)
sys.exit(held != int(sys.argv[1]))
END

for mpi in $(mpis); do
    run=$(mpirun_of "$mpi")
    rm -f h.csv
    timeout 120 "$memwatch" run --quiet --heap=h.csv -- "$run" -n 1 "$programs/$mpi/patched" >out 2>err
    check "$mpi: ends as without the library" same $? 0
    for name in mmap munmap mremap madvise sbrk brk; do
        check "$mpi: dlsym() finds libc's $name()" grep -q "^LIBC $name\$" out
    done
    check "$mpi: what is mapped after MPI_Init is known by line" "$python" judge.py "$(sed -n 's/^MAPPED //p' out)"
done
done_testing
