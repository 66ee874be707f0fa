/* SPDX-License-Identifier: MIT */
#include "collector/record/fields.h"

#include "collector/model/certainty.h"

#include <string.h>

/* clang-format off */
#define AT(member) .offset = offsetof(THIS, member)
#define FIELD(type_, member, name_, about_) {.name = name_, .type = MW_FIELD_##type_, AT(member), .about = about_}
#define ENUM(words_, member, name_, about_) \
    {.name = name_, .type = MW_FIELD_ENUM, AT(member), .words = words_, .about = about_}
#define INDEX(bound_, member, name_, about_) \
    {.name = name_, .type = MW_FIELD_INDEX, AT(member), .bound = MW_BOUND_##bound_, .about = about_}
#define STRUCT(of_, member, name_, about_) \
    {.name = name_, .type = MW_FIELD_STRUCT, AT(member), .of = &of_, .about = about_}
#define COUNTED(type_, count, member, name_, about_) \
    .name = name_, .type = MW_FIELD_##type_, AT(member), .count_offset = offsetof(THIS, count), \
    .count_size = sizeof(((THIS *)0)->count), .about = about_
#define PLACES(count, member, name_, about_) {COUNTED(PLACES, count, member, name_, about_)}
#define LIST(of_, count, member, name_, about_) {COUNTED(LIST, count, member, name_, about_), .of = &of_}
#define ROOM(of_, count, room_, member, name_, about_) \
    {COUNTED(ROOM, count, member, name_, about_), .of = &of_, .room = room_}

static const char *const kinds[] = {
#define MW_ROW(kind, name, sign, words) [MW_MODEL_##kind] = name,
    MW_CERTAINTY(MW_ROW)
#undef MW_ROW
    NULL};
static const char *const phase_kinds[] = {[MW_PHASE_START] = "start", [MW_PHASE_BETWEEN] = "between",
    [MW_PHASE_USER] = "user", [MW_PHASE_END] = "end", NULL};
static const char *const abis[] = {[MW_ABI_UNKNOWN] = "unknown", [MW_ABI_OPENMPI] = "openmpi",
    [MW_ABI_MPICH] = "mpich", [MW_ABI_STANDARD] = "standard", NULL};
static const char *const stages[] = {[MW_STAGE_STARTING] = "starting", [MW_STAGE_RUNNING] = "running",
    [MW_STAGE_READY] = "ready", [MW_STAGE_COMMITTED] = "committed", [MW_STAGE_DECLINED] = "declined",
    [MW_STAGE_FINALIZED] = "finalized", [MW_STAGE_EXITED] = "exited", [MW_STAGE_ABORTED] = "aborted", NULL};
static const char *const unmeasured[] = {[MW_UNMEASURED_NEVER] = "never", [MW_UNMEASURED_SANDBOX] = "sandbox",
    [MW_UNMEASURED_ASKED] = "asked", NULL};
static const char *const threads[] = {[MW_THREADS_UNKNOWN] = "unknown", [MW_THREADS_NONE] = "none",
    [MW_THREADS_LATER] = "after_init", [MW_THREADS_INIT] = "in_init", NULL};
static const char *const roles[] = {[MW_MODEL_RANK] = "rank", [MW_MODEL_LAUNCHER] = "launcher", [MW_MODEL_OTHER]
    = "other", NULL};
static const char *const ends[] = {[MW_VIEW_LIVES] = "lives", [MW_VIEW_ENDED] = "ended", [MW_VIEW_STATUS] =
    "status", NULL};
static const char *const limit_kinds[] = {[MW_LIMIT_NONE] = "none", [MW_LIMIT_CGROUP] = "cgroup",
    [MW_LIMIT_NODE] = "node", [MW_LIMIT_HIGH] = "cgroup_high", [MW_LIMIT_MEMSW] = "cgroup_memory_and_swap",
    [MW_LIMIT_SLURM] = "slurm", [MW_LIMIT_ADDRESS] = "address_space", [MW_LIMIT_DATA] = "data", NULL};
static const char *const peers[] = {[MW_MODEL_PEER_NONE] = "none", [MW_MODEL_PEER_CONNECTED] = "connected",
    [MW_MODEL_PEER_DONE] = "done", [MW_MODEL_PEER_LOST] = "lost", NULL};
static const char *const causes[] = {[MW_MODEL_CAUSE_UNKNOWN] = "unknown", [MW_MODEL_CAUSE_SIGNAL] = "signal",
    [MW_MODEL_CAUSE_OOM] = "oom", [MW_MODEL_CAUSE_ABORT] = "abort", [MW_MODEL_CAUSE_EXIT] = "exit",
    [MW_MODEL_CAUSE_STATUS] = "status", [MW_MODEL_CAUSE_HOST] = "host", NULL};
static const char *const over_words[] = {[MW_VIEW_OVER_NONE] = "none", [MW_VIEW_OVER_TOTAL] = "total",
    [MW_VIEW_OVER_RANK] = "rank", [MW_VIEW_OVER_PROCESS] = "process", NULL};
static const char *const whys[] = {[MW_MODEL_WHY_UNKNOWN] = "unknown", [MW_MODEL_WHY_STATIC] = "static",
    [MW_MODEL_WHY_FOREIGN] = "foreign", [MW_MODEL_WHY_SECURE] = "secure", [MW_MODEL_WHY_USER] = "user",
    [MW_MODEL_WHY_OVERRIDDEN] = "preload_overridden", [MW_MODEL_WHY_LOST] = "preload_lost", [MW_MODEL_WHY_NO_FILE] =
    "no_file", [MW_MODEL_WHY_NO_DIR] = "no_directory", [MW_MODEL_WHY_REFUSED] = "refused", [MW_MODEL_WHY_NEW_ABI] =
    "unknown_mpi", [MW_MODEL_WHY_FAILED] = "failed", [MW_MODEL_WHY_DLOPEN] = "dlopen", [MW_MODEL_WHY_NO_INIT] = "no_init",
    [MW_MODEL_WHY_NO_MPI] = "no_mpi", NULL};
static const char *const note_kinds[] = {[MW_MODEL_NOTE_LOST] = "lost", [MW_MODEL_NOTE_REMARK] = "remark", NULL};

#define THIS struct mw_model_bytes
static const struct mw_field bytes_fields[] = {
    FIELD(U64, bytes, "bytes", "bytes"),
    ENUM(kinds, kind, "kind",
        "how the number relates to the true value; at_least: sampled, or known only up to some time"),
    {.type = MW_FIELD_END}};
static const struct mw_fields bytes = {"bytes", bytes_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_ulimit
static const struct mw_field ulimit_fields[] = {
    FIELD(U64, bytes, "limit_bytes", "bytes; 0 if no limit, or unknown"),
    STRUCT(bytes, used, "used", "the most that counted against it"),
    {.type = MW_FIELD_END}};
static const struct mw_fields ulimit = {"ulimit", ulimit_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_spread
static const struct mw_field spread_fields[] = {
    FIELD(U64, min, "min", "smallest, in the unit of the thing"),
    FIELD(U64, max, "max", "largest"),
    FIELD(DOUBLE, mean, "mean", "mean over the ranks"),
    INDEX(RANK, worst, "worst", "rank index of the maximum"),
    {.type = MW_FIELD_END}};
static const struct mw_fields spread = {"spread", spread_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_spread_change
static const struct mw_field change_fields[] = {
    FIELD(I64, sum, "sum", "bytes, over the ranks"),
    FIELD(I64, min, "min", "bytes, smallest"),
    FIELD(I64, max, "max", "bytes, largest"),
    INDEX(RANK, worst, "worst", "rank index of the maximum"),
    {.type = MW_FIELD_END}};
static const struct mw_fields change = {"change", change_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_place
static const struct mw_field place_fields[] = {
    FIELD(U32, line, "line", "0 unknown"),
    FIELD(U64, offset, "offset", "return address in the module"),
    FIELD(STRING, label, "label", "\"fft.c:120\"; without a line \"sum+0x1f\"; without a name \"app+0x1f20\""),
    FIELD(STRING, function, "function", "name, demangled; \"\" unknown"),
    FIELD(STRING, file, "file", "base name; \"\" unknown"),
    FIELD(STRING, path, "path", "full path; \"\" unknown"),
    FIELD(STRING, module, "module", "base name of the object; \"\" none"),
    FIELD(PLACE, outer, "outer", "the place whose function this one was inlined into"),
    {.type = MW_FIELD_END}};
const struct mw_fields mw_fields_place = {"place", place_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_site
static const struct mw_field site_fields[] = {
    FIELD(STRING, call, "call", "name of the MPI call"),
    FIELD(STRING, label, "label", "call and place"),
    FIELD(U32, comm_size, "comm_size", "processes of the communicator"),
    PLACES(depth, frames, "frames", "stack, innermost first"),
    FIELD(PLACE, place, "place", "the place shown in reports"),
    INDEX(SITE, merged, "merged", "in `sites`"),
    FIELD(U64, calls, "calls", "number"),
    FIELD(U64, measured, "measured", "of these, measured"),
    FIELD(U64, sent, "sent_bytes", "bytes"),
    FIELD(U64, received, "received_bytes", "bytes"),
    FIELD(U64, time_ns, "time_ns", "ns inside the call"),
    FIELD(U64, first_ns, "first_ns", "ns, monotonic"),
    FIELD(U64, last_ns, "last_ns", "ns, monotonic"),
    FIELD(I64, growth, "growth_bytes", "bytes that stayed, measured calls"),
    FIELD(U64, spike, "spike_bytes", "bytes, exact: peak inside one call above RSS at its entry"),
    FIELD(U64, spike_entry_rss, "spike_entry_rss_bytes", "bytes"),
    FIELD(U64, spike_ns, "spike_ns", "ns, monotonic"),
    FIELD(U64, spike_visit, "spike_visit", "number of that call"),
    FIELD(U64, coarse_spike, "coarse_spike_bytes", "bytes, upper bound: from an interval with other calls in it"),
    {.type = MW_FIELD_END}};
static const struct mw_fields site = {"site", site_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_visit
static const struct mw_field visit_fields[] = {
    FIELD(U32, visit, "visit", "number, from 1"),
    FIELD(U32, exit_kib, "exit_kib", "KiB, RSS at its end"),
    {.type = MW_FIELD_END}};
static const struct mw_fields visit = {"visit", visit_fields, sizeof(THIS), true};
#undef THIS

#define THIS struct mw_model_phase
static const struct mw_field phase_fields[] = {
    ENUM(phase_kinds, kind, "kind", "kind of phase"),
    INDEX(RANK_PHASE, parent, "parent", "in the rank's phases"),
    INDEX(RANK_SITE, from_site, "from_site", "in the rank's sites"),
    INDEX(RANK_SITE, to_site, "to_site", "in the rank's sites"),
    FIELD(STRING, name, "name", "the name given by the program, or by the report"),
    FIELD(STRING, path, "path", "name after those of its parents, \"a/b\""),
    INDEX(PHASE, merged, "merged", "in `phases`"),
    FIELD(U64, visits, "visits", "number"),
    FIELD(U64, measured, "measured", "visits with both ends measured"),
    FIELD(U64, time_ns, "time_ns", "ns"),
    FIELD(U64, first_ns, "first_ns", "ns, monotonic"),
    FIELD(U64, last_ns, "last_ns", "ns, monotonic"),
    FIELD(U64, entry_rss, "entry_rss_bytes", "bytes, first measured entry"),
    FIELD(U64, exit_rss, "exit_rss_bytes", "bytes, last measured exit"),
    STRUCT(bytes, peak, "peak", "highest RSS during it"),
    FIELD(U64, peak_exact, "peak_exact_bytes", "bytes: highest value that is certainly of this phase"),
    FIELD(U64, peak_ns, "peak_ns", "ns, monotonic"),
    FIELD(U64, peak_visit, "peak_visit", "number of that visit"),
    FIELD(I64, growth, "growth_bytes", "bytes, measured visits"),
    FIELD(I64, growth_mpi, "growth_mpi_bytes", "bytes, inside MPI calls"),
    ROOM(visit, visit_count, MW_RECORD_VISITS, kept, "kept", "ends of some of its visits, spread evenly over all"),
    {.type = MW_FIELD_END}};
static const struct mw_fields phase = {"phase", phase_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_spike
static const struct mw_field spike_fields[] = {
    INDEX(RANK_SITE, site, "site", "in the rank's sites"),
    INDEX(RANK_PHASE, phase, "phase", "in the rank's phases"),
    PLACES(depth, frames, "frames", "stack, innermost first"),
    FIELD(U64, visit, "visit", "number of the call"),
    FIELD(U64, entry_rss, "entry_rss_bytes", "bytes"),
    FIELD(U64, peak_rss, "peak_rss_bytes", "bytes, exact"),
    FIELD(U64, exit_rss, "exit_rss_bytes", "bytes"),
    FIELD(U64, entry_ns, "entry_ns", "ns, monotonic"),
    FIELD(U64, exit_ns, "exit_ns", "ns, monotonic"),
    {.type = MW_FIELD_END}};
static const struct mw_fields spike = {"spike", spike_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_tick
static const struct mw_field tick_fields[] = {
    FIELD(U64, peak, "peak_bytes", "bytes, highest RSS of the slice"),
    FIELD(U64, last, "last_bytes", "bytes, RSS at its last measurement"),
    {.type = MW_FIELD_END}};
static const struct mw_fields tick = {"tick", tick_fields, sizeof(THIS), true};
#undef THIS

#define THIS struct mw_model_in_mpi
static const struct mw_field in_mpi_fields[] = {
    FIELD(U64, init, "init_bytes", "bytes that grew in MPI_Init"),
    FIELD(U64, later, "later_bytes", "bytes that grew in later calls: memory of MPI or of the program, such as receive buffers that "
        "are first touched there"),
    FIELD(U64, fell, "fell_bytes", "bytes released in later calls, of MPI or of the program"),
    FIELD(U64, finalize, "finalize_fell_bytes", "bytes released in MPI_Finalize"),
    FIELD(U64, received, "received_bytes", "bytes that later calls received: upper bound of the receive "
        "buffers in later_bytes, except for page rounding"),
    {.type = MW_FIELD_END}};
static const struct mw_fields in_mpi = {"in_mpi", in_mpi_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_rank
static const struct mw_field rank_fields[] = {
    INDEX(WORLD, world, "world", "in `worlds`"),
    INDEX(HOST, host, "host", "in `hosts`"),
    INDEX(PROCESS, process, "process", "in `processes`: its samples"),
    FIELD(RANK, rank, "rank", "in MPI_COMM_WORLD; null: MPI_Init has not returned"),
    FIELD(I32, size, "size", "of MPI_COMM_WORLD"),
    FIELD(I32, pid, "pid", "on its host"),
    FIELD(I32, ppid, "ppid", "on its host"),
    FIELD(U64, start_ticks, "start_ticks", "clock ticks since boot"),
    FIELD(BOOL, spawned, "spawned", "by MPI_Comm_spawn"),
    FIELD(BOOL, gathered, "gathered", "known only by the gather in MPI_Finalize"),
    ENUM(abis, abi, "abi", "the MPI library's binary interface"),
    FIELD(STRING, library, "library", "the MPI library's name and version"),
    FIELD(STRING, exe, "exe", "path of the program"),
    FIELD(STRING, command, "command", "arguments separated by spaces, cut"),
    FIELD(I32, numa_node, "numa_node", "-1 unknown"),
    FIELD(STRING, binding, "binding", "\"cores 0-3\", \"unbound\", \"\" unknown"),
    FIELD(STRING, nodes, "nodes", "NUMA nodes of the binding"),
    FIELD(U64, created_ns, "created_ns", "ns, monotonic: in MPI_Init"),
    FIELD(U64, begin_ns, "begin_ns", "ns, monotonic: of the process"),
    FIELD(U64, known_ns, "known_ns", "ns, monotonic: the last that is known"),
    ENUM(stages, stage, "stage", "stage of the rank"),
    FIELD(BOOL, exited, "exited", "exit handlers ran"),
    FIELD(U64, exited_ns, "exited_ns", "ns, monotonic: when that began; 0 if they did not run"),
    FIELD(I32, abort_code, "abort_code", "of MPI_Abort"),
    FIELD(U64, abort_ns, "abort_ns", "ns, monotonic: when MPI_Abort was first called; 0 unknown, or it was not"),
    INDEX(RANK_SITE, in_site, "in_site", "current call"),
    INDEX(RANK_SITE, last_site, "last_site", "last call that it left"),
    INDEX(RANK_PHASE, phase, "phase", "innermost now"),
    FIELD(U64, since_ns, "since_ns", "ns, monotonic: entry of that call, or exit of the last one"),
    STRUCT(bytes, peak, "peak", "highest RSS"),
    FIELD(U64, peak_ns, "peak_ns", "ns, monotonic"),
    INDEX(RANK_PHASE, peak_phase, "peak_phase", "where"),
    INDEX(RANK_SITE, peak_site, "peak_site", "where"),
    FIELD(U64, rss, "rss_bytes", "bytes, at the last measured boundary"),
    FIELD(U64, rss_ns, "rss_ns", "ns, monotonic"),
    FIELD(U64, held_rss, "rss_at_first_death_bytes", "bytes, last known value before the first death; 0 unknown, or no rank "
        "died"),
    FIELD(U64, end_rss, "rss_at_end_bytes", "bytes, last known value: measured at the end, or sampled before"),
    FIELD(U64, end_rss_ns, "rss_at_end_ns", "ns, monotonic: when that was"),
    FIELD(U64, init_rss, "init_rss_bytes", "bytes, in MPI_Init"),
    FIELD(I64, grown_mpi, "grown_mpi_bytes", "bytes, in MPI calls"),
    FIELD(I64, grown_program, "grown_program_bytes", "bytes, outside"),
    ENUM(threads, threads, "threads", "other threads that ran during its MPI calls: in MPI_Init, or only later"),
    STRUCT(in_mpi, in_mpi, "in_mpi", "RSS inside measured MPI calls, by call sites"),
    FIELD(AT_LEAST, held_mpi, "held_mpi_bytes", "bytes, lower bound: MPI's own memory, allocated in MPI_Init; null: unknown, for example if "
        "other threads ran meanwhile"),
    FIELD(U64, huge_bytes, "huge_bytes", "bytes, huge pages; not part of RSS"),
    FIELD(U64, swap_bytes, "swap_bytes", "bytes; not part of RSS"),
    STRUCT(ulimit, address, "address_space", "limit of ulimit -v, and VmPeak"),
    STRUCT(ulimit, data, "data", "limit of ulimit -d, and the largest VmData that was read"),
    FIELD(U64, unmeasured_ns, "unmeasured_ns", "ns, monotonic: from then on memory was not measured, only sampled; 0 never"),
    ENUM(unmeasured, unmeasured, "unmeasured", "the reason; sandbox: it entered a seccomp sandbox; asked: --no-syscalls"),
    FIELD(U64, mpi_ns, "mpi_ns", "ns inside wrapped calls"),
    FIELD(U64, error_bytes, "error_bytes", "bytes: peaks may be this much higher, by design of the kernel's counters"),
    FIELD(U64, checks, "checks", "number of comparisons of the counters with a count of the pages"),
    FIELD(U64, checked_bytes, "checked_bytes", "bytes: the largest difference that was found"),
    FIELD(U64, measure_ns, "measure_ns", "ns used for measuring, and an estimate for counting"),
    FIELD(U64, setup_ns, "setup_ns", "ns in MPI_Init and MPI_Finalize"),
    FIELD(U64, shim_bytes, "shim_bytes", "bytes, upper bound of memwatch's part of RSS: journal, libraries, unwinder's tables"),
    FIELD(U64, calls, "calls", "wrapped calls"),
    FIELD(U64, measured, "measured", "of these, measured"),
    FIELD(U64, coarse_calls, "coarse_calls", "of these, counted only"),
    FIELD(U64, lost_sites, "lost_sites", "calls counted together with others, because a table was full"),
    FIELD(U64, lost_phases, "lost_phases", "visits counted together with others, because a table was full"),
    FIELD(U64, lost_modules, "lost_modules", "objects that did not fit in the table"),
    FIELD(U64, lost_requests, "lost_requests", "requests whose completion is not recorded"),
    FIELD(U64, lost_nested, "lost_nested", "phases that are nested too deeply"),
    FIELD(U64, unrecorded, "unrecorded_calls", "calls that are not counted anywhere else"),
    FIELD(U32, cost_flags, "cost_flags", "MW_COST_* of collector/journal/record.h"),
    FIELD(BOOL, has_details, "whole", "sites, phases, spikes and ticks are all here"),
    FIELD(U64, tick_ns, "tick_ns", "ns, length of a slice"),
    LIST(site, site_count, sites, "sites", "its call sites"),
    LIST(phase, phase_count, phases, "phases", "its phases"),
    LIST(spike, spike_count, spikes, "spikes", "the largest first"),
    LIST(tick, tick_count, ticks, "ticks", "slices from created_ns"),
    {.type = MW_FIELD_END}};
const struct mw_fields mw_fields_rank = {"rank", rank_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_merged_site
static const struct mw_field merged_site_fields[] = {
    FIELD(STRING, call, "call", "name of the MPI call"),
    FIELD(STRING, label, "label", "call and place"),
    FIELD(U32, comm_size, "comm_size", "processes of the communicator"),
    FIELD(PLACE, place, "place", "where"),
    FIELD(U32, ranks, "ranks", "number of ranks that have it"),
    FIELD(U64, calls, "calls", "number"),
    FIELD(U64, measured, "measured", "of these, measured"),
    FIELD(U64, sent, "sent_bytes", "bytes"),
    FIELD(U64, received, "received_bytes", "bytes"),
    FIELD(U64, first_ns, "first_ns", "ns, monotonic"),
    STRUCT(spread, time, "time_ns", "ns, over the ranks"),
    STRUCT(change, growth, "growth_bytes", "bytes that stayed"),
    FIELD(U64, spike, "spike_bytes", "bytes, exact: the largest rise in one call"),
    INDEX(RANK, spike_rank, "spike_rank", "rank index"),
    INDEX(ELSEWHERE, spike_site, "spike_site", "in that rank's sites"),
    INDEX(ELSEWHERE, spike_record, "spike_record", "in that rank's spikes"),
    FIELD(U64, spike_ns, "spike_ns", "ns, monotonic"),
    FIELD(U64, spike_visit, "spike_visit", "number of the call"),
    FIELD(U64, spike_entry_rss, "spike_entry_rss_bytes", "bytes"),
    FIELD(U32, spike_ranks, "spike_ranks", "ranks whose largest rise is at least half of it"),
    FIELD(U64, coarse_spike, "coarse_spike_bytes", "bytes, upper bound from an interval with calls of this site in it"),
    INDEX(RANK, coarse_rank, "coarse_rank", "rank index"),
    {.type = MW_FIELD_END}};
static const struct mw_fields merged_site = {"merged_site", merged_site_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_merged_phase
static const struct mw_field merged_phase_fields[] = {
    ENUM(phase_kinds, kind, "kind", "kind of phase"),
    INDEX(PHASE, parent, "parent", "in `phases`"),
    FIELD(U32, depth, "depth", "parents above it"),
    FIELD(STRING, name, "name", "name"),
    FIELD(STRING, path, "path", "name after those of its parents"),
    FIELD(NAME, from_call, "from_call", "the call before it"),
    FIELD(NAME, to_call, "to_call", "the call after it"),
    FIELD(PLACE, from_place, "from_place", "of the call before"),
    FIELD(PLACE, to_place, "to_place", "of the call after"),
    FIELD(U32, ranks, "ranks", "number of ranks that have it"),
    FIELD(U64, visits, "visits", "over all ranks"),
    FIELD(U64, visits_max, "visits_max", "of one rank"),
    FIELD(U64, measured, "measured", "visits with both ends measured; the time of the others is by the kernel's tick"),
    FIELD(U64, first_ns, "first_ns", "ns, monotonic"),
    FIELD(U64, last_ns, "last_ns", "ns, monotonic"),
    STRUCT(spread, time, "time_ns", "ns"),
    STRUCT(spread, entry_rss, "entry_rss_bytes", "bytes"),
    STRUCT(spread, exit_rss, "exit_rss_bytes", "bytes"),
    STRUCT(spread, peak, "peak_bytes", "bytes"),
    ENUM(kinds, peak_kind, "peak_kind", "of the maximum"),
    STRUCT(change, growth, "growth_bytes", "bytes"),
    FIELD(I64, growth_mpi, "growth_mpi_bytes", "bytes, inside MPI calls"),
    {.type = MW_FIELD_END}};
static const struct mw_fields merged_phase = {"merged_phase", merged_phase_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_view_rss
static const struct mw_field moment_fields[] = {
    FIELD(U64, ns, "ns", "ns, monotonic"),
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
    FIELD(U64, first_ns, "first_ns", "ns, monotonic: first seen"),
    FIELD(U64, last_ns, "last_ns", "ns, monotonic: last seen"),
    ENUM(ends, end, "end", "what is known about its end"),
    FIELD(U64, end_ns, "end_ns", "ns, monotonic"),
    FIELD(BOOL, left_running, "left_running", "it outlived the job: it was in the last sample"),
    FIELD(U64, leave_ns, "leave_ns", "ns, monotonic: when it closed its files on exit; 0 not seen"),
    FIELD(U64, alive_ns, "alive_ns", "ns, monotonic: when it was last seen not to be exiting while another process was; 0 "
        "never"),
    FIELD(U64, oom_ns, "oom_ns", "ns, monotonic: the OOM killer's last kill in its group before its end; 0 none"),
    FIELD(RANK, launch_rank, "launch_rank", "rank by its launcher's variables; null: none"),
    FIELD(I32, wait_status, "wait_status", "as returned by wait(2)"),
    INDEX(ELSEWHERE, cgroup, "cgroup", "in its host's cgroups"),
    STRUCT(bytes, peak, "peak", "highest RSS"),
    FIELD(U64, rss_last, "rss_last_bytes", "bytes, when last seen"),
    FIELD(U64, rss_max, "rss_max_bytes", "bytes, largest sample"),
    FIELD(U64, rss_max_ns, "rss_max_ns", "ns, monotonic"),
    FIELD(U64, hwm_seen, "hwm_seen_bytes", "bytes, largest VmHWM read"),
    FIELD(U64, pss_max, "pss_max_bytes", "bytes, largest PSS sampled"),
    FIELD(U64, huge_max, "huge_max_bytes", "bytes, huge pages; not part of RSS"),
    FIELD(U64, swap_max, "swap_max_bytes", "bytes, swap beside RSS"),
    STRUCT(ulimit, address, "address_space", "limit of ulimit -v, and VmPeak"),
    STRUCT(ulimit, data, "data", "limit of ulimit -d, and the largest VmData that was read"),
    ROOM(moment, recent_count, MW_VIEW_RECENT, recent, "moments", "its last seconds, oldest first"),
    {.type = MW_FIELD_END}};
const struct mw_fields mw_fields_process = {"process", process_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_limit
static const struct mw_field limit_fields[] = {
    ENUM(limit_kinds, kind, "kind",
        "of the hard limit with the least headroom; of the lower limit if that is not known"),
    FIELD(U64, bytes, "bytes", "bytes"),
    STRUCT(bytes, used, "used", "what counted against it"),
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
    STRUCT(bytes, used, "used",
        "what counted against it when the least was left, without memory that the kernel could drop"),
    FIELD(U64, ns, "ns", "ns, monotonic: when that was"),
    STRUCT(bytes, upper, "upper", "the kernel's own peak, with memory that it could drop"),
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
    STRUCT(bytes, used, "used", "what counted against it"),
    STRUCT(bytes, left, "left", "what was left"),
    {.type = MW_FIELD_END}};
static const struct mw_fields headroom = {"headroom", headroom_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_cgroup
static const struct mw_field cgroup_fields[] = {
    FIELD(STRING, name, "name", "of the group"),
    FIELD(STRING, limit_path, "limit_path", "\"\" no limit"),
    FIELD(U64, limit, "limit_bytes", "bytes"),
    FIELD(U64, peak, "peak_bytes", "bytes, page cache included"),
    FIELD(U64, kills, "kills", "by the OOM killer"),
    FIELD(U64, kills_ns, "kills_ns", "ns, monotonic: of the first"),
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
    FIELD(U64, end_ns, "end_ns", "ns, monotonic: end of sampling"),
    FIELD(U64, last_ns, "last_ns", "ns, monotonic: last sample"),
    FIELD(U64, samples, "samples", "number"),
    FIELD(U64, gap_mean_ns, "gap_mean_ns", "ns between samples, as achieved; 0 unknown"),
    FIELD(U64, gap_max_ns, "gap_max_ns", "ns, longest time without a sample; 0 unknown"),
    ENUM(peers, peer, "peer", "state of the connection to its agent"),
    FIELD(U64, heard_ns, "heard_ns", "ns, monotonic"),
    FIELD(STRING, why, "why", "of a lost agent"),
    STRUCT(bytes, upper, "upper", "upper bound at any time"),
    STRUCT(bytes, seen, "seen", "largest sum of RSS in one sample"),
    FIELD(U64, seen_ns, "seen_ns", "ns, monotonic"),
    STRUCT(bytes, pss, "pss", "largest sum of PSS in one sweep"),
    STRUCT(limit, limit, "limit", "what limits memory"),
    FIELD(U64, kills, "kills", "by the OOM killer on the host"),
    FIELD(U64, victims, "victims", "of kills: ranks"),
    LIST(cgroup, cgroup_count, cgroups, "cgroups", "control groups of the job"),
    LIST(charge, charge_count, charges, "charges", "limits on its processes together, and what counted against each"),
    LIST(numa, node_count, nodes, "nodes", "NUMA nodes"),
    {.type = MW_FIELD_END}};
static const struct mw_fields host = {"host", host_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_world
static const struct mw_field world_fields[] = {
    FIELD(U64, id, "id", "identifies a world of the run"),
    FIELD(I32, size, "size", "of MPI_COMM_WORLD"),
    FIELD(U32, ranks, "ranks", "that are known"),
    FIELD(U64, first_ns, "first_ns", "ns, monotonic"),
    {.type = MW_FIELD_END}};
static const struct mw_fields world = {"world", world_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_death
static const struct mw_field death_fields[] = {
    INDEX(RANK, rank, "rank", "rank index; none: a process that never called MPI_Init"),
    INDEX(ELSEWHERE, process, "process", "in `processes`: its samples"),
    FIELD(RANK, launch_rank, "launch_rank", "before MPI_Init has returned: the rank by its launcher's variables; or null"),
    ENUM(causes, cause, "cause", "cause of its death"),
    FIELD(I32, number, "number", "signal, code or status; -1 unknown"),
    INDEX(ELSEWHERE, cgroup, "cgroup", "in its host's cgroups"),
    FIELD(U64, ns, "ns", "ns, monotonic"),
    FIELD(BOOL, exact, "exact", "noticed at once; else it died at some time after `ns`"),
    FIELD(U64, after_ns, "after_ns", "ns, monotonic: it was still running then"),
    FIELD(U64, order_ns, "order_ns", "ns, monotonic: comparable between ends on one host, the smaller one was first; 0 "
        "unknown"),
    FIELD(BOOL, finalized, "finalized", "it had left MPI_Finalize"),
    FIELD(BOOL, waiting, "waiting", "it was inside an MPI call"),
    FIELD(BOOL, perhaps_oom, "perhaps_oom", "SIGKILL that the OOM killer may have sent"),
    FIELD(BOOL, inferred, "inferred", "the cause is derived from the command's exit status"),
    FIELD(BOOL, dumped, "dumped", "it wrote a core file"),
    FIELD(STRING, text, "text", "for people"),
    STRUCT(bytes, rss, "rss", "when it was last seen"),
    FIELD(U64, rss_ns, "rss_ns", "ns, monotonic"),
    {.type = MW_FIELD_END}};
static const struct mw_fields death = {"death", death_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_waiting
static const struct mw_field waiting_fields[] = {
    FIELD(STRING, label, "label", "of the call site"),
    FIELD(STRING, ranks, "ranks", "\"0, 2-7\""),
    FIELD(U32, count, "count", "ranks"),
    FIELD(BOOL, first_too, "first_too", "the first to die was in it as well"),
    FIELD(U64, since_ns, "since_ns", "ns, monotonic"),
    {.type = MW_FIELD_END}};
static const struct mw_fields waiting = {"waiting", waiting_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_unrecorded
static const struct mw_field unrecorded_fields[] = {
    ENUM(whys, why, "reason", "why it left no record"),
    FIELD(U64, count, "count", "processes of one program"),
    FIELD(STRING, text, "text", "the reason in words, and the evidence"),
    {.type = MW_FIELD_END}};
static const struct mw_fields unrecorded = {"unrecorded", unrecorded_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_note
static const struct mw_field note_fields[] = {
    ENUM(note_kinds, kind, "kind", "lost: something is missing"),
    FIELD(STRING, text, "text", "for people"),
    {.type = MW_FIELD_END}};
static const struct mw_fields note = {"note", note_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_view_signal
static const struct mw_field signal_fields[] = {
    FIELD(I32, signo, "signo", "number"),
    FIELD(I32, sender, "sender", "pid, 0 unknown or the terminal"),
    FIELD(U64, ns, "ns", "ns, monotonic"),
    {.type = MW_FIELD_END}};
static const struct mw_fields signal = {"signal", signal_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_view_slice
static const struct mw_field slice_fields[] = {
    FIELD(U64, rss_max, "rss_max_bytes", "bytes, largest sum of RSS in one sample"),
    FIELD(U64, rss_min, "rss_min_bytes", "bytes, smallest"),
    FIELD(U32, processes, "processes", "in the largest"),
    FIELD(U32, samples, "samples", "number; 0: no sample"),
    {.type = MW_FIELD_END}};
static const struct mw_fields slice = {"slice", slice_fields, sizeof(THIS), true};
#undef THIS

#define THIS struct mw_view_over
static const struct mw_field over_fields[] = {
    ENUM(over_words, what, "what", "whose limit was exceeded"),
    FIELD(I32, pid, "pid", "of the process that was over; 0: all together"),
    FIELD(U64, limit, "limit_bytes", "bytes"),
    FIELD(U64, bytes, "bytes", "bytes that it had"),
    FIELD(U64, ns, "ns", "ns, monotonic"),
    {.type = MW_FIELD_END}};
static const struct mw_fields over = {"over", over_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_job
static const struct mw_field job_fields[] = {
    FIELD(BOOL, sampled, "sampled", "a launcher sampled the job"),
    FIELD(BOOL, runs, "runs", "it had not ended yet"),
    FIELD(BOOL, launcher_died, "launcher_died", "memwatch ended before the job did"),
    FIELD(STRING, command, "command", "as given, arguments separated by spaces, cut"),
    FIELD(I32, pid, "pid", "of the command"),
    FIELD(I32, exit_status, "exit_status", "128 + signal when killed"),
    FIELD(I32, exit_signal, "exit_signal", "0, or the signal"),
    FIELD(BOOL, status_unknown, "status_unknown", "it has ended, but its exit status was not observed"),
    FIELD(RANK, inside_rank, "inside_rank", "memwatch itself was started by an mpirun, as this rank; null: it was not"),
    FIELD(U32, inside_size, "inside_size", "number of ranks then; 0 unknown"),
    FIELD(U64, command_end_ns, "command_end_ns", "ns, monotonic; 0 unknown"),
    ROOM(signal, signal_count, MW_VIEW_SIGNALS, signals, "signals", "signals that memwatch was sent"),
    STRUCT(over, over, "over", "why memwatch ended the job"),
    FIELD(U64, samples, "samples", "number"),
    FIELD(U64, interval_ns, "interval_ns", "ns between samples, as requested"),
    FIELD(U64, gap_mean_ns, "gap_mean_ns", "ns between samples, as achieved; 0 unknown"),
    FIELD(U64, gap_max_ns, "gap_max_ns", "ns, longest time without a sample; 0 unknown"),
    FIELD(U64, begin_ns, "begin_ns", "ns, monotonic: zero of the times for people"),
    FIELD(U64, end_ns, "end_ns", "ns, monotonic"),
    FIELD(U64, begin_wall_ns, "begin_wall_ns", "ns since 1970, at begin_ns"),
    FIELD(STRING, library, "library", "of the ranks; the first one's"),
    {.type = MW_FIELD_END}};
static const struct mw_fields job = {"job", job_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_peak
static const struct mw_field peak_fields[] = {
    STRUCT(bytes, seen, "seen", "largest sum of RSS in one sample"),
    FIELD(U64, seen_ns, "seen_ns", "ns, monotonic"),
    FIELD(U32, seen_processes, "seen_processes", "in that sample"),
    FIELD(U32, seen_hosts, "seen_hosts",
        "0: one sample of one host; else the sum over hosts of the smallest sample in one slice"),
    STRUCT(bytes, upper, "upper", "upper bound of RSS at any time"),
    FIELD(U32, upper_open_ranks, "upper_open_ranks",
        "ranks whose end was not measured: the bound does not cover it"),
    FIELD(U32, upper_sampled, "upper_sampled", "other processes known only by samples"),
    FIELD(U64, error_bytes, "error_bytes", "bytes, contained in upper"),
    FIELD(U64, sum_of_peaks, "sum_of_peaks_bytes", "bytes, over all processes; not simultaneous, so not a peak"),
    STRUCT(bytes, pss, "pss", "shared pages once, sampled"),
    FIELD(U64, pss_ns, "pss_ns", "ns, monotonic"),
    FIELD(U64, pss_rss, "pss_rss_bytes", "bytes, RSS in that sweep"),
    FIELD(U64, pss_sweeps, "pss_sweeps", "number"),
    STRUCT(bytes, shared, "shared", "memory that sums of RSS count more than once"),
    FIELD(U64, shared_ns, "shared_ns", "ns, monotonic"),
    FIELD(U64, shared_rss, "shared_rss_bytes", "bytes"),
    FIELD(U64, shared_shmem, "shared_shmem_bytes", "bytes; 0 also if unknown"),
    {.type = MW_FIELD_END}};
static const struct mw_fields peak = {"peak", peak_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_cost
static const struct mw_field cost_fields[] = {
    FIELD(DOUBLE, share_mean, "share_mean", "of the ranks' time"),
    FIELD(DOUBLE, share_max, "share_max", "of one rank's time"),
    INDEX(RANK, share_worst, "share_worst", "rank index"),
    FIELD(U64, setup_max_ns, "setup_max_ns", "ns"),
    FIELD(U64, shim_bytes_max, "shim_bytes_max", "bytes of RSS that are memwatch's own in a rank, at most"),
    FIELD(U64, error_bytes_max, "error_bytes_max", "bytes"),
    FIELD(U64, checks, "checks", "comparisons of the kernel's counters with a count of the pages, in all ranks"),
    FIELD(U64, checked_bytes_max, "checked_bytes_max", "bytes: the largest difference that was found"),
    FIELD(U64, calls, "calls", "wrapped calls"),
    FIELD(U64, measured, "measured", "of these, measured"),
    FIELD(U32, no_reset_ranks, "no_reset_ranks", "ranks whose mark is not reset"),
    FIELD(U64, lost_sites, "lost_sites", "number"),
    FIELD(U64, lost_phases, "lost_phases", "number"),
    FIELD(U64, lost_modules, "lost_modules", "number"),
    FIELD(U64, lost_requests, "lost_requests", "number"),
    FIELD(U64, lost_nested, "lost_nested", "number"),
    FIELD(U64, unrecorded, "unrecorded_calls", "number"),
    FIELD(U64, launcher_cpu_ns, "launcher_cpu_ns", "ns of CPU time used for sampling"),
    FIELD(U64, launcher_rss_peak, "launcher_rss_peak_bytes", "bytes of memwatch itself"),
    {.type = MW_FIELD_END}};
static const struct mw_fields cost = {"cost", cost_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_bound
static const struct mw_field bound_fields[] = {
    FIELD(U64, bytes, "bytes", "bytes, upper bound"),
    FIELD(BOOL, known, "known", "false: a rank ran then that was not measured"),
    {.type = MW_FIELD_END}};
static const struct mw_fields bound = {"bound", bound_fields, sizeof(THIS), true};
#undef THIS

/* Of a run, and of each of its jobs where there are several. */
#define MODEL_FIELDS \
    STRUCT(job, job, "job", "the job"), \
    STRUCT(peak, peak, "peak", "the job's peak: three numbers that are never mixed"), \
    STRUCT(headroom, headroom, "headroom", "the limit with the least headroom; for one of several jobs, only limits of its " \
        "processes"), \
    STRUCT(cost, cost, "cost", "the cost of memwatch"), \
    STRUCT(spread, rank_peak, "rank_peak_bytes", "bytes, over the ranks"), \
    STRUCT(change, mpi_growth, "mpi_growth_bytes", "bytes that grew inside MPI calls, without memory released in " \
        "MPI_Finalize, over the ranks: of MPI and of the program"), \
    FIELD(STRING, ended_by, "ended_by", "what ended the job from outside before any rank died"), \
    LIST(host, host_count, hosts, "hosts", "hosts"), \
    LIST(world, world_count, worlds, "worlds", "MPI_COMM_WORLDs, by time"), \
    LIST(merged_site, site_count, sites, "sites", "call sites of all ranks"), \
    LIST(merged_phase, phase_count, phases, "phases", "phases of all ranks"), \
    LIST(death, death_count, deaths, "deaths", "irregular ends of ranks and of processes that were to become ranks: the " \
        "candidates for the first one, then in order of time"), \
    FIELD(U32, first_count, "first_count", "number of leading entries of `deaths` that may have been the first: 1: it is " \
        "known; 0: ended from outside"), \
    FIELD(STRING, first_why, "first_why", "why it is not known which was the first; else \"\""), \
    LIST(unrecorded, unrecorded_count, unrecorded, "unrecorded", "processes that may have been intended as ranks, without a " \
        "record, by reason"), \
    LIST(waiting, waiting_count, waiting, "waiting", "ranks that were inside the same call then"), \
    LIST(note, note_count, notes, "notes", "missing data, and other information"), \
    FIELD(U64, notes_dropped, "notes_dropped", "notes beyond those"), \
    FIELD(U64, slice_ns, "slice_ns", "ns, length of a slice"), \
    LIST(slice, slice_count, slices, "slices", "the sampled sum over time, from job.begin_ns"), \
    FIELD(U64, bound_ns, "bound_ns", "ns, length of a slice of `bounds`"), \
    LIST(bound, bound_count, bounds, "bounds", "upper bound of all processes together over time, from job.begin_ns"), \
    LIST(mw_fields_process, process_count, processes, "processes", "all processes that were seen"), \
    LIST(mw_fields_rank, rank_count, ranks, "ranks", "by world, then rank")

#define THIS struct mw_model
static const struct mw_field job_fields_of_run[] = {
    FIELD(U32, number, "number", "from 1, by start time"),
    MODEL_FIELDS,
    {.type = MW_FIELD_END}};
const struct mw_fields mw_fields_job = {"one_of_several_jobs", job_fields_of_run, sizeof(THIS), false};

static const struct mw_field model_fields[] = {
    MODEL_FIELDS,
    LIST(mw_fields_job, job_count, jobs, "jobs",
        "if the command started several MPI jobs: one entry for each. The other fields are then about all of them together, without "
        "worlds, ranks, sites and phases, and with only those processes that belong to no job. Else empty"),
    {.type = MW_FIELD_END}};
const struct mw_fields mw_fields_model = {"model", model_fields, sizeof(THIS), false};
#undef THIS
/* clang-format on */

size_t mw_field_count(const struct mw_field *field, const void *item)
{
    uint32_t narrow;
    size_t wide;

    if (field->count_size == sizeof(wide)) {
        memcpy(&wide, (const char *)item + field->count_offset, sizeof(wide));
        return wide;
    }
    memcpy(&narrow, (const char *)item + field->count_offset, sizeof(narrow));
    return narrow;
}
