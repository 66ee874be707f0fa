/* SPDX-License-Identifier: MIT */
#include "collector/merge/chains.h"

#include "collector/base/mem.h"
#include "collector/base/starters.h"

#include <stdio.h>
#include <string.h>

enum mw_model_role mw_merge_chains_role(const char *name)
{
    return mw_starters_family(name) != MW_STARTER_NONE ? MW_MODEL_LAUNCHER : MW_MODEL_OTHER;
}

const char *mw_merge_chains_name(struct mw_model *model, const char *exe, const char *command)
{
    static const char deleted[] = " (deleted)"; /* what the kernel appends to the path of a removed file */
    const char *from = exe && exe[0] ? exe : command;
    const char *slash;
    char name[256];
    size_t length;

    snprintf(name, sizeof(name), "%s", from ? from : "");
    length = strlen(name);
    if (from == exe && length > strlen(deleted) && !strcmp(name + length - strlen(deleted), deleted))
        name[length - strlen(deleted)] = '\0';
    if (from != exe && name[0] != '[')
        name[strcspn(name, " ")] = '\0';
    slash = strrchr(name, '/');
    return mw_model_string(model, slash && slash[1] ? slash + 1 : name[0] ? name : "?");
}

struct mw_merge_chains_key mw_merge_chains_key(uint32_t host, uint64_t pid_ns, int32_t pid, uint64_t start_ticks)
{
    return (struct mw_merge_chains_key){host, pid_ns, (uint64_t)pid, start_ticks};
}

void mw_merge_chains_add(struct mw_merge_chains *chains, const struct mw_model *model)
{
    uint32_t entry = (uint32_t)model->process_count - 1;
    const struct mw_model_process *process = &model->processes[entry];
    struct mw_merge_chains_key key = mw_merge_chains_key(process->host, process->own_ns, process->own_pid,
                                                         process->start_ticks);
    uint32_t group = mw_map_add(chains->groups, &key, sizeof(key), (uint32_t)chains->head_count);

    if (group == chains->head_count)
        *MW_MEM_PUSH(chains->heads, chains->head_count) = MW_MODEL_NONE;
    *MW_MEM_PUSH(chains->next, chains->next_count) = chains->heads[group];
    chains->heads[group] = entry;
}

uint32_t mw_merge_chains_head(const struct mw_merge_chains *chains, const struct mw_merge_chains_key *key)
{
    uint32_t group = mw_map_find(chains->groups, key, sizeof(*key));

    return group == MW_MAP_NONE ? MW_MODEL_NONE : chains->heads[group];
}

uint32_t mw_merge_chains_last(const struct mw_model *model, const struct mw_merge_chains *chains,
                              const struct mw_merge_chains_key *key)
{
    uint32_t best = mw_merge_chains_head(chains, key);

    for (uint32_t i = best; i != MW_MODEL_NONE; i = chains->next[i])
        if (model->processes[i].image > model->processes[best].image)
            best = i;
    return best;
}
