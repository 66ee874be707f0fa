/* SPDX-License-Identifier: MIT */
/* Fields of the record: what ranks recorded, one by one and merged. FROM() says what a journal has of it. */
#include "collector/journal/copy.h"
#include "collector/record/field_rows.h"

/* clang-format off */
static const char *const phase_kinds[] = {[MW_PHASE_START] = "start", [MW_PHASE_BETWEEN] = "between",
    [MW_PHASE_USER] = "user", [MW_PHASE_END] = "end", [MW_PHASE_EXCHANGE] = "exchange", NULL};
static const char *const abis[] = {[MW_ABI_UNKNOWN] = "unknown", [MW_ABI_OPENMPI] = "openmpi",
    [MW_ABI_MPICH] = "mpich", [MW_ABI_STANDARD] = "standard", NULL};
static const char *const stages[] = {[MW_STAGE_STARTING] = "starting", [MW_STAGE_RUNNING] = "running",
    [MW_STAGE_READY] = "ready", [MW_STAGE_COMMITTED] = "committed", [MW_STAGE_DECLINED] = "declined",
    [MW_STAGE_FINALIZED] = "finalized", [MW_STAGE_EXITED] = "exited", [MW_STAGE_ABORTED] = "aborted", NULL};
static const char *const unmeasured[] = {[MW_UNMEASURED_NEVER] = "never", [MW_UNMEASURED_SANDBOX] = "sandbox",
    [MW_UNMEASURED_ASKED] = "asked", NULL};
static const char *const threads[] = {[MW_THREADS_UNKNOWN] = "unknown", [MW_THREADS_NONE] = "none",
    [MW_THREADS_LATER] = "after_init", [MW_THREADS_INIT] = "in_init", NULL};

static const char *const objects[] = {[MW_OBJECT_NONE] = "none", [MW_OBJECT_COMM] = "communicator",
    [MW_OBJECT_DATATYPE] = "datatype", [MW_OBJECT_GROUP] = "group", [MW_OBJECT_OP] = "op", [MW_OBJECT_INFO] = "info",
    [MW_OBJECT_WINDOW] = "window", [MW_OBJECT_FILE] = "file", [MW_OBJECT_REQUEST] = "persistent_request",
    [MW_OBJECT_SESSION] = "session", NULL};

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
#define ENTRY struct mw_site
static const struct mw_field site_fields[] = {
    FIELD(STRING, call, "call", "name of the MPI call"),
    FIELD(STRING, label, "label", "call and place"),
    FIELD(U32, comm_size, "comm_size", "processes of the communicator", FROM(comm_size)),
    PLACES(depth, frames, "frames", "stack, innermost first"),
    FIELD(PLACE, place, "place", "the place shown in reports"),
    INDEX(SITE, merged, "merged", "in `sites`"),
    FIELD(U64, calls, "calls", "number", FROM(calls)),
    FIELD(U64, measured, "measured", "of these, measured", FROM(measured)),
    FIELD(U64, sent, "sent_bytes", "bytes", FROM(sent)),
    FIELD(U64, received, "received_bytes", "bytes", FROM(received)),
    FIELD(U64, time_ns, "time_ns", "ns inside the call", FROM(time_ns)),
    FIELD(TIME, first_ns, "first_ns", "ns, monotonic", FROM(first_ns)),
    FIELD(TIME, last_ns, "last_ns", "ns, monotonic", FROM(last_ns)),
    FIELD(I64, growth, "growth_bytes", "bytes that stayed, measured calls", FROM(growth)),
    FIELD(U64, spike, "spike_bytes", "bytes, exact: peak inside one call above RSS at its entry", FROM(spike)),
    FIELD(U64, spike_entry_rss, "spike_entry_rss_bytes", "bytes", FROM(spike_entry_rss)),
    FIELD(TIME, spike_ns, "spike_ns", "ns, monotonic", FROM(spike_ns)),
    FIELD(U64, spike_visit, "spike_visit", "number of that call", FROM(spike_visit)),
    FIELD(U64, coarse_spike, "coarse_spike_bytes", "bytes, upper bound: from an interval with other calls in it",
        FROM(coarse_spike)),
    ENUM(objects, object, "object", "kind of the MPI objects that it creates", FROM(object)),
    FIELD(U64, created, "created", "number of these", FROM(objects.created)),
    FIELD(U64, freed, "freed", "of these, wherever that was", FROM(objects.freed)),
    FIELD(U64, most, "live_max", "most of these that were live at one time", FROM(objects.most)),
    {.type = MW_FIELD_END}};
const struct mw_fields mw_fields_site = {"site", site_fields, sizeof(THIS), false};
#undef ENTRY
#undef THIS

#define THIS struct mw_visit
static const struct mw_field visit_fields[] = {
    FIELD(U32, visit, "visit", "number, from 1"),
    FIELD(U32, exit_kib, "exit_kib", "KiB, RSS at its end"),
    {.type = MW_FIELD_END}};
static const struct mw_fields visit = {"visit", visit_fields, sizeof(THIS), true};
#undef THIS

#define THIS struct mw_model_phase
#define ENTRY struct mw_phase
static const struct mw_field phase_fields[] = {
    ENUM(phase_kinds, kind, "kind", "kind of phase", FROM(kind)),
    INDEX(RANK_PHASE, parent, "parent", "in the rank's phases", FROM(parent)),
    INDEX(RANK_SITE, from_site, "from_site", "in the rank's sites", FROM(from_site)),
    INDEX(RANK_SITE, to_site, "to_site", "in the rank's sites", FROM(to_site)),
    FIELD(STRING, name, "name", "the name given by the program, or by the report"),
    FIELD(STRING, path, "path", "name after those of its parents, \"a/b\""),
    INDEX(PHASE, merged, "merged", "in `phases`"),
    FIELD(U64, visits, "visits", "number", FROM(visits)),
    FIELD(U64, measured, "measured", "visits with both ends measured", FROM(measured)),
    FIELD(U64, time_ns, "time_ns", "ns", FROM(time_ns)),
    FIELD(TIME, first_ns, "first_ns", "ns, monotonic", FROM(first_ns)),
    FIELD(TIME, last_ns, "last_ns", "ns, monotonic", FROM(last_ns)),
    FIELD(U64, entry_rss, "entry_rss_bytes", "bytes, first measured entry", FROM(entry_rss)),
    FIELD(U64, exit_rss, "exit_rss_bytes", "bytes, last measured exit", FROM(exit_rss)),
    STRUCT(mw_fields_bytes, peak, "peak", "highest RSS during it"),
    FIELD(U64, peak_exact, "peak_exact_bytes", "bytes: highest value that is certainly of this phase", FROM(peak)),
    FIELD(TIME, peak_ns, "peak_ns", "ns, monotonic", FROM(peak_ns)),
    FIELD(U64, peak_visit, "peak_visit", "number of that visit", FROM(peak_visit)),
    FIELD(I64, growth, "growth_bytes", "bytes, measured visits", FROM(growth)),
    FIELD(I64, growth_mpi, "growth_mpi_bytes", "bytes, inside MPI calls", FROM(growth_mpi)),
    ROOM(visit, visit_count, MW_RECORD_VISITS, kept, "kept", "ends of some of its visits, spread evenly over all"),
    {.type = MW_FIELD_END}};
const struct mw_fields mw_fields_phase = {"phase", phase_fields, sizeof(THIS), false};
#undef ENTRY
#undef THIS

#define THIS struct mw_model_spike
#define ENTRY struct mw_spike
static const struct mw_field spike_fields[] = {
    INDEX(RANK_SITE, site, "site", "in the rank's sites", FROM(site)),
    INDEX(RANK_PHASE, phase, "phase", "in the rank's phases", FROM(phase)),
    PLACES(depth, frames, "frames", "stack, innermost first"),
    FIELD(U64, visit, "visit", "number of the call", FROM(visit)),
    FIELD(U64, entry_rss, "entry_rss_bytes", "bytes", FROM(entry_rss)),
    FIELD(U64, peak_rss, "peak_rss_bytes", "bytes, exact", FROM(peak_rss)),
    FIELD(U64, exit_rss, "exit_rss_bytes", "bytes", FROM(exit_rss)),
    FIELD(TIME, entry_ns, "entry_ns", "ns, monotonic", FROM(entry_ns)),
    FIELD(TIME, exit_ns, "exit_ns", "ns, monotonic", FROM(exit_ns)),
    {.type = MW_FIELD_END}};
const struct mw_fields mw_fields_spike = {"spike", spike_fields, sizeof(THIS), false};
#undef ENTRY
#undef THIS

#define THIS struct mw_tick
static const struct mw_field tick_fields[] = {
    FIELD(U64, peak, "peak_bytes", "bytes, highest RSS of the slice"),
    FIELD(U64, last, "last_bytes", "bytes, RSS at its last measurement"),
    {.type = MW_FIELD_END}};
static const struct mw_fields tick = {"tick", tick_fields, sizeof(THIS), true};
#undef THIS

#define THIS struct mw_model_objects
static const struct mw_field object_fields[] = {
    ENUM(objects, kind, "kind", "kind of MPI object"),
    FIELD(U64, created, "created", "number"),
    FIELD(U64, freed, "freed", "of these"),
    FIELD(U64, most, "live_max", "most that were live at one time"),
    {.type = MW_FIELD_END}};
static const struct mw_fields object = {"objects", object_fields, sizeof(THIS), false};
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
#define ENTRY struct mw_journal_read
static const struct mw_field rank_fields[] = {
    INDEX(WORLD, world, "world", "in `worlds`"),
    INDEX(HOST, host, "host", "in `hosts`"),
    INDEX(PROCESS, process, "process", "in `processes`: its samples"),
    FIELD(RANK, rank, "rank", "in MPI_COMM_WORLD; null: MPI_Init has not returned", FROM(ident.rank)),
    FIELD(I32, size, "size", "of MPI_COMM_WORLD", FROM(ident.size)),
    FIELD(I32, pid, "pid", "on its host", FROM(ident.pid)),
    FIELD(I32, ppid, "ppid", "on its host", FROM(ident.ppid)),
    FIELD(U64, start_ticks, "start_ticks", "clock ticks since boot", FROM(ident.start_ticks)),
    FIELD(BOOL, spawned, "spawned", "by MPI_Comm_spawn", FROM(ident.spawned)),
    FIELD(BOOL, gathered, "gathered", "known only by the gather in MPI_Finalize"),
    ENUM(abis, abi, "abi", "the MPI library's binary interface", FROM(ident.abi)),
    FIELD(STRING, library, "library", "the MPI library's name and version", FROM(ident.library)),
    FIELD(STRING, exe, "exe", "path of the program", FROM(ident.exe)),
    FIELD(STRING, command, "command", "arguments separated by spaces, cut", FROM(ident.command)),
    FIELD(I32, numa_node, "numa_node", "-1 unknown", FROM(ident.numa_node)),
    FIELD(STRING, binding, "binding", "\"cores 0-3\", \"unbound\", \"\" unknown"),
    FIELD(STRING, nodes, "nodes", "NUMA nodes of the binding"),
    FIELD(TIME, created_ns, "created_ns", "ns, monotonic: in MPI_Init", FROM(ident.mono_ns)),
    FIELD(TIME, begin_ns, "begin_ns", "ns, monotonic: of the process"),
    FIELD(TIME, known_ns, "known_ns", "ns, monotonic: the last that is known"),
    ENUM(stages, stage, "stage", "stage of the rank", FROM(state.stage)),
    FIELD(BOOL, exited, "exited", "exit handlers ran", FROM(state.exited_ns)),
    FIELD(TIME, exited_ns, "exited_ns", "ns, monotonic: when that began; 0 if they did not run", FROM(state.exited_ns)),
    FIELD(I32, abort_code, "abort_code", "of MPI_Abort", FROM(state.abort_code)),
    FIELD(TIME, abort_ns, "abort_ns", "ns, monotonic: when MPI_Abort was first called; 0 unknown, or it was not",
        FROM(state.abort_ns)),
    INDEX(RANK_SITE, in_site, "in_site", "current call", FROM(state.in_site)),
    INDEX(RANK_SITE, last_site, "last_site", "last call that it left", FROM(state.last_site)),
    INDEX(RANK_PHASE, phase, "phase", "innermost now", FROM(state.phase)),
    FIELD(TIME, since_ns, "since_ns", "ns, monotonic: entry of that call, or exit of the last one", FROM(state.since_ns)),
    STRUCT(mw_fields_bytes, peak, "peak", "highest RSS"),
    FIELD(TIME, peak_ns, "peak_ns", "ns, monotonic", FROM(state.peak_ns)),
    INDEX(RANK_PHASE, peak_phase, "peak_phase", "where", FROM(state.peak_phase)),
    INDEX(RANK_SITE, peak_site, "peak_site", "where", FROM(state.peak_site)),
    FIELD(U64, rss, "rss_bytes", "bytes, at the last measured boundary", FROM(state.rss)),
    FIELD(TIME, rss_ns, "rss_ns", "ns, monotonic", FROM(state.rss_ns)),
    FIELD(U64, held_rss, "rss_at_first_death_bytes", "bytes, last known value before the first death; 0 unknown, or no rank "
        "died"),
    FIELD(U64, end_rss, "rss_at_end_bytes", "bytes, last known value: measured at the end, or sampled before"),
    FIELD(TIME, end_rss_ns, "rss_at_end_ns", "ns, monotonic: when that was"),
    FIELD(U64, init_rss, "init_rss_bytes", "bytes, in MPI_Init", FROM(state.init_rss)),
    FIELD(I64, grown_mpi, "grown_mpi_bytes", "bytes, in MPI calls", FROM(state.grown_mpi)),
    FIELD(I64, grown_program, "grown_program_bytes", "bytes, outside", FROM(state.grown_program)),
    ENUM(threads, threads, "threads", "other threads that ran during its MPI calls: in MPI_Init, or only later",
        FROM(state.threads)),
    STRUCT(in_mpi, in_mpi, "in_mpi", "RSS inside measured MPI calls, by call sites"),
    FIELD(KNOWN, held_mpi, "held_mpi_bytes", "bytes: what MPI and the libraries below it had allocated at the rank's peak; null: "
        "unknown, for example without its heap"),
    FIELD(U64, held_mpi_error, "held_mpi_error_bytes", "bytes, one standard deviation; 0: no estimate is in it"),
    FIELD(U64, huge_bytes, "huge_bytes", "bytes, huge pages; not part of RSS", FROM(state.huge_bytes)),
    FIELD(U64, swap_bytes, "swap_bytes", "bytes; not part of RSS", FROM(state.swap_bytes)),
    STRUCT(mw_fields_ulimit, address, "address_space", "limit of ulimit -v, and VmPeak"),
    STRUCT(mw_fields_ulimit, data, "data", "limit of ulimit -d, and the largest VmData that was read"),
    FIELD(TIME, unmeasured_ns, "unmeasured_ns", "ns, monotonic: from then on memory was not measured, only sampled; 0 never",
        FROM(state.unmeasured_ns)),
    ENUM(unmeasured, unmeasured, "unmeasured", "the reason; sandbox: it entered a seccomp sandbox; asked: --no-syscalls",
        FROM(state.unmeasured_why)),
    FIELD(U64, mpi_ns, "mpi_ns", "ns inside wrapped calls"),
    FIELD(U64, error_bytes, "error_bytes", "bytes: peaks may be this much higher, by design of the kernel's counters",
        FROM(cost.error_bytes)),
    FIELD(U64, checks, "checks", "number of comparisons of the counters with a count of the pages", FROM(cost.checks)),
    FIELD(U64, checked_bytes, "checked_bytes", "bytes: the largest difference that was found", FROM(cost.checked_bytes)),
    FIELD(U64, measure_ns, "measure_ns", "ns used for measuring, and an estimate for counting"),
    FIELD(U64, setup_ns, "setup_ns", "ns in MPI_Init and MPI_Finalize", FROM(cost.setup_ns)),
    FIELD(U64, shim_bytes, "shim_bytes", "bytes, upper bound of memwatch's part of RSS: journal, libraries, unwinder's tables",
        FROM(cost.shim_bytes)),
    FIELD(U64, calls, "calls", "wrapped calls", FROM(state.calls)),
    FIELD(U64, measured, "measured", "of these, measured", FROM(state.measured)),
    FIELD(U64, coarse_calls, "coarse_calls", "of these, counted only", FROM(cost.coarse_calls)),
    FIELD(U64, lost_sites, "lost_sites", "calls counted together with others, because a table was full", FROM(cost.lost_sites)),
    FIELD(U64, lost_phases, "lost_phases", "visits counted together with others, because a table was full",
        FROM(cost.lost_phases)),
    FIELD(U64, lost_modules, "lost_modules", "objects that did not fit in the table", FROM(cost.lost_modules)),
    FIELD(U64, lost_requests, "lost_requests", "requests whose completion is not recorded", FROM(cost.lost_requests)),
    FIELD(U64, lost_objects, "lost_objects", "MPI objects of which it is not known which call site's were freed",
        FROM(cost.lost_objects)),
    FIELD(U64, lost_nested, "lost_nested", "phases that are nested too deeply", FROM(cost.lost_nested)),
    FIELD(U64, unrecorded, "unrecorded_calls", "calls that are not counted anywhere else", FROM(cost.unrecorded)),
    FIELD(U32, cost_flags, "cost_flags", "MW_COST_* of collector/journal/record.h", FROM(cost.flags)),
    ROOM(object, object_count, MW_OBJECT_KINDS, objects, "objects", "MPI objects that it created, by kind"),
    STRUCT(mw_fields_heap, heap, "heap", "whose memory it held at its peak"),
    FIELD(BOOL, has_details, "whole", "sites, phases, spikes and ticks are all here"),
    FIELD(U64, tick_ns, "tick_ns", "ns, length of a slice"),
    LIST(mw_fields_site, site_count, sites, "sites", "its call sites"),
    LIST(mw_fields_phase, phase_count, phases, "phases", "its phases"),
    LIST(mw_fields_spike, spike_count, spikes, "spikes", "the largest first"),
    LIST(tick, tick_count, ticks, "ticks", "slices from created_ns"),
    {.type = MW_FIELD_END}};
const struct mw_fields mw_fields_rank = {"rank", rank_fields, sizeof(THIS), false};
#undef ENTRY
#undef THIS

#define THIS struct mw_model_rise
static const struct mw_field rise_fields[] = {
    INDEX(RANK, rank, "rank", "rank index, where it rose most; null: nothing rose"),
    FIELD(STRING, phase, "phase", "path of the phase of the program around it; \"\" none"),
    STRUCT(mw_fields_bytes, passed, "came_and_went", "the most of one call or visit, above the RSS before and after it"),
    FIELD(I64, stayed, "stayed_bytes", "bytes, over all measured calls or visits"),
    FIELD(U64, peak_rss, "peak_bytes", "highest RSS there"),
    FIELD(TIME, at_ns, "at_ns", "ns, monotonic: when it was highest, or began"),
    FIELD(U64, times, "times", "calls or visits"),
    {.type = MW_FIELD_END}};
static const struct mw_fields rise = {"rise", rise_fields, sizeof(THIS), false};
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
    FIELD(TIME, first_ns, "first_ns", "ns, monotonic"),
    STRUCT(mw_fields_spread, time, "time_ns", "ns, over the ranks"),
    STRUCT(mw_fields_change, growth, "growth_bytes", "bytes that stayed"),
    FIELD(U64, spike, "spike_bytes", "bytes, exact: the largest rise in one call"),
    INDEX(RANK, spike_rank, "spike_rank", "rank index"),
    INDEX(ELSEWHERE, spike_site, "spike_site", "in that rank's sites"),
    INDEX(ELSEWHERE, spike_record, "spike_record", "in that rank's spikes"),
    FIELD(TIME, spike_ns, "spike_ns", "ns, monotonic"),
    FIELD(U64, spike_visit, "spike_visit", "number of the call"),
    FIELD(U64, spike_entry_rss, "spike_entry_rss_bytes", "bytes"),
    FIELD(U32, spike_ranks, "spike_ranks", "ranks whose largest rise is at least half of it"),
    FIELD(U64, coarse_spike, "coarse_spike_bytes", "bytes, upper bound from an interval with calls of this site in it"),
    INDEX(RANK, coarse_rank, "coarse_rank", "rank index"),
    ENUM(objects, object, "object", "kind of the MPI objects that it creates"),
    FIELD(U64, created, "created", "number of these, over all ranks"),
    FIELD(U64, freed, "freed", "of these"),
    FIELD(U64, left_max, "left_max", "created and not freed, the most in one rank"),
    INDEX(RANK, left_rank, "left_rank", "rank index"),
    FIELD(U32, growing_ranks, "growing_ranks", "ranks in which it left more and more, until the end"),
    STRUCT(rise, rise, "rise", "what rose inside its calls"),
    {.type = MW_FIELD_END}};
const struct mw_fields mw_fields_merged_site = {"merged_site", merged_site_fields, sizeof(THIS), false};
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
    FIELD(TIME, first_ns, "first_ns", "ns, monotonic"),
    FIELD(TIME, last_ns, "last_ns", "ns, monotonic"),
    STRUCT(mw_fields_spread, time, "time_ns", "ns"),
    STRUCT(mw_fields_spread, entry_rss, "entry_rss_bytes", "bytes"),
    STRUCT(mw_fields_spread, exit_rss, "exit_rss_bytes", "bytes"),
    STRUCT(mw_fields_spread, peak, "peak_bytes", "bytes"),
    ENUM(mw_fields_kinds, peak_kind, "peak_kind", "of the maximum"),
    STRUCT(mw_fields_change, growth, "growth_bytes", "bytes"),
    FIELD(I64, growth_mpi, "growth_mpi_bytes", "bytes, inside MPI calls"),
    STRUCT(rise, rise, "rise", "what rose between its calls; of a phase of the program, nothing"),
    {.type = MW_FIELD_END}};
const struct mw_fields mw_fields_merged_phase = {"merged_phase", merged_phase_fields, sizeof(THIS), false};
#undef THIS
/* clang-format on */
