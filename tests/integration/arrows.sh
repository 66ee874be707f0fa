# SPDX-License-Identifier: MIT
# Includes point only down, by the order in folders.list, and never form a cycle.
. "${srcdir:-.}/tests/lib.sh"

list=$top_srcdir/tests/integration/folders.list
none() { [ -z "$1" ] || { echo "$1"; return 1; }; }

# "file header" for each include of ours.
(cd "$top_srcdir" && find collector pmpi launcher -name '*.[ch]' -o -name '*.def' | sort |
    xargs grep -H -o -E '#include "(collector|pmpi|launcher|tests)/[a-z0-9_/.]+"' | sed 's/:#include "\(.*\)"/ \1/') >"$work/includes"

# Those that break the order of the folders. A header without a folder of the list (pmpi/memwatch.h, config.h) may be included everywhere.
against_order() {
    awk -v list="$list" '
        function folder(path) { sub(/\/[^\/]*$/, "", path); return path }
        BEGIN {
            while ((getline line < list) > 0) {
                if (line ~ /^#/) continue
                level++
                count = split(line, names, " ")
                for (i = 1; i <= count; i++) place[names[i]] = level
            }
        }
        {
            from = folder($1); to = folder($2)
            if (!(from in place)) print $1 ": its folder is not in folders.list"
            else if (to != from && to in place && place[to] <= place[from]) print $1 " includes " $2
            else if (to ~ /^tests/ || (from !~ /^launcher/ && to ~ /^launcher/)) print $1 " includes " $2
        }' "$1"
}

# What a module includes, x.c and x.h being one; tsort finds cycles.
circles() {
    sed 's/\.\([ch]\|def\) / /; s/\.\([ch]\|def\)$//' "$1" | awk '$1 != $2' | tsort 2>&1 >"$work/sorted" | sed -n '/^tsort/!p; s/^tsort: [^ ]*: /in a circle: /p'
}

# Headers of the collector that the shim includes without compiling their .c files.
uncompiled() {
    awk '$1 ~ /^pmpi\// && $2 ~ /^collector\// {print $2}' "$work/includes" | sort -u |
        while read -r header; do grep -q -F "$header" "$top_srcdir/pmpi/local.mk" || echo "$header"; done
}

check "there is something to look at" [ "$(wc -l <"$work/includes")" -gt 1000 ]
check "every folder of the sources is in the list" none "$(cd "$top_srcdir" && find collector pmpi launcher -name '*.[ch]' ! -path pmpi/memwatch.h |
    sed 's|/[^/]*$||' | sort -u | while read -r folder; do grep -q -w -F "$folder" "$list" || echo "$folder"; done)"
check "includes point only down" none "$(against_order "$work/includes")"
check "and form no cycle" none "$(circles "$work/includes")"
check "no folder has more than 25 files of code" none "$(cd "$top_srcdir" && find collector pmpi launcher -name '*.c' |
    sed 's|/[^/]*$||' | sort | uniq -c | awk '$1 > 25')"
check "every folder has a README.md" none "$(cd "$top_srcdir" && grep -v '^#' "$list" | tr ' ' '\n' |
    while read -r folder; do [ -z "$folder" ] || [ -f "$folder/README.md" ] || echo "$folder/README.md"; done)"
check "the shim includes only what it compiles" none "$(uncompiled)"
check "the launcher never includes headers of the shim" none "$(grep '^\(launcher\|collector\)/[^ ]* pmpi/' "$work/includes")"
check "only the shim's tests need an mpi.h" none "$(cd "$top_srcdir" && grep -r -l --include='*.[ch]' '<mpi\.h>' pmpi launcher collector)"

# The checks can fail.
echo 'collector/base/io.c collector/merge/merge.h' >"$work/up"
check "an include that points up is found" [ -n "$(against_order "$work/up")" ]
printf 'a/x.c a/y.h\na/y.h a/x.h\n' >"$work/round"
check "a cycle is found" [ -n "$(circles "$work/round")" ]
done_testing
