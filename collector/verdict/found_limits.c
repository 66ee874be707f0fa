/* SPDX-License-Identifier: MIT */
/* Findings on what limits the job: little is left; files in memory count, too. */
#include "collector/base/units.h"
#include "collector/report/lines/lines.h"
#include "collector/verdict/catalogue.h"

#include <stdio.h>

#define CLOSE_SHARE 10 /* percent of the limit */
#define FILES_SHARE 25 /* percent of what counts against it */
#define FILES_LEAST (64ULL << 20)

static bool ran_out(const struct mw_model *model)
{
    for (size_t i = 0; i < model->death_count; i++)
        if (model->deaths[i].cause == MW_MODEL_CAUSE_OOM)
            return true;
    return false;
}

bool mw_found_out_of_memory(const struct mw_evidence *evidence, struct mw_found *found)
{
    if (!ran_out(evidence->model))
        return false;
    found->bytes = UINT64_MAX; /* before all others */
    found->weight = MW_VERDICT_ALARM;
    snprintf(found->text, sizeof(found->text),
             "memory ran out: what the job would have needed is not known, but more than that");
    snprintf(found->next, sizeof(found->next), "give the job more memory, or run fewer ranks on a node");
    return true;
}

static const char *advice(const struct mw_model_headroom *headroom)
{
    if (headroom->charge == MW_MODEL_NONE) /* of one process */
        return "raise that limit";
    return headroom->kind == MW_LIMIT_NODE ? "run fewer ranks on a node, or use nodes with more memory"
                                           : "raise that limit, or run fewer ranks on a node";
}

bool mw_found_close_to_limit(const struct mw_evidence *evidence, struct mw_found *found)
{
    const struct mw_model_headroom *headroom = &evidence->model->headroom;

    if (headroom->kind == MW_LIMIT_NONE || headroom->left.bytes / CLOSE_SHARE >= headroom->bytes / 100)
        return false;
    found->bytes = headroom->bytes;
    found->weight = headroom->left.bytes ? MW_VERDICT_WARN : MW_VERDICT_ALARM;
    mw_lines_fits(found->text, sizeof(found->text), evidence->model);
    if (!ran_out(evidence->model))
        snprintf(found->next, sizeof(found->next), "%s", advice(headroom));
    return true;
}

/* The control group's limit with the least left; NULL: another kind of limit. What counts on a whole node need not be the job's. */
static const struct mw_model_charge *group_of(const struct mw_model *model)
{
    const struct mw_model_headroom *headroom = &model->headroom;
    const struct mw_model_charge *charge;

    if (headroom->kind == MW_LIMIT_NONE || headroom->charge == MW_MODEL_NONE)
        return NULL;
    charge = &model->hosts[headroom->host].charges[headroom->charge];
    return charge->path[0] ? charge : NULL;
}

static bool is_much_of(const struct mw_model_charge *charge, uint64_t part)
{
    return part >= FILES_LEAST && mw_evidence_is_much(part, charge->used.bytes, FILES_SHARE);
}

bool mw_found_tmpfs(const struct mw_evidence *evidence, struct mw_found *found)
{
    const struct mw_model_charge *charge = group_of(evidence->model);

    if (!charge || !is_much_of(charge, charge->shmem))
        return false;
    found->bytes = charge->shmem;
    snprintf(found->text, sizeof(found->text), "%s of what counts against that limit are files in tmpfs and shared memory",
             mw_units_bytes(charge->shmem).text);
    snprintf(found->next, sizeof(found->next), "remove files from /dev/shm and tmpfs early, or write them to a disk");
    return true;
}

bool mw_found_page_cache(const struct mw_evidence *evidence, struct mw_found *found)
{
    const struct mw_model_charge *charge = group_of(evidence->model);

    if (!charge || !is_much_of(charge, charge->dirty))
        return false;
    found->bytes = charge->dirty;
    snprintf(found->text, sizeof(found->text), "%s of what counts against that limit are file pages that are not yet written",
             mw_units_bytes(charge->dirty).text);
    snprintf(found->next, sizeof(found->next), "write files in smaller parts, with fsync() between them");
    return true;
}
