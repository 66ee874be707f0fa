/* SPDX-License-Identifier: MIT */
/* Fields of the record: the job and the whole run. */
#include "collector/record/field_rows.h"

/* clang-format off */
static const char *const over_words[] = {[MW_VIEW_OVER_NONE] = "none", [MW_VIEW_OVER_TOTAL] = "total",
    [MW_VIEW_OVER_RANK] = "rank", [MW_VIEW_OVER_PROCESS] = "process", NULL};

#define THIS struct mw_model_world
static const struct mw_field world_fields[] = {
    FIELD(U64, id, "id", "identifies a world of the run"),
    FIELD(I32, size, "size", "of MPI_COMM_WORLD"),
    FIELD(U32, ranks, "ranks", "that are known"),
    FIELD(TIME, first_ns, "first_ns", "ns, monotonic"),
    {.type = MW_FIELD_END}};
static const struct mw_fields world = {"world", world_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_view_signal
static const struct mw_field signal_fields[] = {
    FIELD(I32, signo, "signo", "number"),
    FIELD(I32, sender, "sender", "pid, 0 unknown or the terminal"),
    FIELD(TIME, ns, "ns", "ns, monotonic"),
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
    FIELD(TIME, ns, "ns", "ns, monotonic"),
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
    FIELD(TIME, command_end_ns, "command_end_ns", "ns, monotonic; 0 unknown"),
    ROOM(signal, signal_count, MW_VIEW_SIGNALS, signals, "signals", "signals that memwatch was sent"),
    STRUCT(over, over, "over", "why memwatch ended the job"),
    FIELD(U64, samples, "samples", "number"),
    FIELD(U64, interval_ns, "interval_ns", "ns between samples, as requested"),
    FIELD(U64, gap_mean_ns, "gap_mean_ns", "ns between samples, as achieved; 0 unknown"),
    FIELD(U64, gap_max_ns, "gap_max_ns", "ns, longest time without a sample; 0 unknown"),
    FIELD(TIME, begin_ns, "begin_ns", "ns, monotonic: zero of the times for people"),
    FIELD(TIME, end_ns, "end_ns", "ns, monotonic"),
    FIELD(U64, begin_wall_ns, "begin_wall_ns", "ns since 1970, at begin_ns"),
    FIELD(STRING, library, "library", "of the ranks; the first one's"),
    {.type = MW_FIELD_END}};
static const struct mw_fields job = {"job", job_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_peak
static const struct mw_field peak_fields[] = {
    STRUCT(mw_fields_bytes, seen, "seen", "largest sum of RSS in one sample"),
    FIELD(TIME, seen_ns, "seen_ns", "ns, monotonic"),
    FIELD(U32, seen_processes, "seen_processes", "in that sample"),
    FIELD(U32, seen_hosts, "seen_hosts",
        "0: one sample of one host; else the sum over hosts of the smallest sample in one slice"),
    STRUCT(mw_fields_bytes, upper, "upper", "upper bound of RSS at any time"),
    FIELD(U32, upper_open_ranks, "upper_open_ranks",
        "ranks whose end was not measured: the bound does not cover it"),
    FIELD(U32, upper_sampled, "upper_sampled", "other processes known only by samples"),
    FIELD(U64, error_bytes, "error_bytes", "bytes, contained in upper"),
    FIELD(U64, sum_of_peaks, "sum_of_peaks_bytes", "bytes, over all processes; not simultaneous, so not a peak"),
    STRUCT(mw_fields_bytes, pss, "pss", "shared pages once, sampled"),
    FIELD(TIME, pss_ns, "pss_ns", "ns, monotonic"),
    FIELD(U64, pss_rss, "pss_rss_bytes", "bytes, RSS in that sweep"),
    FIELD(U64, pss_sweeps, "pss_sweeps", "number"),
    STRUCT(mw_fields_bytes, shared, "shared", "memory that sums of RSS count more than once"),
    FIELD(TIME, shared_ns, "shared_ns", "ns, monotonic"),
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
    FIELD(U64, lost_objects, "lost_objects", "number"),
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

#define THIS struct mw_model_module
static const struct mw_field module_fields[] = {
    FIELD(STRING, path, "path", "as `module` of places"),
    FIELD(STRING, build_id, "build_id", "hexadecimal; \"\" none, or ranks had different files there"),
    {.type = MW_FIELD_END}};
static const struct mw_fields module = {"module", module_fields, sizeof(THIS), false};
#undef THIS

/* Of a run, and of each of its jobs where there are several. */
#define MODEL_FIELDS \
    LIST(mw_fields_verdict, verdict_count, verdict, "verdict", "the sentences that a report opens with"), \
    STRUCT(job, job, "job", "the job"), \
    STRUCT(peak, peak, "peak", "the job's peak: three numbers that are never mixed"), \
    STRUCT(mw_fields_headroom, headroom, "headroom", "the limit with the least headroom; for one of several jobs, only limits of its " \
        "processes"), \
    STRUCT(cost, cost, "cost", "the cost of memwatch"), \
    STRUCT(mw_fields_spread, rank_peak, "rank_peak_bytes", "bytes, over the ranks"), \
    STRUCT(mw_fields_change, mpi_growth, "mpi_growth_bytes", "bytes that grew inside MPI calls, without memory released in " \
        "MPI_Finalize, over the ranks: of MPI and of the program"), \
    FIELD(STRING, ended_by, "ended_by", "what ended the job from outside before any rank died"), \
    LIST(mw_fields_host, host_count, hosts, "hosts", "hosts"), \
    LIST(world, world_count, worlds, "worlds", "MPI_COMM_WORLDs, by time"), \
    LIST(mw_fields_merged_site, site_count, sites, "sites", "call sites of all ranks"), \
    LIST(mw_fields_merged_phase, phase_count, phases, "phases", "phases of all ranks"), \
    STRUCT(mw_fields_heaps, heaps, "heaps", "what the ranks held at their peaks, by the line that allocated it"), \
    LIST(mw_fields_death, death_count, deaths, "deaths", "irregular ends of ranks and of processes that were to become ranks: the " \
        "candidates for the first one, then in order of time"), \
    FIELD(U32, first_count, "first_count", "number of leading entries of `deaths` that may have been the first: 1: it is " \
        "known; 0: ended from outside"), \
    FIELD(STRING, first_why, "first_why", "why it is not known which was the first; else \"\""), \
    LIST(mw_fields_unrecorded, unrecorded_count, unrecorded, "unrecorded", "processes that may have been intended as ranks, without a " \
        "record, by reason"), \
    LIST(mw_fields_waiting, waiting_count, waiting, "waiting", "ranks that were inside the same call then"), \
    LIST(mw_fields_note, note_count, notes, "notes", "missing data, and other information"), \
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
    LIST(module, module_count, modules, "modules", "executables and shared libraries that places are in"),
    LIST(mw_fields_job, job_count, jobs, "jobs",
        "if the command started several MPI jobs: one entry for each. The other fields are then about all of them together, without "
        "worlds, ranks, sites and phases, and with only those processes that belong to no job. Else empty"),
    {.type = MW_FIELD_END}};
const struct mw_fields mw_fields_model = {"model", model_fields, sizeof(THIS), false};
#undef THIS
/* clang-format on */
