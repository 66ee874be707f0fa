# SPDX-License-Identifier: MIT
# The launcher's port while a run lasts: foreign connections have little effect, and it is closed afterwards.
. "${srcdir:-.}/tests/lib.sh"

export MEMWATCH_ADDRESS=127.0.0.1
mwflood=$top_builddir/tests/tools/mwflood
mpi=$(mpis | head -n 1)

listening() { # port: a socket listens on it
    port=$(printf ':%04X' "$1")
    awk -v p="$port\$" '$2 ~ p && $4 == "0A" {found = 1} END {exit !found}' /proc/net/tcp
}
not() { ! "$@"; }
peaks() { grep -c -E '^ +[01] +[0-9]+ .* = [0-9.]+ MiB' "$1"; }

cat >job.sh <<EOS
echo "\$MEMWATCH_CONNECT" >connect
grep VmHWM /proc/\$PPID/status >before
[ -z "\$1" ] || { "$mwflood" 500 \$1 >flood & }
$(mpirun_of "$mpi") -n 2 "$(program "$mpi" busy)" --calls 2000
wait
grep VmHWM /proc/\$PPID/status >after
cat /proc/net/tcp >sockets
EOS

"$memwatch" run -- sh job.sh '' >out 2>err
check "a quiet run ends well" same $? 0
check "one address was passed on" grep -q '^127\.0\.0\.1:[0-9]*$' connect
check "its port was listened on" \
    awk -v p="$(printf ':%04X$' "$(sed 's/.*://' connect)")" '$2 ~ p && $4 == "0A" {found = 1} END {exit !found}' sockets
check "nothing listens there any more" not listening "$(sed 's/.*://' connect)"

"$memwatch" run -- sh job.sh 3 >out 2>err
check "500 foreign connections: the run ends well" same $? 0
check "both ranks are in the report, with exact peaks" same "$(peaks err)" 2
check "the hub has closed many of their connections" [ "$(sed -n 's/^closed=//p' flood)" -gt 100 ]
if [ "$SANITIZERS" = yes ]; then
    skip "they used hardly any memory of the launcher" "sanitizers use additional memory"
else
    check "they used hardly any memory of the launcher" near "$(awk '{print $2}' after)" "$(awk '{print $2}' before)" 4096
fi
check "their port is closed, too" not listening "$(sed 's/.*://' connect)"
check "no message was printed" not grep -q '^memwatch: ' err

"$memwatch" run --quiet --no-agent -- sh -c 'env' >out 2>err
check "--no-agent: no address, no secret" not grep -q -E '^MEMWATCH_(CONNECT|SECRET)=' out
MEMWATCH_CONNECT=x MEMWATCH_SECRET=y "$memwatch" run --quiet --no-agent -- sh -c 'env' >out 2>err
check "--no-agent: nor those of an enclosing run" not grep -q -E '^MEMWATCH_(CONNECT|SECRET)=' out

MEMWATCH_ADDRESS=nonsense "$memwatch" run --quiet -- sh -c 'exit 3' >out 2>err
check "an invalid address: the run continues" same $? 3
check "and one line reports it" same "$(grep -c '^memwatch: cannot use agents on other hosts: invalid MEMWATCH_ADDRESS' err)" 1

"$memwatch" run --quiet -- env >out 2>err
check "the secret is 64 hex digits" grep -q -E '^MEMWATCH_SECRET=[0-9a-f]{64}$' out
"$memwatch" run --quiet -- env >out2 2>err
check "and differs in each run" not grep -q "$(grep '^MEMWATCH_SECRET' out)" out2
done_testing
