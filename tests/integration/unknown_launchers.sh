# SPDX-License-Identifier: MIT
# Launchers that memwatch does not know: MPICH's own, whose proxy has another name and other options. Their ranks are one
# world, on one host and on two.
. "${srcdir:-.}/tests/lib.sh"
. "${srcdir:-.}/tests/hosts.sh"

case " $(mpis) " in *mpich*) ;; *) skip_all "needs MPICH" ;; esac
command -v python3 >/dev/null || skip_all "needs python3"
proxy=$(dirname "$(readlink -f "$(command -v "$MPICH_RUN")")")/hydra_pmi_proxy
[ -x "$proxy" ] || skip_all "MPICH's proxy was not found beside its mpirun"

# stranger NAME: a launcher in $work/NAME, whose proxy is called NAME.
stranger() {
    mkdir -p "$work/$1"
    python3 - "$(readlink -f "$(command -v "$MPICH_RUN")")" "$proxy" "$work/$1" "$1" <<'END'
import os, sys
run, proxy, to, name = sys.argv[1:]

def copy(source, target, changes):
    text = open(source, "rb").read()
    for old, new in changes:
        assert text.count(old) == 1 and len(new) <= len(old), (source, old)
        text = text.replace(old, new.ljust(len(old), b"\0"))
    with open(target, "wb") as out:
        out.write(text)
    os.chmod(target, 0o755)

copy(run, to + "/launch", [(b"\0hydra_pmi_proxy\0", b"\0" + name.encode() + b"\0"), (b"\0--control-port\0", b"\0--contact-port\0"),
                           (b"\0--pgid\0", b"\0--crew\0")])
copy(proxy, to + "/" + name, [(b"\0control-port\0", b"\0contact-port\0"), (b"\0pgid\0", b"\0crew\0")])
END
}

names='palsd mpispawn jsmd plexec'
stranger palsd 2>why || skip_all "MPICH's launcher is different here: $(tail -n 1 why)"
"$work/palsd/launch" -n 2 "$(program mpich busy)" --calls 1 >why 2>&1 || skip_all "the changed launcher does not work: $(tail -n 1 why)"

ranks() { sed -n '/^Ranks /,/^How /s/^ *\([0-9][0-9]*\)  *.*[=≥].*/\1/p' err | tr '\n' ' '; }

for name in $names; do
    stranger "$name"
    "$memwatch" run -- "$work/$name/launch" -n 3 "$(program mpich busy)" --calls 9 >out 2>err
    check "$name: the job ends well" same $? 0
    check "$name: three ranks" same "$(ranks)" '0 1 2 '
    check "$name: one world on one host" grep -q '3 ranks on 1 host' err
    # each rank below a separate process
    "$memwatch" run -- "$work/$name/launch" -n 3 sh -c '"$@"; exit $?' sh "$(program mpich busy)" --calls 9 >out 2>err
    check "$name: ranks below shells" same "$(ranks)" '0 1 2 '
done

# Two worlds at a time do not mix.
"$memwatch" run -- sh -c '"$1/palsd/launch" -n 2 "$2" --calls 9 & "$1/plexec/launch" -n 2 "$2" --calls 9; wait' sh "$work" \
    "$(program mpich busy)" >out 2>err
check 'two at a time: they are two jobs' grep -q '2 jobs with 4 ranks' err

hosts_up 2
for name in palsd plexec; do
    host_run 1 "$memwatch" run -- "$work/$name/launch" -n 4 -hosts "$(host_addr 1):2,$(host_addr 2):2" "$(program mpich busy)" \
        --calls 9 >out 2>err
    check "$name: two hosts: the job ends well" same $? 0
    check "$name: two hosts: four ranks" same "$(ranks)" '0 1 2 3 '
    check "$name: two hosts: one world" grep -q '4 ranks on 2 hosts' err
done
hosts_down
done_testing
