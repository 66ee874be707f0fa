# SPDX-License-Identifier: MIT
# Unusual environments: what memwatch cannot do is reported in one line with advice, and the user's job is not harmed.
. "${srcdir:-.}/tests/lib.sh"

run() { "$@" >out 2>err; echo $?; }
one_line() { # words: one line of memwatch with these words
    same "$(grep -c '^memwatch: ' err)" 1 && grep '^memwatch: ' err | grep -q "$1" || { cat err; return 1; }
}
# Jobs that fail in this environment without memwatch as well are skipped.
alone_well() { timeout 15 sh -c "$1" >plain.out 2>&1; }

# A damaged environment.
garbage='MEMWATCH_RUN_DIR=%n%s MEMWATCH_EXACT=yes MEMWATCH_RESET=9999999999999999999999 MEMWATCH_OVERHEAD=-1
    MEMWATCH_SITE_DEPTH=1e9 MEMWATCH_COMMAND=/dev/null/x'
for mpi in $(mpis); do
    job="$(mpirun_of "$mpi") -n 2 $(program "$mpi" busy) --calls 20"
    # shellcheck disable=SC2086
    check "$mpi: garbage in MEMWATCH_* under memwatch: the job ends well" \
        same "$(run env $garbage MEMWATCH_OUTPUT=/no/where "$memwatch" run -- $job)" 0
    check "$mpi: and is reported completely" grep -q '2 ranks on 1 host' err
    # shellcheck disable=SC2086
    check "$mpi: garbage in MEMWATCH_* without launcher: the job ends well" \
        same "$(run env $garbage MEMWATCH_OUTPUT=/no/where/%h sh -c "LD_PRELOAD=$shim $job")" 0
    check "$mpi: the reason why it is not recorded is printed" grep -q '^memwatch: .*MEMWATCH_RUN_DIR is not a usable path' err
done
check "MEMWATCH_SHIM is garbage: 125" same "$(MEMWATCH_SHIM='%s' run "$memwatch" run -- touch started)" 125
check "it is reported in one line" one_line 'cannot read %s'
check "the command was not started" [ ! -e started ]

# FIFOs without a reader in place of a file.
mkfifo fifo
for mpi in $(mpis); do
    job="$(mpirun_of "$mpi") -n 2 $(program "$mpi" busy) --calls 20"
    # shellcheck disable=SC2086
    check "$mpi: MEMWATCH_OUTPUT is a FIFO: the job ends well" \
        same "$(run env MEMWATCH_OUTPUT="$work/fifo" LD_PRELOAD="$shim" timeout 60 $job)" 0
    check "$mpi: the report is on stderr" grep -q '2 ranks on 1 host' err
done
check "GITHUB_STEP_SUMMARY is a FIFO: the run ends" \
    same "$(run env GITHUB_STEP_SUMMARY="$work/fifo" timeout 60 "$memwatch" run --max-total-rss 1T --github -- true)" 0
check "it is reported" grep -q 'cannot write the step summary' err
check "--report is a FIFO: 125, before anything is started" \
    same "$(run timeout 60 "$memwatch" run --force --report fifo -- touch started)" 125

# Impossible directories.
for place in /nowhere /dev/null "$work/plain.out/x" ''; do
    check "--run-dir '$place': 125" same "$(run "$memwatch" run --run-dir "$place" -- touch started)" 125
    check "--run-dir '$place': one line" one_line 'run directory'
done
check "the command was not started" [ ! -e started ]

# An executable that may not be read, and one that may neither be read nor run.
open=$(mktemp -d /tmp/mw-bad-XXXXXX)
chmod 755 "$open"
for mpi in $(mpis); do
    cp "$(program "$mpi" busy)" "$open/busy"
    chmod 711 "$open/busy"
    if [ "$(id -u)" = 0 ]; then
        job="$(mpirun_of "$mpi") -n 2 $open/busy --calls 20"
        # shellcheck disable=SC2086
        if ! user_can; then
            skip "$mpi: an unreadable program" "$user_cannot"
            continue
        fi
        # shellcheck disable=SC2086
        if ! as_user env HOME="$open" TMPDIR=/tmp timeout 60 $job >plain.out 2>&1; then
            skip "$mpi: an unreadable program" "the job does not survive it without memwatch either"
            continue
        fi
        # shellcheck disable=SC2086
        check "$mpi: an unreadable program runs" \
            same "$(run as_user env HOME="$open" TMPDIR=/tmp "$memwatch" run -- $job)" 0
        check "$mpi: and is reported" grep -q -i 'peak memory of the job' err
    else
        skip "$mpi: an unreadable program" "needs root, to run it as another user"
    fi
done
chmod 600 "$open/busy"
if user_can; then
    check "a program that may not be run: 126" same "$(run as_user env TMPDIR=/tmp "$memwatch" run -- "$open/busy")" 126
    check "one line" one_line 'cannot start'
else
    skip "a program that may not be run" "$user_cannot"
fi
rm -rf "$open"

# Limits. Open MPI and UCX make large files unless they are asked not to.
export PMIX_MCA_gds=hash OMPI_MCA_pmix_server_gds=hash OMPI_MCA_btl=tcp,self
export UCX_TLS=self,sysv
for mpi in $(mpis); do
    job="$(mpirun_of "$mpi") -n 2 $(program "$mpi" busy) --calls 20"
    for limit in 'ulimit -n 16' 'ulimit -n 40' 'ulimit -f 1' 'ulimit -f 400' 'ulimit -f 1000'; do
        if ! alone_well "$limit; $job"; then
            skip "$mpi: $limit" "the job does not survive it without memwatch either"
            continue
        fi
        check "$mpi: $limit: the job ends well" same "$(run timeout 60 sh -c "$limit; '$memwatch' run -- $job")" 0
        check "$mpi: $limit: and is reported" grep -q -i 'peak memory of the job' err
        case $limit in *"-f 1" | *"-f 400")
            # (journals are shared memory segments: only their locators are files)
            check "$mpi: $limit: the ranks are recorded, or advice is printed" \
                grep -q -E 'not recorded.*ulimit -f|2 ranks on 1 host' err ;;
        esac
        check "$mpi: $limit, without launcher: the job ends well" \
            same "$(run timeout 60 sh -c "$limit; LD_PRELOAD=$shim $job")" 0
    done
done
unset UCX_TLS
piped() { { "$@" 2>&1 >/dev/null; echo "status $?"; } | cat >err; sed -n 's/^status //p' err; }
check "ulimit -f 0: the report does not fit, the status stays" \
    same "$(piped sh -c "ulimit -f 0; '$memwatch' run --report r.txt -- sh -c 'exit 7'")" 7
check "and it is reported" one_line 'r.txt'

# Directories that are read-only or full.
unset PMIX_MCA_gds OMPI_MCA_pmix_server_gds OMPI_MCA_btl
if ! unshare -m true 2>/dev/null; then
    skip "read-only and full directories" "unshare -m is not allowed"
    done_testing
    exit 0
fi
in_mount_namespace() { unshare -m sh -c "$1" >out 2>err; echo $?; }
mkdir tiny
for mpi in $(mpis); do
    job="$(mpirun_of "$mpi") -n 8 $(program "$mpi" busy) --calls 20"
    readonly_shm='mount -t tmpfs -o ro none /dev/shm'
    if timeout 60 unshare -m sh -c "$readonly_shm; $job" >plain.out 2>&1; then
        check "$mpi: /dev/shm is read-only: the job ends well" same "$(in_mount_namespace "$readonly_shm; '$memwatch' run -- $job")" 0
        check "$mpi: and is reported completely" grep -q '8 ranks on 1 host' err
    else
        skip "$mpi: /dev/shm is read-only" "the job does not survive it without memwatch either"
    fi
    some="mount -t tmpfs -o size=6m none $work/tiny"
    check "$mpi: a small file system for the run directory: the job ends well" \
        same "$(in_mount_namespace "$some; '$memwatch' run --run-dir $work/tiny -- $job")" 0
    check "$mpi: and is reported completely" grep -q '8 ranks on 1 host' err
    files="$(mpirun_of "$mpi") -n 8 env MEMWATCH_IPC=none $(program "$mpi" busy) --calls 20"
    check "$mpi: room for some journals only, as files: the job ends well" \
        same "$(in_mount_namespace "$some; '$memwatch' run --run-dir $work/tiny -- $files")" 0
    check "$mpi: the others print advice" grep -q 'not recorded: no room for the journal.*--run-dir' err
    check "$mpi: the report names the missing ranks" grep -q 'left no record' err
    tight="mount -t tmpfs -o size=10400k none $work/tiny"
    check "$mpi: no room to gather: the job ends well" \
        same "$(in_mount_namespace "$tight; '$memwatch' run --run-dir $work/tiny -- $job")" 0
    check "$mpi: it is reported" grep -q -i 'peak memory of the job' err
done
full="mount -t tmpfs -o size=100k none $work/tiny"
check "a full disk: 125" same "$(in_mount_namespace "$full; '$memwatch' run --run-dir $work/tiny -- true")" 125
check "one line" one_line 'not enough space.*--run-dir'
check "no room for the report: the status stays" \
    same "$(in_mount_namespace "$full; dd if=/dev/zero of=$work/tiny/fill 2>/dev/null; '$memwatch' run --report $work/tiny/r -- sh -c 'exit 7'")" 7
check "it is reported, with advice" grep -q 'cannot write the report to .*tiny/r' err
left=$(sed -n 's/.*no data is lost; to report it later: memwatch report //p' err)
check "nothing is lost: the run directory stays" "$memwatch" report "$left"
"$memwatch" runs >/dev/null
check "until it was reported" [ ! -e "$left" ]
nowhere="mount -t tmpfs -o ro none /dev/shm; mount -t tmpfs -o ro none $work/tiny; export TMPDIR=$work/tiny; mount --bind /tmp /tmp; mount -o remount,ro,bind /tmp"
check "no usable directory: 125" same "$(in_mount_namespace "$nowhere; '$memwatch' run -- true")" 125
check "one line" one_line 'no directory for journals.*--run-dir'
done_testing
