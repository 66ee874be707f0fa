#!/bin/bash
# SPDX-License-Identifier: MIT
# The kill matrix: jobs in which one rank ends in each way, at each time, under each MPI; checks whether the post-mortem names
# it. Not part of `make check`: `make kill-matrix` in the build directory; CONTRIBUTING.md describes it.
#   KILL_MPIS, KILL_HOWS, KILL_WHENS, KILL_VICTIMS   separated by blanks; the default is all
#   KILL_FILTERS   "NAME" or "NAME=COMMAND", separated by blanks: COMMAND runs its arguments as on another kernel ("plain")
# Cells come in random order, so that a part of them is a sample.
#   KILL_JOBS      cells at the same time (2)     KILL_OUT   a file for one line for each cell
. "${srcdir:-.}/tests/lib.sh"

mpis=${KILL_MPIS-$(mpis)}
hows=${KILL_HOWS-segv bus abrt fpe kill term int hup exit _exit abort oom}
whens=${KILL_WHENS-before init computing inside waiting all after}
victims=${KILL_VICTIMS-0 1 3}
filters=${KILL_FILTERS-plain}
ranks=4

cause_of() { # how when
    case $1 in
        exit | _exit) echo 'ended with status 3' ;;
        abort) echo 'called MPI_Abort\(5\)' ;;
        oom) echo "killed by SIGKILL: by the kernel's OOM killer" ;;
        *) echo "killed by SIG$(echo "$1" | tr a-z A-Z)" ;;
    esac
}

# A memory control group for one cell, version 1; prints its directory.
make_group() {
    group=/sys/fs/cgroup/memory/memwatch-cell-$$-$1
    mkdir "$group" 2>/dev/null || return 1
    echo $((200 << 20)) >"$group/memory.limit_in_bytes"
    echo $((200 << 20)) >"$group/memory.memsw.limit_in_bytes" 2>/dev/null
    echo "$group"
}

remove_group() {
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        rmdir "$1" 2>/dev/null && return
        sleep 0.1
    done
}

# "right", "unknown", "wrong" or "none" (the job was not affected), and the line of the report.
judge() { # report status how victim
    named='(rank|would be rank) [0-9]+\)?,? died (first|at)'
    line=$(grep -E -m 1 "$named" "$1")
    named=$(echo "$line" | sed -n -E 's/.*(rank|would be rank) ([0-9]+)\)?,? died (first|at).*/\2/p')
    if [ -n "$named" ]; then
        # a line is not broken before its cause
        if [ "$named" = "$4" ] && grep -A 1 -F "$line" "$1" | tr -s ' \n' ' ' | grep -q -E "$(cause_of "$3")"; then
            echo right
        elif [ "$named" = "$4" ]; then
            echo half
        else
            echo wrong
        fi
    elif grep -q '✗' "$1"; then
        echo unknown
    elif [ "$2" = 0 ]; then
        echo none
    else
        echo missing
    fi
}

cell() { # filter mpi how when victim
    filter=${1%%=*} wrap=
    [ "$1" = "$filter" ] || wrap=${1#*=}
    name=$filter-$2-$3-$4-$5
    mkdir -p "$work/$name" && cd "$work/$name" || return
    set -- "$filter" "$2" "$3" "$4" "$5" "$(mpirun_of "$2")" -n $ranks "$(program "$2" kill_cell)" --how "$3" --when "$4" --victim "$5"
    how=$3 victim=$5 line="$1 $2 $3 $4 $5" group=
    shift 5
    if [ "$how" = oom ]; then
        group=$(make_group "$name") || return
        set -- sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$group" "$@"
    fi
    timeout -k 5 60 $wrap "$memwatch" run --report report --force -- "$@" >out 2>&1 </dev/null
    status=$?
    verdict=$(judge report $status "$how" "$victim")
    echo "$line $verdict $status $(grep -m 1 '✗' report | tr -s ' ')"
    [ -z "$group" ] || remove_group "$group"
    cd "$work" && rm -rf "${work:?}/$name"
}

applies() { # how when
    case $1-$2 in
        abort-before | abort-init | abort-after) return 1 ;;
        oom-*) [ -w /sys/fs/cgroup/memory ] && [ -e /sys/fs/cgroup/memory/memory.limit_in_bytes ] ;;
    esac
}

cells() {
    for filter in $filters; do for mpi in $mpis; do for how in $hows; do for when in $whens; do for victim in $victims; do
        ! applies "$how" "$when" || echo "$filter $mpi $how $when $victim"
    done; done; done; done; done
}

table() {
    awk '{ key = $1 " " $2; n[key]++; v[key, $6]++; all++; sum[$6]++ }
        END {
            printf "%-28s %6s %6s %6s %8s %6s %8s %6s\n", "filter, MPI", "cells", "right", "half", "unknown", "wrong", "missing", "none"
            for (key in n)
                printf "%-28s %6d %6d %6d %8d %6d %8d %6d\n", key, n[key], v[key, "right"], v[key, "half"], v[key, "unknown"], v[key, "wrong"], v[key, "missing"], v[key, "none"]
            judged = all - sum["none"]
            printf "%d cells, %d judged: %.1f %% right (rank and cause), %d with the rank and another cause, %d not known, %d wrong, %d without a post-mortem\n",
                all, judged, judged ? 100 * sum["right"] / judged : 0, sum["half"], sum["unknown"], sum["wrong"], sum["missing"]
            exit sum["wrong"] > 0 || sum["half"] > 0 || 100 * sum["right"] < 98 * judged
        }' "$1"
}

if [ "${1-}" = cell ]; then
    shift
    cell "$@"
    exit
fi
results=${KILL_OUT-$work/results}
cells | shuf | xargs -P "${KILL_JOBS-2}" -L 1 bash "${srcdir:-.}/tests/kill_matrix.sh" cell >"$results"
grep -v ' right \| none ' "$results" | sort
table "$results"
