# SPDX-License-Identifier: MIT
# Many ranks: the right answers, the same whether the details of all ranks are kept or not, and memory in proportion.
. "${srcdir:-.}/tests/lib.sh"

tools=$top_builddir/tests/tools
for tool in mwgen mwreport usage; do
    [ -x "$tools/$tool" ] || skip_all "tests/tools/$tool was not built"
done

answer() { sed -n "s/^$2=//p" "$1.answers"; }

# make_run NAME RANKS HOSTS FORM...: a run directory in $work/NAME.
make_run() {
    name=$1 ranks=$2 hosts=$3
    shift 3
    "$tools/mwgen" -n "$ranks" -H "$hosts" "$@" "$work/$name" >"$work/$name.answers"
}

# Compared with the numbers of the generator, in bytes from the dump, since the report rounds them.
finds_all() { # name
    run=$work/$1
    "$mwdump" "$run" >dump || return 1
    same "$(grep '^job ' dump | field ranks)" "$(answer "$run" records)" &&
        same "$(grep '^job ' dump | field hosts)" "$(answer "$run" hosts)" &&
        same "$(grep '^rank ' dump | awk '{ rank = $2; sub(/.* peak=/, ""); if ($1 + 0 > max) { max = $1 + 0; largest = rank } }
            END { print largest }')" "rank=$(answer "$run" largest_rank)" &&
        same "$(grep "^rank rank=$(answer "$run" largest_rank) " dump | field peak)" "$(answer "$run" largest_bytes)" &&
        same "$(grep '^rank ' dump | field peak | awk '{ sum += $1 } END { printf "%.0f\n", sum }')" \
            "$(answer "$run" peak_sum)"
}

reports_all() { # report name
    run=$work/$2
    grep -q "largest peak = 2.0 GiB in rank $(answer "$run" largest_rank) " "$1" || { echo largest; return 1; }
    grep -q "^  $(answer "$run" spike_call) .* = 30[0-9].[0-9] MiB  *$(answer "$run" spike_rank) " "$1" ||
        { echo spike; return 1; }
    grep -q "3 of $(answer "$run" ranks) ranks left no record: ranks $(answer "$run" missing)" "$1" ||
        { echo missing; return 1; }
    grep -q "✗ rank $(answer "$run" dead): ended without MPI_Finalize" "$1" || { echo dead; return 1; }
    grep -q "$(answer "$run" records) ranks on $(answer "$run" hosts) hosts" "$1"
}

# The stack of the largest spike is of a rank whose details were dropped and read again.
has_stack() {
    grep -A 1 '^  MPI_Alltoallv .* = 30' "$1" | grep -q 'call [0-9,]*, from 100.0 MiB, in phase solve.*: .* ←'
}

make_run gathered 2000 50
make_run journals 2000 50 -j
make_run whole 2000 50 -w
for form in gathered journals whole; do
    check "$form: ranks, hosts and peaks are right to the byte" finds_all $form
    "$memwatch" report "$form" >"$form.report"
    check "$form: the report names the largest, spiking, missing and dead ranks" reports_all "$form.report" $form
    for all in "" -a; do
        # shellcheck disable=SC2086
        "$tools/mwreport" $all "$form" >kept && "$tools/mwreport" $all -w 10 "$form" >let_go
        check "$form: the same report when details are not kept${all:+, with --all}" cmp kept let_go
    done
    check "$form: its largest spike has a stack" has_stack let_go
done
check "the report is bounded" [ "$(wc -l <gathered.report)" -lt 220 ]
check "with --all, too" [ "$(wc -l <let_go)" -lt 12500 ]
"$tools/mwreport" -a gathered/gathered-* >kept
"$tools/mwreport" -a -w 10 gathered/gathered-* >let_go
check "a single gathered file has all ranks but the dead one" grep -q '1996 ranks on 50 hosts' kept
check "and is the same when details are not kept" cmp kept let_go

# bytes_per_rank LIMIT: of resident memory for 2,000 additional ranks.
maxrss() { "$tools/usage" "$work/usage" "$tools/mwreport" -w "$2" "$1" >/dev/null && field maxrss <"$work/usage"; }
bytes_per_rank() {
    few=$(maxrss gathered "$1") many=$(maxrss more "$1")
    echo $(((many - few) / 2000))
}
make_run more 4000 100
below() { echo "$1 bytes for each rank"; [ "$1" -lt "$2" ]; }
if [ "$SANITIZERS" != yes ]; then
    check "details that are kept take less than 24 KiB a rank" below "$(bytes_per_rank 100000)" 24576
    check "without them a rank takes less than 3 KiB" below "$(bytes_per_rank 10)" 3072
else
    skip "memory in proportion" "sanitizers use additional memory"
fi
done_testing
