# SPDX-License-Identifier: MIT
# A process that enters a seccomp sandbox, which kills it for every system call but those that it needs without memwatch:
# it survives, is measured up to there, and the report says so.
. "${srcdir:-.}/tests/lib.sh"

# bare MPI WAY WHEN [learn]: the program without memwatch.
bare() {
    mpi=$1
    shift
    "$(mpirun_of "$mpi")" -n 2 "$(program "$mpi" sandbox)" "$1" "$2" "$work/list-$mpi-$2" ${3-} >/dev/null 2>bare.err
}
learn() { rm -f "list-$1-$2"; bare "$1" prctl "$2" learn; [ $? = 0 ]; }

# survives MPI WAY WHEN: its status is what it is without memwatch.
survives() {
    mpi=$1
    shift
    run_mpi "$mpi" 2 "$(program "$mpi" sandbox)" "$1" "$2" "$work/list-$mpi-$2"
    [ $? = 0 ] || { cat err; return 1; }
}
survives_by_switch() { options=--no-syscalls survives "$@"; }
dumped() { grep '^rank ' dump | field "$1" | sort -u | tr '\n' ' '; }
# Ranks that were measured up to their sandbox, and counted afterwards.
counted_on() {
    [ "$(grep '^rank ' dump | field unmeasured_ns | grep -c -v '^0$')" = 2 ] && same "$(dumped unmeasured)" "$1 " &&
        grep '^site .*MPI_Bcast' dump
}
note() { tr -s ' \n' ' ' <err | grep -q "$1"; }

mpi=$(mpis | head -n 1)
"$(program "$mpi" sandbox)" prctl none "$work/list-$mpi-none" learn 2>bare.err
if [ $? != 3 ]; then
    skip_all "this kernel has no seccomp filters, or does not allow to trace their calls: $(head -n 1 bare.err)"
fi

for mpi in $(mpis); do
    for when in after before end; do
        if ! learn "$mpi" "$when" || ! { bare "$mpi" prctl "$when"; [ $? = 0 ]; }; then
            skip "$mpi, $when MPI_Init" "the program does not survive there without memwatch"
            continue
        fi
        case $when in
            after) way=tsync ;;
            before) way=seccomp ;;
            end) way=prctl ;;
        esac
        check "$mpi: $way, $when: it survives" survives "$mpi" "$way" "$when"
        case $when in
            before) check "$mpi: $way, $when: no rank is recorded" same "$(grep -c '^rank ' dump)" 0 ;;
            after)
                check "$mpi: $way, $when: counted to the end, measured up to there" counted_on sandbox
                check "$mpi: $way, $when: peaks are lower bounds" same "$(dumped peak_kind)" "at_least "
                check "$mpi: $way, $when: the stage is as without a sandbox" same "$(dumped stage)" "exited "
                check "$mpi: $way, $when: the report says so" note \
                    'ranks 0-1 entered a seccomp sandbox, the first at [^:]*: memory from then on is only sampled by the launcher' ;;
        esac
    done
    if [ "$mpi-$(uname -m)" = openmpi-x86_64 ]; then
        check "$mpi: an inlined system call, with --no-syscalls: it survives" survives_by_switch "$mpi" inline after
        check "$mpi: --no-syscalls: counted to the end" counted_on asked
    fi
    run_mpi "$mpi" 2 "$(program "$mpi" sandbox)" prctl child /dev/null
    check "$mpi: a child of vfork() enters one: the rank is still measured" same "$? $(dumped unmeasured_ns)" "0 0 "
    run_mpi "$mpi" 1 "$(program "$mpi" sandbox)" prctl wrap "$(program "$mpi" busy)" --calls 5
    check "$mpi: one that was there before: measured" same "$? $(dumped unmeasured_ns)$(dumped peak_kind)" "0 0 exact "
done

# Processes without MPI.
mpi=$(mpis | head -n 1)
for when in none fork; do
    rm -f "list-$mpi-$when"
    "$(program "$mpi" sandbox)" prctl $when "$work/list-$mpi-$when" learn
    for way in prctl seccomp prctl-by-syscall libseccomp tsync strict; do
        [ "$when-$way" != fork-strict ] || continue
        "$(program "$mpi" sandbox)" $way $when "$work/list-$mpi-$when"
        bare_status=$?
        "$memwatch" run --quiet -- "$(program "$mpi" sandbox)" $way $when "$work/list-$mpi-$when" >out 2>err
        status=$?
        case $bare_status in
            3) check "no MPI, $when: $way" same "$status $(cat out err)" "3 " ;;
            *) skip "no MPI, $when: $way" "ends with status $bare_status without memwatch" ;;
        esac
    done
done
done_testing
