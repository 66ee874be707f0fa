/* SPDX-License-Identifier: MIT */
/* The fields of collector/model/heap.h. */
#include "collector/record/field_rows.h"

#include "collector/model/model.h"

/* clang-format off */
static const char *const whys[] = {[MW_HEAP_ABSENT] = "absent", [MW_HEAP_RECORDING] = "recording", [MW_HEAP_LATE] = "late",
    [MW_HEAP_OFF] = "off", [MW_HEAP_SANITIZER] = "sanitizer", [MW_HEAP_VALGRIND] = "valgrind",
    [MW_HEAP_OWN_MALLOC] = "own_malloc", [MW_HEAP_OTHER_VERSION] = "other_version", NULL};
static const char *const owners[] = {[MW_HEAP_PROGRAM] = "program", [MW_HEAP_MPI] = "mpi", [MW_HEAP_MEMWATCH] = "memwatch",
    NULL};

struct slices {
    uint32_t kib[MW_HEAP_LEFT_SLICES];
};
_Static_assert(MW_HEAP_LEFT_SLICES == 8, "one row each");

#define THIS struct slices
#define SLICE(i) FIELD(U32, kib[i], "kib", "KiB, allocated in this eighth of the time")
static const struct mw_field slices_fields[] = {
    SLICE(0), SLICE(1), SLICE(2), SLICE(3), SLICE(4), SLICE(5), SLICE(6), SLICE(7),
    {.type = MW_FIELD_END}};
static const struct mw_fields slices = {"heap_left", slices_fields, sizeof(THIS), true};
#undef THIS

struct rows {
    int64_t row[MW_HEAP_ROWS];
};
_Static_assert(MW_HEAP_ROWS == 11, "one row each");

#define THIS struct rows
static const struct mw_field rows_fields[] = {
    FIELD(I64, row[MW_HEAP_ROW_PROGRAM], "program_bytes", "bytes that lines of the program and its libraries allocated"),
    FIELD(I64, row[MW_HEAP_ROW_MPI], "mpi_bytes", "bytes that MPI libraries allocated"),
    FIELD(I64, row[MW_HEAP_ROW_MEMWATCH], "memwatch_bytes", "bytes of memwatch"),
    FIELD(I64, row[MW_HEAP_ROW_BEFORE], "before_bytes", "bytes allocated before recording began, or free but kept by malloc"),
    FIELD(I64, row[MW_HEAP_ROW_KEPT], "kept_bytes", "bytes that are free, but kept by malloc"),
    FIELD(I64, row[MW_HEAP_ROW_HEADERS], "headers_bytes", "bytes of malloc's headers and rounding"),
    FIELD(I64, row[MW_HEAP_ROW_FILES], "files_bytes", "bytes of mapped files: code, read-only data"),
    FIELD(I64, row[MW_HEAP_ROW_DATA], "data_bytes", "bytes of variables of the program and its libraries"),
    FIELD(I64, row[MW_HEAP_ROW_SHARED], "shared_bytes", "bytes of shared memory"),
    FIELD(I64, row[MW_HEAP_ROW_STACKS], "stacks_bytes", "bytes of stacks of threads"),
    FIELD(I64, row[MW_HEAP_ROW_OTHER], "other_bytes", "bytes that are not explained; may be negative"),
    {.type = MW_FIELD_END}};
static const struct mw_fields rows = {"heap_rows", rows_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_heap_site
static const struct mw_field site_fields[] = {
    PLACES(depth, frames, "frames", "stack, innermost first, without the allocator's"),
    FIELD(BOOL, cut, "cut", "the stack had more frames"),
    FIELD(BOOL, mapping, "mapping", "by mmap(), not malloc()"),
    FIELD(PLACE, place, "place", "the line shown in reports"),
    FIELD(STRING, label, "label", "of the line; of MPI: of the library"),
    ENUM(owners, owner, "owner", "whose memory it is"),
    FIELD(STRING, library, "library", "of MPI: the library that allocated; else \"\""),
    INDEX(RANK_SITE, mpi_site, "mpi_site", "in the rank's sites: the MPI call that was going on"),
    INDEX(HEAP_LINE, merged, "merged", "in `heaps`.lines"),
    FIELD(U64, at_peak, "at_peak_bytes", "bytes held at the rank's peak"),
    FIELD(U64, at_peak_error, "at_peak_error_bytes", "bytes, one standard deviation; 0: exact"),
    FIELD(U64, variance, "variance_bytes", "bytes: an amount times this is its variance; 0: amounts are exact"),
    FIELD(U64, blocks_at_peak, "blocks_at_peak", "number, about"),
    FIELD(U64, held, "held_bytes", "bytes held at the end"),
    FIELD(U64, allocated, "allocated_bytes", "bytes allocated in all"),
    FIELD(U64, left_late, "left_late_bytes", "bytes still allocated at MPI_Finalize, and allocated after the first eighth of "
        "the time"),
    {.name = "left_kib", .type = MW_FIELD_STRUCT, AT(left_kib), .of = &slices,
        .about = "still allocated at MPI_Finalize, by time of allocation"},
    FIELD(BOOL, same_call, "same_call", "all blocks were freed inside the MPI call or phase that allocated them"),
    {.type = MW_FIELD_END}};
static const struct mw_fields site = {"heap_site", site_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_heap_part
static const struct mw_field part_fields[] = {
    INDEX(RANK_HEAP_SITE, site, "site", "in the rank's heap.sites"),
    FIELD(U64, bytes, "bytes", "bytes held"),
    {.type = MW_FIELD_END}};
static const struct mw_fields part = {"heap_part", part_fields, sizeof(THIS), true};
#undef THIS

#define THIS struct mw_model_heap_phase
static const struct mw_field phase_fields[] = {
    INDEX(RANK_PHASE, phase, "phase", "in the rank's phases"),
    FIELD(U64, mark, "mark_bytes", "bytes: RSS at the phase's peak"),
    FIELD(U64, held, "held_bytes", "bytes in all allocations then"),
    ROOM(part, lines, MW_HEAP_PHASE_LINES, line, "sites", "the largest"),
    {.type = MW_FIELD_END}};
static const struct mw_fields phase = {"heap_phase", phase_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_heap_tick
static const struct mw_field tick_fields[] = {
    FIELD(U64, ns, "ns", "ns, monotonic"),
    FIELD(U64, held, "held_bytes", "bytes in all allocations then"),
    ROOM(part, lines, MW_HEAP_TICK_LINES, line, "sites", "the largest"),
    {.type = MW_FIELD_END}};
static const struct mw_fields tick = {"heap_tick", tick_fields, sizeof(THIS), true};
#undef THIS

#define THIS struct mw_model_heap
static const struct mw_field heap_fields[] = {
    ENUM(whys, why, "why", "why lines are known or not"),
    FIELD(U64, mark, "mark_bytes", "bytes: RSS at the peak, for which `rows` hold; 0: nothing is known"),
    FIELD(U64, mark_ns, "mark_ns", "ns, monotonic"),
    STRUCT(rows, rows, "rows", "what the mark consists of: they add up to it"),
    FIELD(U64, error, "error_bytes", "bytes, of the sum of all sites: one standard deviation"),
    FIELD(BOOL, has_details, "has_details", "the lists are kept of this rank"),
    LIST(site, site_count, sites, "sites", "allocations from one stack each: the largest at the peak first"),
    FIELD(U32, more, "more_sites", "sites with memory at the peak that were left out"),
    FIELD(U64, more_bytes, "more_bytes", "bytes of these"),
    LIST(phase, phase_count, phases, "phases", "the largest at the peaks of phases"),
    LIST(tick, tick_count, ticks, "ticks", "the largest over time"),
    FIELD(U64, begin_ns, "begin_ns", "ns, monotonic: recording began"),
    FIELD(U64, end_ns, "end_ns", "ns, monotonic: MPI_Finalize; 0: it was not reached"),
    FIELD(U64, interval, "interval_bytes", "mean bytes between samples of small blocks"),
    FIELD(U64, sampled, "sampled", "blocks recorded"),
    FIELD(U64, lost, "lost", "blocks that could not be recorded"),
    FIELD(U64, cost_ns, "cost_ns", "ns of CPU time, estimated"),
    FIELD(U32, python, "python", "version of the Python interpreter: major * 256 + minor; 0: none"),
    FIELD(BOOL, python_unread, "python_unread", "lines of Python scripts are not known: another version of CPython, or build"),
    {.type = MW_FIELD_END}};
const struct mw_fields mw_fields_heap = {"heap", heap_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_heap_line
static const struct mw_field line_fields[] = {
    FIELD(PLACE, place, "place", "the line; null: of MPI, or not known"),
    FIELD(STRING, label, "label", "of the line; of MPI: of the library"),
    ENUM(owners, owner, "owner", "whose memory it is"),
    FIELD(STRING, library, "library", "of MPI: the library; else \"\""),
    FIELD(U32, ranks, "ranks", "that held something there at their peaks"),
    FIELD(U64, min, "min_bytes", "bytes, over all ranks with a heap"),
    FIELD(U64, max, "max_bytes", "bytes"),
    FIELD(DOUBLE, mean, "mean_bytes", "bytes, over all ranks with a heap"),
    INDEX(RANK, worst, "worst", "rank index of the maximum"),
    FIELD(U64, max_error, "max_error_bytes", "bytes, of the maximum: one standard deviation; 0: exact"),
    {.type = MW_FIELD_END}};
static const struct mw_fields line = {"heap_line", line_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_heaps
static const struct mw_field heaps_fields[] = {
    FIELD(U32, ranks, "ranks", "of which something is known"),
    LIST(line, line_count, lines, "lines", "what ranks held at their peaks, by line"),
    {.type = MW_FIELD_END}};
const struct mw_fields mw_fields_heaps = {"heaps", heaps_fields, sizeof(THIS), false};
#undef THIS
/* clang-format on */
