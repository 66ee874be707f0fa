/* SPDX-License-Identifier: MIT */
/* Fields of the record: how ranks ended, what is missing and why. */
#include "collector/record/field_rows.h"

/* clang-format off */
static const char *const causes[] = {[MW_MODEL_CAUSE_UNKNOWN] = "unknown", [MW_MODEL_CAUSE_SIGNAL] = "signal",
    [MW_MODEL_CAUSE_OOM] = "oom", [MW_MODEL_CAUSE_ABORT] = "abort", [MW_MODEL_CAUSE_EXIT] = "exit",
    [MW_MODEL_CAUSE_STATUS] = "status", [MW_MODEL_CAUSE_HOST] = "host", NULL};
static const char *const whys[] = {[MW_MODEL_WHY_UNKNOWN] = "unknown", [MW_MODEL_WHY_STATIC] = "static",
    [MW_MODEL_WHY_FOREIGN] = "foreign", [MW_MODEL_WHY_SECURE] = "secure", [MW_MODEL_WHY_USER] = "user",
    [MW_MODEL_WHY_OVERRIDDEN] = "preload_overridden", [MW_MODEL_WHY_LOST] = "preload_lost", [MW_MODEL_WHY_NO_FILE] =
    "no_file", [MW_MODEL_WHY_NO_DIR] = "no_directory", [MW_MODEL_WHY_REFUSED] = "refused", [MW_MODEL_WHY_NEW_ABI] =
    "unknown_mpi", [MW_MODEL_WHY_FAILED] = "failed", [MW_MODEL_WHY_DLOPEN] = "dlopen", [MW_MODEL_WHY_NO_INIT] = "no_init",
    [MW_MODEL_WHY_NO_MPI] = "no_mpi", NULL};
static const char *const note_kinds[] = {[MW_MODEL_NOTE_LOST] = "lost", [MW_MODEL_NOTE_REMARK] = "remark", NULL};

#define THIS struct mw_model_death
static const struct mw_field death_fields[] = {
    INDEX(RANK, rank, "rank", "rank index; none: a process that never called MPI_Init"),
    INDEX(ELSEWHERE, process, "process", "in `processes`: its samples"),
    FIELD(RANK, launch_rank, "launch_rank", "before MPI_Init has returned: the rank by its launcher's variables; or null"),
    ENUM(causes, cause, "cause", "cause of its death"),
    FIELD(I32, number, "number", "signal, code or status; -1 unknown"),
    INDEX(ELSEWHERE, cgroup, "cgroup", "in its host's cgroups"),
    FIELD(TIME, ns, "ns", "ns, monotonic"),
    FIELD(BOOL, exact, "exact", "noticed at once; else it died at some time after `ns`"),
    FIELD(TIME, after_ns, "after_ns", "ns, monotonic: it was still running then"),
    FIELD(TIME, order_ns, "order_ns", "ns, monotonic: comparable between ends on one host, the smaller one was first; 0 "
        "unknown"),
    FIELD(BOOL, finalized, "finalized", "it had left MPI_Finalize"),
    FIELD(BOOL, waiting, "waiting", "it was inside an MPI call"),
    FIELD(BOOL, perhaps_oom, "perhaps_oom", "SIGKILL that the OOM killer may have sent"),
    FIELD(BOOL, inferred, "inferred", "the cause is derived from the command's exit status"),
    FIELD(BOOL, dumped, "dumped", "it wrote a core file"),
    FIELD(STRING, text, "text", "for people"),
    STRUCT(mw_fields_bytes, rss, "rss", "when it was last seen"),
    FIELD(TIME, rss_ns, "rss_ns", "ns, monotonic"),
    {.type = MW_FIELD_END}};
const struct mw_fields mw_fields_death = {"death", death_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_waiting
static const struct mw_field waiting_fields[] = {
    FIELD(STRING, label, "label", "of the call site"),
    FIELD(STRING, ranks, "ranks", "\"0, 2-7\""),
    FIELD(U32, count, "count", "ranks"),
    FIELD(BOOL, first_too, "first_too", "the first to die was in it as well"),
    FIELD(TIME, since_ns, "since_ns", "ns, monotonic"),
    {.type = MW_FIELD_END}};
const struct mw_fields mw_fields_waiting = {"waiting", waiting_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_verdict
static const struct mw_field verdict_fields[] = {
    ENUM(mw_verdict_parts, part, "part", "the question that it answers"),
    ENUM(mw_verdict_weights, weight, "weight", "a statement, a finding, or an alarm"),
    FIELD(STRING, finding, "finding", "name of the finding; \"\" a plain statement"),
    FIELD(STRING, text, "text", "a sentence for people"),
    {.type = MW_FIELD_END}};
const struct mw_fields mw_fields_verdict = {"verdict", verdict_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_unrecorded
static const struct mw_field unrecorded_fields[] = {
    ENUM(whys, why, "reason", "why it left no record"),
    FIELD(U64, count, "count", "processes of one program"),
    FIELD(STRING, text, "text", "the reason in words, and the evidence"),
    {.type = MW_FIELD_END}};
const struct mw_fields mw_fields_unrecorded = {"unrecorded", unrecorded_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_note
static const struct mw_field note_fields[] = {
    ENUM(note_kinds, kind, "kind", "lost: something is missing"),
    FIELD(STRING, text, "text", "for people"),
    {.type = MW_FIELD_END}};
const struct mw_fields mw_fields_note = {"note", note_fields, sizeof(THIS), false};
#undef THIS
/* clang-format on */
