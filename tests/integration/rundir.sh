# SPDX-License-Identifier: MIT
# Run directories: nothing is removed, and no run reported as dead, without proof; the job is not affected when its
# directory is removed.
private=/dev/shm
. "${srcdir:-.}/tests/lib.sh"

not() { ! "$@"; }
mkdir runs
only() { echo "$work"/runs/memwatch-*; }
there() { [ -d "$(only)" ]; }
journals() { [ "$(ls "$(only)" 2>/dev/null | grep -c '^journal-')" = "$1" ]; }
listed() { "$memwatch" runs --run-dir "$work/runs" | grep -q -E "$1 .*$work/runs"; }

# ---- other users' links and directories ----

# as_other USER command...: as the user whom links belong to, or as the victim.
as_other() { other=$1; shift; setpriv --reuid="$other" --regid="$other" --clear-groups -- env HOME=/nonexistent TMPDIR="$work/public" "$@"; }
if [ "$(id -u)" = 0 ] && user_can; then
    victim=65501 evil=65502
    mkdir -m 1777 public && chmod 711 "$work"
    link=$work/public/memwatch-$victim-0123456789abcdef
    as_other $victim mkdir -m 700 "$work/public/private"
    as_other $victim sh -c "cd '$work/public/private' && echo x >thesis && echo x >view-a && : >reported"
    as_other $evil ln -s "$work/public/private" "$link"
    as_other $victim "$memwatch" runs >/dev/null
    as_other $victim "$memwatch" runs --clean >/dev/null
    as_other $victim "$memwatch" runs --clean --force "$link" >/dev/null 2>named
    check "a link by name: refused" [ $? = 1 ]
    check "a link by name: in one line" grep -q "^memwatch: cannot open .*$link" named
    as_other $victim "$memwatch" run --quiet -- true
    check "another user's link: what it points to stays" same "$(ls "$work/public/private" | tr '\n' ' ')" 'reported thesis view-a '
    rm "$link"
    # a private directory of the victim with such a name, but not created by memwatch
    as_other $victim mv "$work/public/private" "$link"
    as_other $victim "$memwatch" runs --clean >/dev/null
    as_other $victim "$memwatch" run --quiet -- true
    check "a directory without a token: it stays" same "$(ls "$link" | tr '\n' ' ')" 'reported thesis view-a '
    rm -r "$link"
    # other users' directories
    as_other $evil mkdir -m 777 "$link"
    as_other $evil sh -c "echo 'memwatch-run 1' >'$link/memwatch-run'; ln '$link/memwatch-run' '$link/exits-x'"
    as_other $victim "$memwatch" runs --clean >list 2>&1
    check "another user's directory is not listed" grep -q 'no run directories' list
    check "another user's directory: it stays" [ -e "$link/exits-x" ]
    # the name of a removed directory is known: processes append to no file behind it
    echo keep >public/mine && chown $victim public/mine
    as_other $evil ln -s "$work/public/mine" "$link/exits-$(uname -n)"
    as_other $victim env LD_PRELOAD="$shim" MEMWATCH_RUN_DIR="$link" true
    check "another user's directory: no exit record goes there" same "$(cat public/mine)" keep
    for mpi in $(mpis); do
        as_other $evil ln -s "$work/public/mine" "$work/public/report-0"
        as_other $victim env MEMWATCH_OUTPUT="$work/public/report-%r" LD_PRELOAD="$shim" OMPI_MCA_orte_tmpdir_base="$work/public" \
            PATH="$PATH" "$(mpirun_of "$mpi")" -n 1 "$(program "$mpi" busy)" --calls 5 >out 2>err
        check "$mpi: MEMWATCH_OUTPUT is not written through another user's link" same "$(cat public/mine)" keep
        check "$mpi: and the report is on stderr" grep -q 'MPI_Allreduce' err
        rm -f public/report-0
    done
    rm -rf public
else
    skip "other users' links" "needs root, and a build that other users can reach"
fi

# ---- foreign files ----

"$memwatch" run --quiet --run-dir "$work/runs" -- sh -c 'echo x >"$MEMWATCH_RUN_DIR/notes"; mkdir "$MEMWATCH_RUN_DIR/sub"; exit 3' 2>err
check "foreign files: the status is the command's" same $? 3
check "foreign files: they are kept and named" grep -q "cannot remove .*: it contains other files: notes and 1 more" err
check "foreign files: only they" same "$(ls "$(only)" | tr '\n' ' ')" 'notes sub '
"$memwatch" runs --clean --run-dir "$work/runs" >list
check "foreign files: it is not a run directory any more" [ -e "$(only)/notes" ]
rm -r "$(only)"

# ---- a directory that is in use, seen from other namespaces ----

inside() { unshare --uts --pid --mount --fork --mount-proc sh -c 'hostname hostb && exec "$@"' sh "$@"; }
same_name() { unshare --pid --fork --mount-proc "$@"; }
# held COMMAND...: while a run goes on; then what is left of it.
running() {
    rm -f end
    "$memwatch" run --quiet --run-dir "$work/runs" -- sh -c 'until [ -e end ]; do sleep 0.05; done' 2>err &
    pid=$!
    until_true there
    until_true listed running
}
if inside true 2>/dev/null; then
    for where in inside same_name; do
        running
        $where "$memwatch" runs --run-dir "$work/runs" >list
        check "$where: a run that goes on is listed as running" grep -q -E "running .*$work/runs" list
        $where "$memwatch" runs --clean --run-dir "$work/runs" >list
        check "$where: --clean does not remove it" there
        $where "$memwatch" runs --clean --force "$(only)" >list 2>&1
        check "$where: nor does --force" there
        check "$where: and prints the reason" grep -q 'is in use' list
        $where "$memwatch" report "$(only)" >list 2>&1
        check "$where: a report does not say that it has ended" grep -q 'still running' list
        $where "$memwatch" run --quiet --run-dir "$work/runs" -- true
        check "$where: another run does not remove it" there
        # its memwatch is killed; whether its job lives is not known there
        kill -9 $pid
        wait $pid 2>/dev/null
        $where "$memwatch" report "$(only)" >list 2>&1
        check "$where: memwatch killed: it is not known whether it still runs" grep -q 'not known on this host' list
        $where "$memwatch" runs --run-dir "$work/runs" >list
        check "$where: memwatch killed: the list shows it" grep -q -E "unknown here .*$work/runs" list
        $where "$memwatch" runs --clean --run-dir "$work/runs" >list
        check "$where: memwatch killed: --clean does not remove it" there
        $where "$memwatch" runs --clean "$(only)" >list 2>&1
        check "$where: memwatch killed: nor does --clean with its name" there
        check "$where: memwatch killed: it names the option" grep -q 'remove it with --force' list
        check "here it is known" listed 'running, memwatch was killed'
        "$memwatch" runs --clean --force "$(only)" 2>list
        check "here it is in use" there
        : >end
        until_true listed 'ended, not reported'
        $where "$memwatch" runs --clean --force "$(only)"
        check "$where: --force removes it" not there
        rm -f end
    done
    # a container with a separate /dev/shm is killed: its directory disappears, its shared memory remains
    mpi=$(mpis | head -n 1)
    cat >space.sh <<'EOS'
mount -t tmpfs none /dev/shm
"$@" >out 2>err &
n=0
until [ -e ready ] || [ $n = 600 ]; do sleep 0.1; n=$((n + 1)); done
EOS
    rm -f ready
    all_left() { "$memwatch" runs | sed -n 's/^leftover shared memory of a run .*--force //p' | grep '^/dev/shm/'; }
    others=$(all_left) # none, in separate namespaces
    left() { all_left | grep -v -x -F "${others:-none}"; }
    unshare --mount --pid --fork --mount-proc sh space.sh "$memwatch" run --quiet -- "$(mpirun_of "$mpi")" -n 2 \
        "$(program "$mpi" damage)" 5 5 ': >ready; sleep 60'
    check "a killed container: the list names what it left" until_true left
    gone=$(left)
    "$memwatch" runs --clean >list
    check "a killed container: --clean does not remove that" same "$(left)" "$gone"
    "$memwatch" runs --clean --force "$gone"
    check "a killed container: --force removes it" not left
    check "a killed container: only once" not "$memwatch" runs --clean --force "$gone"

    # a rank in a separate namespace outlives memwatch
    for mpi in $(mpis); do
        "$memwatch" run --quiet --run-dir "$work/runs" -- sh -c 'echo $$ >space; exec "$@"' sh unshare --pid --fork --mount-proc \
            --kill-child "$(mpirun_of "$mpi")" -n 1 "$(program "$mpi" grow_and_die)" --how sleep --rank 0 --mib 4 >out 2>err &
        pid=$!
        until_true journals 1
        check "$mpi: a rank of another PID namespace: it leaves a mark" [ -e "$(only)/outside-$(uname -n)" ]
        kill -9 $pid
        wait $pid 2>/dev/null
        until_true listed '(unknown here|running, memwatch was killed)'
        check "$mpi: a rank of another PID namespace: it is not reported as ended" not listed 'ended'
        kill -KILL "$(cat space)"
        until_true listed 'unknown here'
        "$memwatch" runs --clean --run-dir "$work/runs" >list
        check "$mpi: a rank of another PID namespace: --clean does not remove it" there
        "$memwatch" runs --clean --force "$(only)"
        check "$mpi: a rank of another PID namespace: --force removes it" not there
    done
else
    skip "other namespaces" "cannot make them here"
fi
check "--force without a name: 125" same "$("$memwatch" runs --clean --force >out 2>&1; echo $?)" 125
check "a name without --clean: 125" same "$("$memwatch" runs "$work/runs" >out 2>&1; echo $?)" 125

# ---- removed while the job runs ----

cat >job.sh <<'EOF'
# $1: when the directory goes; the rest is the job
when=$1
shift
[ "$when" != before ] || { : >here; until [ -e go ]; do sleep 0.05; done; }
"$@"
status=$?
[ "$when" != after ] || { : >here; until [ -e go ]; do sleep 0.05; done; }
exit $status
EOF
# memwatch has made it again, or has ended.
made_again() { [ -e "$dir/memwatch-run" ] || ended $pid; }
note='the run directory .*, or files in it, were (removed|moved) while the job ran'
for mpi in $(mpis); do
    for how in removed moved emptied; do
        for when in before during after; do
            # independent of the MPI: one is enough
            [ "$mpi" = "$(mpis | head -n 1)" ] || [ $how = removed ] || continue
            rm -rf here go moved
            case $when in during) calls="grow_and_die --how until:$work/go" ;; *) calls='busy --calls 50' ;; esac
            # shellcheck disable=SC2086
            "$memwatch" run --run-dir "$work/runs" --report "$work/report" --force -- sh job.sh $when "$(mpirun_of "$mpi")" -n 2 \
                "$(program "$mpi" "${calls%% *}")" ${calls#* } >out 2>err &
            pid=$!
            case $when in
                during) until_true waits "$work/runs" 2 1 ;;
                *) until_true [ -e here ] ;;
            esac
            dir=$(only)
            case $how in
                removed) rm -rf "$dir" ;;
                moved) mv "$dir" moved ;;
                emptied) rm -f "$dir"/* ;;
            esac
            [ $when = after ] || until_true made_again
            : >go
            wait $pid
            check "$mpi: $how $when: the status is the command's" same $? 0
            check "$mpi: $how $when: the report mentions it in one line" \
                same "$(tr '\n' ' ' <report | tr -s ' ' | grep -o -E "$note" | wc -l)" 1
            check "$mpi: $how $when: it has all ranks" grep -q '2 ranks on 1 host' report
            check "$mpi: $how $when: no rank complains" not grep -q 'not recorded' err
            check "$mpi: $how $when: nothing is left" not there
        done
    done
    # where it cannot be created again: one message of one rank
    rm -rf here go
    "$memwatch" run --run-dir "$work/runs" --report "$work/report" --force -- sh job.sh before "$(mpirun_of "$mpi")" -n 3 \
        "$(program "$mpi" busy)" --calls 5 >out 2>err &
    pid=$!
    until_true [ -e here ]
    mv runs gone
    : >go
    wait $pid
    check "$mpi: removed and not created again: the status is the command's" same $? 0
    check "$mpi: removed and not created again: one rank reports it" same "$(grep -c 'ranks are not recorded' err)" 1
    check "$mpi: removed and not created again: the report has what was sampled" grep -q 'seen at one moment' report
    check "$mpi: removed and not created again: and prints the reason" sh -c "tr '\n' ' ' <report | tr -s ' ' | grep -q -E '$note'"
    rm -rf gone
    mkdir runs
done
done_testing
