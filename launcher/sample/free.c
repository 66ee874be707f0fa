/* SPDX-License-Identifier: MIT */
#include "launcher/sample/free.h"

#include "launcher/sample/charges.h"

static void take(struct mw_free *least, enum mw_limit_kind kind, uint64_t limit, uint64_t used, int32_t pid)
{
    uint64_t left = mw_charges_left(limit, used);

    if (least->kind == MW_LIMIT_NONE || left < least->left)
        *least = (struct mw_free){.kind = kind, .limit = limit, .left = left, .pid = pid};
}

static void take_process(struct mw_free *least, const struct mw_view_process *process)
{
    if (process->address_limit && process->address_last)
        take(least, MW_LIMIT_ADDRESS, process->address_limit, process->address_last, process->pid);
    if (process->data_limit && process->data_last)
        take(least, MW_LIMIT_DATA, process->data_limit, process->data_last, process->pid);
}

struct mw_free mw_free_find(const struct mw_view *view)
{
    struct mw_free least = {.kind = MW_LIMIT_NONE};

    for (uint32_t i = 0; i < view->charge_count; i++) {
        const struct mw_view_charge *charge = &view->charges[i];
        if (charge->flags & MW_VIEW_CHARGE_SEEN && charge->kind != MW_LIMIT_HIGH)
            take(&least, charge->kind, charge->bytes, charge->used, 0);
    }
    for (uint64_t i = 0; i < view->process_count; i++) {
        const struct mw_view_process *process = &view->processes[i];
        if (process->end == MW_VIEW_LIVES && process->last_ns >= view->last_ns)
            take_process(&least, process);
    }
    return least;
}

const char *mw_free_words(enum mw_limit_kind kind)
{
    static const char *const words[MW_LIMIT_KINDS] = {
        [MW_LIMIT_NONE] = "unknown limit",
        [MW_LIMIT_CGROUP] = "the control group's limit",
        [MW_LIMIT_NODE] = "the node's memory",
        [MW_LIMIT_HIGH] = "the control group's memory.high",
        [MW_LIMIT_MEMSW] = "the control group's limit on memory and swap",
        [MW_LIMIT_SLURM] = "the memory granted by Slurm",
        [MW_LIMIT_ADDRESS] = "ulimit -v (address space)",
        [MW_LIMIT_DATA] = "ulimit -d (data)",
    };

    return words[kind];
}
