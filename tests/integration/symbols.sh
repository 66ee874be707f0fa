# SPDX-License-Identifier: MIT
# Looking up symbols: no network unless requested, nothing opened that is not a regular file, and debug information is found
# in separate files as before.
. "${srcdir:-.}/tests/lib.sh"

command -v objcopy >/dev/null 2>&1 || skip_all "needs objcopy (binutils)"
mpi=$(mpis | head -n 1)
case $mpi in
    openmpi) cc=$OPENMPI_CC ;;
    mpich) cc=$MPICH_CC ;;
    *) skip_all "needs an MPI library" ;;
esac
cat >p.c <<'END'
#include <mpi.h>
int main(int c, char **v) { MPI_Init(&c, &v); MPI_Barrier(MPI_COMM_WORLD); MPI_Finalize(); return 0; }
END
build() { # program, flags
    program=$1
    shift
    $cc -g "$@" -o "$program" p.c
}
report_of() { timeout 60 "$memwatch" run ${options-} -- $(mpirun_of "$mpi") -n 1 "./$1" >out 2>err; }
no() { ! grep "$@"; }

# A FIFO in place of a file: opening it would release its writer.
fifo() {
    rm -f opened "$1"
    mkfifo "$1"
    { exec 8>"$1"; : >opened; } 2>/dev/null &
    writer=$!
}
not_opened() {
    kill -0 "$writer" 2>/dev/null && [ ! -e opened ]
}
end_fifo() { # path
    kill "$writer" 2>/dev/null
    wait "$writer" 2>/dev/null
    rm -f "$1"
}

build p
report_of p
check "lines from the program itself" grep -q 'p\.c:2' err
check "no message if nothing is wrong" no 'no source lines' err

strip_to() { # program: its debug information goes to program.debug
    objcopy --only-keep-debug "$1" "$1.debug" && strip -g "$1" && objcopy --add-gnu-debuglink="$1.debug" "$1"
}
build linked
strip_to linked
report_of linked
check "a debug link beside the program: lines" grep -q 'p\.c:2' err
mkdir .debug
mv linked.debug .debug/
report_of linked
check "in .debug: lines" grep -q 'p\.c:2' err
build other -DOTHER -O1
strip_to other
mv other.debug .debug/linked.debug
report_of linked
check "of another build: no lines" no 'p\.c:2' err
rm -r .debug
build plain -Wl,--build-id=none
strip_to plain
report_of plain
check "without build ids, by the checksum: lines" grep -q 'p\.c:2' err
printf x >>plain.debug
report_of plain
check "with another checksum: no lines" no 'p\.c:2' err

for place in linked.debug .debug/linked.debug; do
    mkdir -p "$(dirname "$place")"
    fifo "$place"
    report_of linked
    check "$place is a FIFO: the run ends" same $? 0
    check "$place is a FIFO: it was not opened" not_opened
    check "$place is a FIFO: calls have their function" grep -q 'MPI_Barrier.*main' err
    end_fifo "$place"
done
mkdir linked.debug
report_of linked
check "a directory: the run ends" same $? 0
rmdir linked.debug
ln -s /dev/zero linked.debug
report_of linked
check "a device: the run ends" same $? 0
rm linked.debug

# What dwz moved into another file: its name, a NUL, its build id.
{ printf 'alt.debug\0'; printf 01234567890123456789; } >"link"
build shares
objcopy --add-section .gnu_debugaltlink=link shares 2>objcopy.err
fifo alt.debug
report_of shares
check "a supplementary file is a FIFO: the run ends" same $? 0
check "it was not opened" not_opened
end_fifo alt.debug

$cc -g -gsplit-dwarf -c p.c 2>/dev/null && $cc -g -gsplit-dwarf -o split p.o
if [ -e p.dwo ]; then
    report_of split
    check "split DWARF: lines" grep -q 'p\.c:2' err
    for place in p.dwo split.dwp; do
        fifo "$place"
        report_of split
        check "split DWARF, $place is a FIFO: the run ends" same $? 0
        check "it was not opened" not_opened
        end_fifo "$place"
    done
else
    skip "split DWARF" "$cc has none"
fi

# A program that is a FIFO by the time of the report.
"$memwatch" run --keep -- $(mpirun_of "$mpi") -n 1 ./p >out 2>err
rundir=$(sed -n 's/.*the run directory is kept: //p' err)
fifo p
timeout 60 "$memwatch" report "$rundir" >out 2>err
check "the program is a FIFO: the report ends" same $? 0
check "it was not opened" not_opened
check "calls have their address" grep -q 'MPI_Barrier.*p+0x' out
end_fifo p
rm -rf "$rundir"

# A server that accepts connections and sends nothing.
if ! command -v python3 >/dev/null 2>&1; then
    skip "debuginfod" "needs python3"
    done_testing
    exit 0
fi
cat >server.py <<'END'
import socket, sys
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen(64)
print(s.getsockname()[1], flush=True)
kept = []
while True:
    kept.append(s.accept()[0])
    open("asked", "a").write("x")
END
python3 server.py >port &
server=$!
until_true [ -s port ]
export HOME="$work" XDG_CACHE_HOME="$work/cache" DEBUGINFOD_URLS="http://127.0.0.1:$(cat port)/" DEBUGINFOD_TIMEOUT=1
report_of linked
check "debuginfod: not used by default" [ ! -e asked ]
if ldconfig -p 2>/dev/null | grep -q libdebuginfod.so.1; then
    options=--debuginfod report_of linked
    check "--debuginfod: the run ends" same $? 0
    check "--debuginfod: the server is asked" [ -e asked ]
    check "--debuginfod: calls have their function" grep -q 'MPI_Barrier.*main' err
else
    skip "--debuginfod" "libdebuginfod was not found"
fi
kill $server
wait $server 2>/dev/null
done_testing
