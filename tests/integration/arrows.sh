# SPDX-License-Identifier: MIT
# Includes point only down: launcher -> collector -> what stands below the line; pmpi uses only the latter.
. "${srcdir:-.}/tests/lib.sh"

includes() { # folder: "file includes" lines
    (cd "$top_srcdir" && grep -H -o -E '#include "(collector|pmpi|launcher|tests)/[a-z0-9_/.]+"' "$1"/*.[ch] "$1"/*.def 2>/dev/null |
        sed 's/:#include "\(.*\)"/ \1/')
}

# The part of the collector that stands below the line, in the order in which it may be used.
below='collector/(err|clock|hostname|io|launch_variables|starters|record|procmem|seen|segment|journal|magic|text|token|wait_log)\.h'

none() { [ -z "$1" ] || { echo "$1"; return 1; }; }

check "there is something to look at" [ "$(includes pmpi | wc -l)" -gt 30 ]
check "collector includes neither launcher nor pmpi" none "$(includes collector | grep -E ' (launcher|pmpi|tests)/')"
check "launcher never includes pmpi" none "$(includes launcher | grep -E ' (pmpi|tests)/')"
check "launcher never includes mpi.h" none "$(cd "$top_srcdir" && grep -l 'mpi\.h>' launcher/*.[ch] collector/*.[ch])"
check "pmpi uses only what stands below the line" \
    none "$( (includes pmpi; includes pmpi/wait) | grep -v ' pmpi/' | grep -v -E " $below\$")"
check "what stands below the line stays there" \
    none "$(includes collector | grep -E '^collector/(err|clock|hostname|io|launch_variables|starters|record|procmem|seen|segment|journal|magic|text|token|wait_log)\.[ch] ' | grep -v -E " $below\$")"
check "the shim needs no mpi.h" none "$(cd "$top_srcdir" && grep -l '<mpi\.h>' pmpi/*.[ch])"
done_testing
