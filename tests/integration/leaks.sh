# SPDX-License-Identifier: MIT
# --leak-check: a leak of 100 KiB at each visit is found, with its phase, size and line; growth that only resembles one is not.
. "${srcdir:-.}/tests/lib.sh"

leaks() { # mpi, how, visits [options of the program...]
    mpi_of=$1 how_of=$2 visits_of=$3
    shift 3
    "$memwatch" run --quiet --exact --leak-check --force --junit checks.xml -- "$(mpirun_of "$mpi_of")" -n 2 \
        "$(program "$mpi_of" leaks)" --how "$how_of" --visits "$visits_of" "$@" >out 2>err
    echo $?
}

# The finding's line: of what kind, how much in all and a visit (within 5 %, for malloc's rounding, and six times the error), and
# if it is an estimate.
line_is() { # block|small, visits, KiB a visit, exact|estimate
    line=$(sed -n "s/^LINES.*$1 \([0-9]*\).*/\1/p" out)
    left=$(sed -n "s/^memwatch: leak-check: phase \"work\".*; still allocated at MPI_Finalize: \(.*\); rank.*/\1/p" err)
    echo "$left"
    case $left in *estimate*) kind=estimate ;; *) kind=exact ;; esac
    [ "$kind" = "$4" ] || return 1
    echo "$left" | grep -Eq "^[0-9.]+ MiB at leaks.c:$line, called from leaks.c:[0-9]+ \([0-9]+ KiB a visit" || return 1
    echo "$left" | awk -v visits="$2" -v kib="$3" 'function near(is, should) { return is > should * (1 - off) && is < should * (1 + off) }
        { off = 0.05; mib = visits * kib / 1024; rate = $0; sub(/.*\(/, "", rate)
        if (match($0, /± [0-9.]+ [KM]/)) {
            split(substr($0, RSTART, RLENGTH), error)
            off += 6 * error[2] / (error[3] == "K" ? 1024 : 1) / mib
        }
        exit !(off < 1 && near($1, mib) && near(rate + 0, kib)) }'
}
one_line() { [ "$(grep -o 'a visit' err | wc -l)" = 1 ]; }
no_line() { ! grep -q 'still allocated' err; }
in_junit() { # the failure is at that line, and has the same words
    line=$(sed -n "s/^LINES.*$1 \([0-9]*\).*/\1/p" out)
    grep -q "name=\"leak-check\" file=\".*leaks.c\" line=\"$line\"" checks.xml && grep -q 'still allocated at MPI_Finalize' checks.xml
}

for mpi in $(mpis); do
    for visits in 60 1000; do
        check "$mpi: a leak, $visits visits: 13" same "$(leaks "$mpi" leak $visits)" 13
        check "$mpi: its phase, ranks and line" grep -q \
            'leak-check: phase "work" leaves .* more behind at every visit: rank .*, at .*leaks.c:[0-9]*.*; ranks 0-1$' err
        # MPI may grow slightly at the same time
        check "$mpi: its size" near "$(sed -n 's/.* leaves \([0-9]*\) KiB more.*/\1/p' err)" 100 4
        check "$mpi: no other phase is reported" same "$(grep -c 'leak-check: phase' err)" 1
        for how in warm saw once none; do
            check "$mpi: $how, $visits visits: no leak" same "$(leaks "$mpi" $how $visits)" 0
        done
    done
    check "$mpi: of two phases the one that leaks" same "$(leaks "$mpi" else 100; grep -c 'phase "other" leaves' err)" "13
1"
done

# The line whose memory is left, beside the phase. 200 visits of 5 ms last most of the run, 60 at once only a part of it.
for mpi in $(mpis); do
    for how in "200 --us 5000" "60"; do
        visits=${how%% *}
        # shellcheck disable=SC2086
        {
            check "$mpi: blocks of 200 KiB, $how" same "$(leaks "$mpi" block $how --kib 200)" 13
            check "$mpi: the line, exactly" line_is block $visits 200 exact
            check "$mpi: no other line" one_line
            check "$mpi: JUnit points at it" in_junit block
            check "$mpi: blocks of 512 bytes, $how" same "$(leaks "$mpi" small $how --kib 200)" 13
            check "$mpi: the line, estimated" line_is small $visits 200 estimate
            check "$mpi: a cache of 16 MiB besides, $how" same "$(leaks "$mpi" cached $how --kib 200)" 13
            check "$mpi: the line that leaks" line_is block $visits 200 exact
            check "$mpi: not that of the cache" one_line
            check "$mpi: a heap that fragments, $how" same "$(leaks "$mpi" fragments $how)" 13
            check "$mpi: no line, nothing is left" no_line
        }
    done
    check "$mpi: a cache only, filled in the first fifth" same "$(leaks "$mpi" warm 100 --kib 200 --us 2000)" 0
    check "$mpi: nothing is said" same "$(grep -e memwatch -e "still allocated" err)" "" # (Open MPI 5 has messages of its own)
done

# If the later visits were not measured, there is no finding.
for mpi in $(mpis); do
    check "$mpi: calls too fast for the budget: a warm-up is not reported" \
        same "$("$memwatch" run --quiet --leak-check -- "$(mpirun_of "$mpi")" -n 2 "$(program "$mpi" leaks)" --how warm \
            --visits 3000 >out 2>err; echo $?)" 0
done
done_testing
