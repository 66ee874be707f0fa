/* SPDX-License-Identifier: MIT */
/* Fields of the record: hosts, their limits, and processes. */
#include "collector/record/field_rows.h"

/* clang-format off */
static const char *const roles[] = {[MW_MODEL_RANK] = "rank", [MW_MODEL_LAUNCHER] = "launcher", [MW_MODEL_OTHER]
    = "other", NULL};
static const char *const ends[] = {[MW_VIEW_LIVES] = "lives", [MW_VIEW_ENDED] = "ended", [MW_VIEW_STATUS] =
    "status", NULL};
static const char *const limit_kinds[] = {[MW_LIMIT_NONE] = "none", [MW_LIMIT_CGROUP] = "cgroup",
    [MW_LIMIT_NODE] = "node", [MW_LIMIT_HIGH] = "cgroup_high", [MW_LIMIT_MEMSW] = "cgroup_memory_and_swap",
    [MW_LIMIT_SLURM] = "slurm", [MW_LIMIT_ADDRESS] = "address_space", [MW_LIMIT_DATA] = "data", NULL};
static const char *const peers[] = {[MW_MODEL_PEER_NONE] = "none", [MW_MODEL_PEER_CONNECTED] = "connected",
    [MW_MODEL_PEER_DONE] = "done", [MW_MODEL_PEER_LOST] = "lost", NULL};

#define THIS struct mw_view_rss
static const struct mw_field moment_fields[] = {
    FIELD(TIME, ns, "ns", "ns, monotonic"),
    FIELD(U64, rss, "rss_bytes", "bytes"),
    {.type = MW_FIELD_END}};
static const struct mw_fields moment = {"moment", moment_fields, sizeof(THIS), true};
#undef THIS

#define THIS struct mw_model_process
static const struct mw_field process_fields[] = {
    ENUM(roles, role, "role", "rank, launcher (mpirun, srun and their daemons) or other"),
    FIELD(U64, count, "count", "processes: short ones of one program are counted together when there are many"),
    FIELD(U64, peak_sum, "peak_sum_bytes", "bytes, of several: the sum of their peaks"),
    INDEX(RANK, rank, "rank", "rank index"),
    INDEX(HOST, host, "host", "in `hosts`"),
    FIELD(I32, pid, "pid", "on its host"),
    FIELD(I32, ppid, "ppid", "the first parent that was seen"),
    FIELD(U64, start_ticks, "start_ticks", "clock ticks since boot"),
    FIELD(U32, image, "image", "0 the first program of the process, 1 after an exec"),
    FIELD(U32, samples, "samples", "times it was seen"),
    FIELD(STRING, name, "name", "base name of the program"),
    FIELD(STRING, exe, "exe", "path of the program"),
    FIELD(STRING, command, "command", "arguments separated by spaces, cut"),
    FIELD(TIME, first_ns, "first_ns", "ns, monotonic: first seen"),
    FIELD(TIME, last_ns, "last_ns", "ns, monotonic: last seen"),
    ENUM(ends, end, "end", "what is known about its end"),
    FIELD(TIME, end_ns, "end_ns", "ns, monotonic"),
    FIELD(BOOL, left_running, "left_running", "it outlived the job: it was in the last sample"),
    FIELD(TIME, leave_ns, "leave_ns", "ns, monotonic: when it closed its files on exit; 0 not seen"),
    FIELD(TIME, alive_ns, "alive_ns", "ns, monotonic: when it was last seen not to be exiting while another process was; 0 "
        "never"),
    FIELD(I32, sent_signal, "sent_signal", "the last signal that its launcher sent it while it was running; 0 none seen"),
    FIELD(TIME, oom_ns, "oom_ns", "ns, monotonic: the OOM killer's last kill in its group before its end; 0 none"),
    FIELD(RANK, launch_rank, "launch_rank", "rank by its launcher's variables; null: none"),
    FIELD(I32, wait_status, "wait_status", "as returned by wait(2)"),
    INDEX(ELSEWHERE, cgroup, "cgroup", "in its host's cgroups"),
    STRUCT(mw_fields_bytes, peak, "peak", "highest RSS"),
    FIELD(U64, rss_last, "rss_last_bytes", "bytes, when last seen"),
    FIELD(U64, rss_max, "rss_max_bytes", "bytes, largest sample"),
    FIELD(TIME, rss_max_ns, "rss_max_ns", "ns, monotonic"),
    FIELD(U64, hwm_seen, "hwm_seen_bytes", "bytes, largest VmHWM read"),
    FIELD(U64, pss_max, "pss_max_bytes", "bytes, largest PSS sampled"),
    FIELD(U64, huge_max, "huge_max_bytes", "bytes, huge pages; not part of RSS"),
    FIELD(U64, swap_max, "swap_max_bytes", "bytes, swap beside RSS"),
    STRUCT(mw_fields_ulimit, address, "address_space", "limit of ulimit -v, and VmPeak"),
    STRUCT(mw_fields_ulimit, data, "data", "limit of ulimit -d, and the largest VmData that was read"),
    FIELD(U64, data_max, "data_max_bytes", "bytes: largest VmData sampled; 0 unknown"),
    ROOM(moment, recent_count, MW_VIEW_RECENT, recent, "moments", "its last seconds, oldest first"),
    {.type = MW_FIELD_END}};
const struct mw_fields mw_fields_process = {"process", process_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_limit
static const struct mw_field limit_fields[] = {
    ENUM(limit_kinds, kind, "kind",
        "of the hard limit with the least headroom; of the lower limit if that is not known"),
    FIELD(U64, bytes, "bytes", "bytes"),
    STRUCT(mw_fields_bytes, used, "used", "what counted against it"),
    FIELD(U64, cgroup_limit, "cgroup_limit_bytes", "bytes, 0 unknown"),
    FIELD(U64, cgroup_peak, "cgroup_peak_bytes", "bytes, 0 unknown"),
    FIELD(U64, node_bytes, "node_bytes", "bytes, 0 unknown"),
    FIELD(U64, available_begin_bytes, "available_begin_bytes", "bytes, 0 unknown"),
    FIELD(STRING, cgroup_path, "cgroup_path", "\"\" none"),
    {.type = MW_FIELD_END}};
static const struct mw_fields limit = {"limit", limit_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_charge
static const struct mw_field charge_fields[] = {
    ENUM(limit_kinds, kind, "kind", "kind of limit; cgroup_high only throttles"),
    FIELD(U64, bytes, "limit_bytes", "bytes"),
    STRUCT(mw_fields_bytes, used, "used",
        "what counted against it when the least was left, without memory that the kernel could drop"),
    FIELD(TIME, ns, "ns", "ns, monotonic: when that was"),
    STRUCT(mw_fields_bytes, upper, "upper", "the kernel's own peak, with memory that it could drop"),
    FIELD(U64, hits, "hits", "how often the kernel found the limit reached; 0 also unknown"),
    FIELD(BOOL, ran_out, "ran_out", "the OOM killer was called for it"),
    FIELD(BOOL, above, "above", "it is set in an ancestor of path that is not visible there"),
    FIELD(BOOL, cache_counts, "cache_counts", "used includes page cache that the kernel could drop"),
    FIELD(U64, anon, "anon_bytes", "bytes of used: memory of programs; 0 also unknown"),
    FIELD(U64, shmem, "shmem_bytes", "bytes: files in tmpfs, and shared memory"),
    FIELD(U64, dirty, "dirty_bytes", "bytes: page cache not yet written"),
    FIELD(U64, kernel, "kernel_bytes", "bytes: the rest, the kernel's own"),
    FIELD(U64, rss, "rss_sum_bytes", "bytes: sum of RSS of the job's processes in the same sample"),
    FIELD(U64, swap_left, "swap_left_bytes", "bytes that could have been swapped out"),
    FIELD(STRING, path, "path", "of the control group's files; \"\" none"),
    {.type = MW_FIELD_END}};
static const struct mw_fields charge = {"charge", charge_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_headroom
static const struct mw_field headroom_fields[] = {
    ENUM(limit_kinds, kind, "kind", "none: no limit is known"),
    INDEX(HOST, host, "host", "where"),
    INDEX(ELSEWHERE, charge, "charge", "in the host's charges; null for a limit of one process"),
    INDEX(RANK, rank, "rank", "whose limit"),
    INDEX(PROCESS, process, "process", "whose limit, when it is not a rank"),
    FIELD(U64, bytes, "limit_bytes", "bytes"),
    STRUCT(mw_fields_bytes, used, "used", "what counted against it"),
    STRUCT(mw_fields_bytes, left, "left", "what was left"),
    {.type = MW_FIELD_END}};
const struct mw_fields mw_fields_headroom = {"headroom", headroom_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_cgroup
static const struct mw_field cgroup_fields[] = {
    FIELD(STRING, name, "name", "of the group"),
    FIELD(STRING, limit_path, "limit_path", "\"\" no limit"),
    FIELD(U64, limit, "limit_bytes", "bytes"),
    FIELD(U64, peak, "peak_bytes", "bytes, page cache included"),
    FIELD(U64, kills, "kills", "by the OOM killer"),
    FIELD(TIME, kills_ns, "kills_ns", "ns, monotonic: of the first"),
    FIELD(U64, victims, "victims", "of kills: ranks"),
    FIELD(BOOL, counts, "counts", "it has a counter of kills"),
    FIELD(BOOL, shared, "shared", "processes outside of the job were seen in it"),
    {.type = MW_FIELD_END}};
static const struct mw_fields cgroup = {"cgroup", cgroup_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_numa
static const struct mw_field numa_fields[] = {
    FIELD(I32, index, "index", "the system's number"),
    FIELD(U32, ranks, "ranks", "that were on it at MPI_Init"),
    FIELD(U64, peaks, "peaks_bytes", "bytes, sum: an upper bound of what they had together"),
    FIELD(U64, bytes, "bytes", "bytes of the node"),
    {.type = MW_FIELD_END}};
static const struct mw_fields numa = {"numa", numa_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_host
static const struct mw_field host_fields[] = {
    FIELD(STRING, name, "name", "its name"),
    FIELD(BOOL, is_launcher, "is_launcher", "the host of memwatch run"),
    FIELD(BOOL, is_sampled, "is_sampled", "by the launcher or an agent"),
    FIELD(I64, shift_ns, "shift_ns", "ns, added to its clock to reach the reference axis"),
    FIELD(U64, clock_error_ns, "clock_error_ns",
        "ns, of shift_ns; 0: compared by wall clocks, or the reference itself"),
    FIELD(U32, ranks, "ranks", "number"),
    FIELD(TIME, end_ns, "end_ns", "ns, monotonic: end of sampling"),
    FIELD(TIME, last_ns, "last_ns", "ns, monotonic: last sample"),
    FIELD(U64, samples, "samples", "number"),
    FIELD(U64, gap_mean_ns, "gap_mean_ns", "ns between samples, as achieved; 0 unknown"),
    FIELD(U64, gap_max_ns, "gap_max_ns", "ns, longest time without a sample; 0 unknown"),
    ENUM(peers, peer, "peer", "state of the connection to its agent"),
    FIELD(TIME, heard_ns, "heard_ns", "ns, monotonic"),
    FIELD(STRING, why, "why", "of a lost agent"),
    STRUCT(mw_fields_bytes, upper, "upper", "upper bound at any time"),
    STRUCT(mw_fields_bytes, seen, "seen", "largest sum of RSS in one sample"),
    FIELD(TIME, seen_ns, "seen_ns", "ns, monotonic"),
    STRUCT(mw_fields_bytes, pss, "pss", "largest sum of PSS in one sweep"),
    STRUCT(limit, limit, "limit", "what limits memory"),
    FIELD(U64, kills, "kills", "by the OOM killer on the host"),
    FIELD(U64, victims, "victims", "of kills: ranks"),
    LIST(cgroup, cgroup_count, cgroups, "cgroups", "control groups of the job"),
    LIST(charge, charge_count, charges, "charges", "limits on its processes together, and what counted against each"),
    LIST(numa, node_count, nodes, "nodes", "NUMA nodes"),
    {.type = MW_FIELD_END}};
const struct mw_fields mw_fields_host = {"host", host_fields, sizeof(THIS), false};
#undef THIS
/* clang-format on */
