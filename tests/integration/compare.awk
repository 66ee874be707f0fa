# SPDX-License-Identifier: MIT
# Holds what a program knows of its calls (EXPECT lines, first file) against what memwatch recorded (site lines of
# mwdump, second file). Every call site must be there on both sides, each exactly once. Calls named in `ignore`
# (an alternation), and the ends of nonblocking ones, are left out on memwatch's side; so are messages and other calls of one
# process in programs that say nothing of calls with that name, and those of expect.h.
BEGIN { CONVFMT = "%.17g" } # byte counts are long
function is_local(call) {
    return tolower(call) ~ /^mpi_(i?[bsr]?send|i?m?recv|i?sendrecv(_replace)?|i?m?probe|[bsr]?send_init|recv_init|request_get_status)(_c)?$/ ||
        tolower(call) ~ /^mpi_(p(send|recv)_init|pready.*|parrived|(wait|test)(all|any|some)?|start(all)?|buffer_.*|alloc_mem|free_mem)$/ ||
        tolower(call) ~ /^mpi_(r?(put|get|accumulate|get_accumulate)|fetch_and_op|compare_and_swap)(_c)?$/ ||
        tolower(call) ~ /^mpi_win_(.*lock.*|start|post|complete|wait|test|flush.*|sync|attach|detach)$/ ||
        tolower(call) ~ /^mpi_file_i?(read|write)(_at|_shared)?(_c)?$/ ||
        tolower(call) ~ /^mpi_(type_(free|dup|contiguous|vector|indexed|create_.*)|op_(create|free)|info_.*)(_c)?$/ ||
        tolower(call) ~ /^mpi_(group_.*|comm_(remote_)?group|(win|file)_get_group|(comm|win|file)_get_info|session_get_.*)$/
}
function value(name,    i, n, v) {
    n = length(name) + 1
    for (i = 1; i <= NF; i++)
        if (substr($i, 1, n) == name "=") { v = substr($i, n + 1); gsub(/"/, "", v); return v }
    return ""
}
FNR == NR {
    if ($1 != "EXPECT") next
    key = value("rank") " " value("call") " " value("file") ":" value("line")
    named[value("call")] = 1
    size = value("comm_size")
    if (size != "") key = key " " size
    else sizeless[value("rank") " " value("call") " " value("file") ":" value("line")] = 1
    expected[key] = value("calls") (size == "" ? "" : " " value("sent") " " value("received"))
    next
}
$1 == "site" && value("call") !~ "^(" ignore ")$" && value("call") !~ /\+Wait$/ {
    if (value("where") ~ /^expect\.h:/ || (is_local(value("call")) && !(value("call") in named))) next
    key = value("rank") " " value("call") " " value("where")
    if (!(key in sizeless)) key = key " " value("comm_size")
    calls[key] += value("calls"); sent[key] += value("sent"); received[key] += value("received")
}
END {
    for (key in expected) {
        wanted++
        got = calls[key] (key in sizeless ? "" : " " sent[key] " " received[key])
        if (!(key in calls)) { print "not recorded: " key " (" expected[key] ")"; bad++ }
        else if (got != expected[key]) { print key ": got " got ", expected " expected[key]; bad++ }
    }
    for (key in calls) if (!(key in expected)) { print "never made: " key " (" calls[key] ")"; bad++ }
    if (!wanted) { print "the program told nothing"; bad++ }
    exit bad > 0
}
