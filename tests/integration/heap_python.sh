# SPDX-License-Identifier: MIT
# Memory and MPI calls by lines of Python scripts: of NumPy and mpi4py, in many states of the interpreter, with each version of
# Python that is there. More of them: MW_PYTHONS="/opt/python3.9/bin/python3 ..."
. "${srcdir:-.}/tests/lib.sh"
scripts=$top_srcdir/tests/programs/python
python=/usr/bin/python3 # Debian's: another one on PATH doesn't have its packages
[ -x $python ] || skip_all "there is no $python"

cat >judge.py <<'END'
"""Compares what the lines of a script say that they hold ("holds 32", in MiB) with the record; of small blocks about."""
import json, re, sys
script = sys.argv[1]
record, name, MIB = json.load(open("r.json")), script.rsplit("/", 1)[1], 1 << 20
lines = {line["label"]: line for line in record["heaps"]["lines"]}
wrong = seen = 0
for number, text in enumerate(open(script), 1):
    told = re.search(r"#.*holds (?:about )?(\d+)", text)
    if not told:
        continue
    seen += 1
    line = lines.get(f"{name}:{number}", {"max_bytes": 0, "max_error_bytes": 0})
    held, expected = line["max_bytes"], int(told[1]) * MIB
    error = expected / 20 + 6 * line["max_error_bytes"] if "small" in text else MIB / 4
    if abs(held - expected) > error:
        print(f"{name}:{number} holds {held / MIB:.2f} MiB, not {told[1]}")
        wrong += 1
if seen < 10 or wrong:
    sys.exit(f"{wrong} of {seen} lines are wrong")
calls = {site["label"] for site in record["ranks"][0]["sites"]}
for number, text in enumerate(open(script), 1):
    call = re.search(r"(?:mpi|COMM_WORLD)\.(?:MPI_)?(Barrier|Reduce)\(", text)
    if call and f"MPI_{call[1]} {name}:{number}" not in calls:
        sys.exit(f"no call site is MPI_{call[1]} {name}:{number}: {sorted(calls)}")
END

right() { # SCRIPT
    "$python" judge.py "$1" || { sed -n '/ held at its peak/,/^$/p' err; return 1; }
}

held() { # PYTHON SCRIPT ARGUMENTS...
    rm -f r.json
    options="-o r.json" run_mpi $mpi 2 "$@"
}

# The MPI that mpi4py was built for, not the first one that was found
library=$($python -c 'import mpi4py; mpi4py.rc.initialize = False
import numpy
from mpi4py import MPI; print(MPI.Get_library_version())' 2>/dev/null)
case $library in
    *'Open MPI'*) mpi=openmpi ;;
    *MPICH*) mpi=mpich ;;
    *) mpi= ;;
esac
if [ "$mpi" ] && mpis | grep -qx $mpi; then
    held $python "$scripts/heap.py"
    check "NumPy, mpi4py: the job ends well" same "$? $(cat out)" "0 "
    check "NumPy, mpi4py: lines hold what they should" right "$scripts/heap.py"
else
    skip "NumPy and mpi4py" "$python doesn't have them"
fi

for mpi in $(mpis); do
    so=$(ldd "$(program $mpi whose)" | awk '/libmpi/ {print $3; exit}')
    for one in $python ${MW_PYTHONS-}; do
        version=$("$one" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        held "$one" "$scripts/lines.py" "$so"
        check "$mpi, Python $version: the job ends well" same "$? $(sort -u out)" "0 done"
        case $version in
            3.9 | 3.1[0-4]) check "$mpi, Python $version: lines" right "$scripts/lines.py" ;;
            *) check "$mpi, Python $version: unknown" grep -q "lines of Python are not known" err ;;
        esac
    done
done

for one in $python ${MW_PYTHONS-}; do
    case $("$one" -c 'import sys; print("%d.%d" % sys.version_info[:2])') in
        3.9 | 3.1[0-4]) ;;
        *) continue ;;
    esac
    include=$("$one" -c 'import sysconfig; print(sysconfig.get_paths()["include"])')
    if [ -f "$include/Python.h" ] && [ -d "$include/internal" ]; then
        ${CC:-cc} -w -I"$top_srcdir" -I"$include" -I"$include/internal" "$scripts/offsets.c" -o offsets
        check "offsets of $include" ./offsets
    else
        skip "offsets of $one" "there are no headers in $include"
    fi
done
# A program that loads Python itself, and unloads it.
heap=$(dirname "$shim")/libmemwatch-heap.so
embedded=$($python -c 'import sysconfig, os; v = sysconfig.get_config_vars(); print(os.path.join(v["LIBDIR"], v["INSTSONAME"]))')
if [ -e "$embedded" ]; then
    ${CC:-cc} -std=gnu11 -O1 "$scripts/embedded.c" -o embedded -ldl
    for preload in "$heap" "$shim:$heap"; do
        env OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=1 MEMWATCH_HEAP_INTERVAL=4096 LD_PRELOAD="$preload" \
            ./embedded "$embedded" >embedded.out 2>&1
        check "Python that is loaded and unloaded again and again: $(basename "$preload")" same "$? $(cat embedded.out)" "0 done"
    done
else
    skip "Python that is loaded and unloaded" "there is no $embedded"
fi
done_testing
