# SPDX-License-Identifier: MIT
# Damage to the files of a run directory while the job runs, also by root: the job is not affected, and the report has
# everything that the ranks recorded.
private=/dev/shm
. "${srcdir:-.}/tests/lib.sh"

each='for f in $MEMWATCH_RUN_DIR/*; do'
truncated="$each chmod u+w \$f; : >\$f; done"
# Segments of the size of journals that ranks have made, each with its creator and memwatch attached.
mkdir sized
size=$(
    mpi=$(mpis | head -n 1)
    "$memwatch" run --keep --run-dir "$work/sized" -- "$(mpirun_of "$mpi")" -n 1 "$(program "$mpi" damage)" 1 1 true >/dev/null 2>&1
    stat -c %s "$work"/sized/*/journal-*
)
rm -rf sized pid.*
ours="\$4 >= $size && \$4 < $size + 65536 && \$5 == pid" # with a head
removed="for p in \$(cat pid.*); do
        n=0; until awk -v pid=\$p '$ours && \$7 > 1' /proc/sysvipc/shm | grep -q .; do
            [ \$n != 100 ] || { echo no segment of \$p; break; }
            sleep 0.1; n=\$((n + 1))
        done
        ipcrm -m \$(awk -v pid=\$p '$ours { print \$2 }' /proc/sysvipc/shm)
    done; rm -f \$MEMWATCH_RUN_DIR/*"
damage() {
    case $1 in
        truncated) echo "$truncated" ;;
        short) echo "$each chmod u+w \$f; truncate -s 30 \$f; done" ;;
        removed) echo 'rm -f $MEMWATCH_RUN_DIR/*' ;;
        directory) echo 'rm -rf $MEMWATCH_RUN_DIR 2>/dev/null || rm -rf $MEMWATCH_RUN_DIR' ;; # memwatch may write just then
        replaced) echo "$each rm -f \$f; mkfifo \$f; done" ;;
        sparse) echo "$each chmod u+w \$f; : >\$f; truncate -s 1T \$f; done" ;;
        garbage) echo "$each chmod u+w \$f; echo nonsense >\$f; done" ;;
    esac
}

# No segment that a rank has made is there any more, nor a run directory.
no_segments() {
    for pid in $(cat pid.*); do
        ! awk -v pid="$pid" '$5 == pid' /proc/sysvipc/shm | grep . || return 1
    done
}
nothing_left_here() { no_segments && same "$(ls runs 2>/dev/null)" ''; }
has_segments() { ! no_segments >/dev/null; }

ranks() { grep '^rank ' dump | sed 's/^rank rank=\([0-9]*\) .* calls=\([0-9]*\) .*/\1:\2/' | sort | tr '\n' ' '; }

# job MPI BEFORE AFTER COMMAND, with the prefixes of memwatch and of the program in $as and $in.
job() {
    mkdir -p runs
    ${as-} timeout 60 "$memwatch" run --run-dir "$work/runs" --force -o record -- "$(mpirun_of "$1")" -n 2 ${in-} \
        "$(program "$1" damage)" "$2" "$3" "$4" >out 2>err
    status=$?
    "$mwdump" record >dump 2>>err
}

# harmless WHAT MPI BEFORE AFTER COMMAND
harmless() {
    kind=$1
    shift
    job "$@"
    check "$1: $kind: the job ends as without memwatch" same "$status $(cat out)" "$plain"
    # Init, Barriers, the one after the command, Allreduces, Finalize
    n=$(($2 + $3 + 3))
    check "$1: $kind: the report has all ranks and calls" same "$(ranks)" "0:$n 1:$n "
    check "$1: $kind: nothing is left" nothing_left_here
}

for mpi in $(mpis); do
    "$(mpirun_of "$mpi")" -n 2 "$(program "$mpi" damage)" 50 100 true >out 2>err
    plain="$? $(cat out)"
    case $mpi in
        openmpi) kinds='truncated directory removed sparse' ;;
        *) kinds='truncated directory replaced short' ;;
    esac
    for kind in $kinds; do
        harmless "$kind" "$mpi" 50 100 "$(damage $kind)"
    done
    check "$mpi: the report mentions it" grep -q 'journals were read from shared memory' dump
    harmless "truncated at the start" "$mpi" 0 100 "$truncated"
    harmless "garbage at the end" "$mpi" 149 1 "$(damage garbage)"

    # Removed as well; memwatch has attached them by then.
    harmless "segments and files removed" "$mpi" 50 100 "$removed"

    # A mapped file where no segment can be attached: safe from everybody without write permission.
    in='env MEMWATCH_IPC=none'
    harmless "in files: removed" "$mpi" 50 100 'stat -c %a $MEMWATCH_RUN_DIR/journal-* | sort -u >modes; rm -f $MEMWATCH_RUN_DIR/view-*'
    check "$mpi: in files: they are not writable by name" same "$(cat modes)" 400
    in=

    # memwatch, mpirun and the ranks are all killed: the records of the ranks remain.
    for kind in none truncated; do
        rm -rf runs ready; mkdir runs
        "$memwatch" run --run-dir "$work/runs" -- "$(mpirun_of "$mpi")" -n 2 "$(program "$mpi" damage)" 20 -70 \
            "$(damage $kind)" >out 2>err &
        pid=$!
        until_true [ -e ready ]
        # shellcheck disable=SC2046
        kill -KILL $pid $(command_of "$mpi" $pid) $(cat pid.*)
        wait $pid 2>/dev/null
        dir=$(echo "$work"/runs/*)
        until_true sh -c "! kill -0 $(cat pid.0) 2>/dev/null || grep -q '^State:.Z' /proc/$(cat pid.0)/status"
        "$mwdump" "$dir" >dump 2>&1
        check "$mpi: all killed, $kind: every call is known" same "$(ranks)" '0:92 1:92 '
        check "$mpi: all killed, $kind: memwatch report" "$memwatch" report "$dir"
    done
    check "$mpi: all killed: the segments are there until the directory goes" has_segments
    # Nothing in the directory shows any more on which host it was created (memwatch may have written that again before its end).
    : >"$dir/memwatch-run"
    "$memwatch" runs --run-dir "$work/runs" --clean >list
    check "$mpi: all killed, truncated: it is not removed without a request" same "$(echo "$work"/runs/*)" "$dir"
    check "$mpi: all killed, truncated: it is listed" grep -q "unknown here.*$dir" list
    "$memwatch" runs --clean --force "$dir"
    check "$mpi: all killed, truncated: then nothing is left" nothing_left_here

    # And the directory is gone as well: the next run clears up.
    rm -rf runs ready; mkdir runs
    "$memwatch" run --run-dir "$work/runs" -- "$(mpirun_of "$mpi")" -n 2 "$(program "$mpi" damage)" 20 -70 true >out 2>err &
    pid=$!
    until_true [ -e ready ]
    # shellcheck disable=SC2046
    kill -KILL $pid $(command_of "$mpi" $pid) $(cat pid.*)
    wait $pid 2>/dev/null
    rm -rf runs
    until_true sh -c "! awk -v pid=$(cat pid.0) '\$5 == pid && \$7' /proc/sysvipc/shm | grep -q ." # attached
    "$memwatch" run -- true >out 2>err
    check "$mpi: all killed, directory removed: the next run leaves nothing" no_segments

    # A directory that is kept holds its journals itself.
    mkdir -p runs
    "$memwatch" run --keep --run-dir "$work/runs" -- "$(mpirun_of "$mpi")" -n 2 "$(program "$mpi" damage)" 5 5 "$truncated" >out 2>err
    check "$mpi: kept: no segment is left" no_segments
    mv runs/memwatch-* moved
    "$mwdump" moved >dump 2>&1
    check "$mpi: kept and moved: all is there" same "$(ranks)" '0:13 1:13 '
    rm -rf runs moved

    # Without a launcher.
    dir='$(dirname /dev/shm/memwatch-*/journal-*-$PPID)'
    for command in true "for f in $dir/*; do chmod u+w \$f; : >\$f; done" "rm -rf $dir"; do
        LD_PRELOAD=$shim "$(mpirun_of "$mpi")" -n 2 "$(program "$mpi" damage)" 50 100 \
            "unset LD_PRELOAD; echo $dir >>'$work/alone'; $command" >out 2>err
        status=$?
        check "$mpi: standalone: the job ends as without memwatch ($command)" same "$status $(cat out)" "$plain"
        [ "$command" != true ] || check "$mpi: standalone: it leaves no segment" no_segments
    done
    "$memwatch" runs --clean >list
    check "$mpi: standalone: nothing is left" no_segments
    # where nothing shows any more on which host it was created
    sort -u "$work/alone" | while read -r dir; do
        [ ! -e "$dir" ] || "$memwatch" runs --clean --force "$dir"
    done
    check "$mpi: standalone: truncated: it is removed on request" same "$(sort -u "$work/alone" | xargs ls -d 2>/dev/null)" ""
    rm -f "$work/alone"
done

# As an ordinary user, who owns the files as well.
for mpi in $(mpis); do
    if ! user_can; then skip "$mpi: as an ordinary user" "$user_cannot"; continue; fi
    rm -rf runs; rm -f out err record dump pid.*
    chmod 777 "$work"
    export HOME="$work"
    as=as_user
    mkdir runs; chmod 777 runs
    : >record; chmod 666 record; : >dump
    harmless "as an ordinary user" "$mpi" 50 100 "$truncated"
done
as=

# Another IPC namespace than the launcher's.
mpi=$(mpis | head -n 1)
if unshare --ipc true 2>/dev/null; then
    rm -rf runs
    in='unshare --ipc'
    harmless "in an IPC namespace of its own" "$mpi" 50 100 'head -c 8 $MEMWATCH_RUN_DIR/journal-* | grep -c MEMWATCH >kinds'
    check "$mpi: journals are files there" same "$(cat kinds)" 2
    in=
else
    skip "another IPC namespace" "it cannot be made here"
fi
done_testing
