# SPDX-License-Identifier: MIT
# MPI objects: created, freed and live at one time, by kind and by call site; the report names the lines that leave more and more.
. "${srcdir:-.}/tests/lib.sh"

[ -n "$(mpis)" ] || skip_all 'no MPI library'
source=$top_srcdir/tests/programs/objects.c
line_of() { grep -n -e "$1" "$source" | head -n 1 | cut -d: -f1; }
by_kind() { # as the program prints it
    python3 -c '
import json
for rank in json.load(open("rec"))["ranks"]:
    for o in rank["objects"]:
        print("rank", rank["rank"], o["kind"], "created", o["created"], "freed", o["freed"], "most", o["live_max"])' | sort
}
site() { # line: of rank 0's site there
    python3 -c '
import json, sys
for site in json.load(open("rec"))["ranks"][0]["sites"]:
    if site["label"].endswith(" objects.c:" + sys.argv[1]):
        print(site["object"], site["created"], site["freed"], site["live_max"])' "$1"
}
calls() { # rank 0's calls that created objects, all of which were freed
    python3 -c '
import json
for site in json.load(open("rec"))["ranks"][0]["sites"]:
    if site["object"] != "none" and site["created"] == site["freed"] > 0:
        print("call", site["call"])' | sort -u
}
named() { sed -n '/^MPI objects/,/^$/p' err | grep -o 'objects.c:[0-9]*' | sort -u; }

for mpi in $(mpis); do
    "$memwatch" run -o rec --force --run-dir "$work" -- "$(mpirun_of "$mpi")" -n 2 "$(program "$mpi" objects)" --loops 30 >out 2>err
    tr -s ' \n' ' ' <err >out.joined
    check "$mpi: by kind, in each rank" same "$(by_kind)" "$(grep '^rank ' out | sort)"
    check "$mpi: a line that leaks" same "$(site "$(line_of 'MPI_Comm_dup(MPI_COMM_WORLD, &copy)')")" 'communicator 30 0 30'
    check "$mpi: a line whose objects another one frees" same "$(site "$(line_of 'MPI_Type_dup(row')")" 'datatype 30 30 1'
    check "$mpi: one whose handle is that of another one" same "$(site "$(line_of 'MPI_Comm_group(MPI_COMM_WORLD, &again)')")" \
        'group 30 30 1'
    check "$mpi: the report has the lines that leave more and more, and no other" same "$(named)" \
        "$(grep -n '/\* leaks \*/' "$source" | cut -d: -f1 | sed 's/^/objects.c:/' | sort -u)"
    check "$mpi: with their number, kind and rank" grep -q 'MPI_Comm_dup objects.c:[0-9]*: 30 communicators not freed in rank 0; 2 ranks leave some, 60 in all' out.joined

    "$memwatch" run -o rec --force --run-dir "$work" -- "$(mpirun_of "$mpi")" -n 2 "$(program "$mpi" rows_objects)" >out 2>err
    check "$mpi: each call that creates one: by kind" same "$(by_kind)" "$(grep '^rank ' out | sort)"
    check "$mpi: each of them has its own" same "$(calls)" "$(grep '^call ' out | sort -u)"
    check "$mpi: nothing is reported where all is freed" same "$(named)" ''
done
done_testing
