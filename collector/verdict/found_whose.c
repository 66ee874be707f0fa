/* SPDX-License-Identifier: MIT */
/* Findings on whose memory it is: MPI's, shared, free but kept, reserved only, swapped out. */
#include "collector/base/units.h"
#include "collector/model/objects.h"
#include "collector/report/lines/words.h"
#include "collector/verdict/catalogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MPI_SHARE 25    /* percent of a rank's peak */
#define SHARED_SHARE 25 /* percent of RSS */
#define SHARED_LEAST (64ULL << 20)
#define UNTOUCHED_LEAST (256ULL << 20)

/* The call inside which MPI allocated most of what it held at the rank's peak; NULL unknown. */
static const struct mw_model_site *call_of_mpi(const struct mw_model_rank *rank, const char **library)
{
    size_t count = 0;
    struct mw_heap_largest *lines = mw_heap_largest_stacks(&rank->heap, MW_HEAP_MPI, &count);
    const struct mw_model_site *call = NULL;

    *library = "";
    if (count) {
        *library = lines[0].site->library;
        if (lines[0].site->mpi_site < rank->site_count)
            call = &rank->sites[lines[0].site->mpi_site];
    }
    free(lines);
    return call;
}

/* Inside these, MPI keeps messages that have arrived, until they are received. */
static bool is_of_messages(const char *call)
{
    static const char *const words[] = {"probe", "Probe", "recv", "Recv", "Wait", "Test", "send", "Send"};

    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (strstr(call, words[i]))
            return true;
    return false;
}

bool mw_found_mpi_share(const struct mw_evidence *evidence, struct mw_found *found)
{
    const struct mw_model_rank *rank = NULL;
    const struct mw_model_site *call;
    const char *library;

    for (size_t i = 0; i < evidence->model->rank_count; i++) {
        const struct mw_model_rank *one = &evidence->model->ranks[i];
        if (one->held_mpi.kind == MW_MODEL_ESTIMATE && mw_evidence_is_much(one->held_mpi.bytes, one->peak.bytes, MPI_SHARE) &&
            (!rank || rank->held_mpi.bytes < one->held_mpi.bytes))
            rank = one;
    }
    if (!rank)
        return false;
    found->bytes = rank->held_mpi.bytes;
    call = call_of_mpi(rank, &library);
    snprintf(found->text, sizeof(found->text), "MPI itself held %s of the peak of %s, %s of it%s%s%s%s",
             mw_report_bytes(rank->held_mpi).text,
             mw_rank_name(evidence->model, (uint32_t)(rank - evidence->model->ranks)).text,
             mw_units_percent((double)rank->held_mpi.bytes / (double)rank->peak.bytes).text, library[0] ? ", most by " : "",
             library, call ? " in " : "", call ? call->label : "");
    snprintf(found->next, sizeof(found->next), "%s",
             call && is_of_messages(call->call)
                 ? "if these are messages that arrived before their receives: post receives earlier, or send less at a time"
                 : "see which of MPI's parameters set the size and number of its buffers");
    return true;
}

bool mw_found_mpi_objects(const struct mw_evidence *evidence, struct mw_found *found)
{
    const struct mw_model *model = evidence->model;
    const struct mw_model_merged_site *worst = NULL;

    for (size_t i = 0; i < model->site_count; i++)
        if (model->sites[i].growing_ranks && (!worst || worst->left_max < model->sites[i].left_max))
            worst = &model->sites[i];
    if (!worst)
        return false;
    snprintf(found->text, sizeof(found->text), "%s creates %s that are not freed: %s in %s", worst->label,
             mw_objects_name(worst->object, 2), mw_units_count(worst->left_max).text,
             mw_rank_name(model, worst->left_rank).text);
    snprintf(found->next, sizeof(found->next), "free the %s of %s", mw_objects_name(worst->object, 2), worst->label);
    return true;
}

bool mw_found_shared_memory(const struct mw_evidence *evidence, struct mw_found *found)
{
    const struct mw_model_peak *peak = &evidence->model->peak;

    if (peak->shared.kind == MW_MODEL_UNKNOWN || peak->shared_shmem < SHARED_LEAST ||
        !mw_evidence_is_much(peak->shared_shmem, peak->shared_rss, SHARED_SHARE))
        return false;
    found->bytes = peak->shared_shmem;
    snprintf(
        found->text, sizeof(found->text),
        "shared memory is in the RSS of each of its users: sums of RSS count %s of it more than once; %s with shared pages "
        "once (PSS)",
        mw_units_bytes(peak->shared_shmem).text, mw_report_bytes(peak->pss).text);
    snprintf(found->next, sizeof(found->next), "compare PSS, not RSS, with the memory of the node");
    return true;
}

bool mw_found_kept_by_malloc(const struct mw_evidence *evidence, struct mw_found *found)
{
    uint64_t kept = evidence->rank ? mw_model_heap_kept(&evidence->rank->heap) : 0;

    if (!kept)
        return false;
    found->bytes = kept;
    snprintf(found->text, sizeof(found->text), "malloc kept %s of the peak of %s that the program had freed",
             mw_units_bytes(kept).text, evidence->name.text);
    snprintf(found->next, sizeof(found->next), "try malloc_trim(), MALLOC_ARENA_MAX=1 or a lower M_MMAP_THRESHOLD");
    return true;
}

/* Private memory that was reserved, but never in RSS or swap at one time; 0 also if that is not certain. */
static uint64_t untouched(const struct mw_model *model, const struct mw_model_rank *rank)
{
    const struct mw_model_process *process = rank->process == MW_MODEL_NONE ? NULL : &model->processes[rank->process];
    uint64_t used = process ? mw_model_sum(rank->peak.bytes, process->swap_max) : 0;

    if (!process || process->data_max <= used || (rank->peak.kind != MW_MODEL_EXACT && rank->peak.kind != MW_MODEL_AT_MOST))
        return 0;
    return rank->heap.why == MW_HEAP_SANITIZER ? 0 : process->data_max - used; /* a sanitizer reserves terabytes */
}

bool mw_found_untouched(const struct mw_evidence *evidence, struct mw_found *found)
{
    const struct mw_model *model = evidence->model;
    const struct mw_model_rank *worst = NULL;

    for (size_t i = 0; i < model->rank_count; i++)
        if (untouched(model, &model->ranks[i]) > found->bytes) {
            worst = &model->ranks[i];
            found->bytes = untouched(model, worst);
        }
    if (!worst || found->bytes < UNTOUCHED_LEAST || found->bytes < worst->peak.bytes)
        return false;
    snprintf(found->text, sizeof(found->text),
             "%s reserved ≥ %s more private memory than it ever used: no RSS, but it counts against ulimit -v and -d",
             mw_rank_name(model, (uint32_t)(worst - model->ranks)).text, mw_units_bytes(found->bytes).text);
    snprintf(found->next, sizeof(found->next), "plan with the RSS, not with the sizes that the program allocates");
    return true;
}

bool mw_found_swapped(const struct mw_evidence *evidence, struct mw_found *found)
{
    const struct mw_model *model = evidence->model;
    const struct mw_model_rank *worst = NULL;

    for (size_t i = 0; i < model->rank_count; i++)
        if (!worst || worst->swap_bytes < model->ranks[i].swap_bytes)
            worst = &model->ranks[i];
    if (!worst || !mw_evidence_is_much(worst->swap_bytes, worst->peak.bytes, 1))
        return false;
    found->bytes = worst->swap_bytes;
    snprintf(found->text, sizeof(found->text), "%s of %s was swapped out: it needed more than its RSS",
             mw_units_bytes(worst->swap_bytes).text, mw_rank_name(model, (uint32_t)(worst - model->ranks)).text);
    snprintf(found->next, sizeof(found->next), "give the job more memory, or run fewer ranks on a node");
    return true;
}
