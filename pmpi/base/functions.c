/* SPDX-License-Identifier: MIT */
#include "pmpi/base/functions.h"

#include "collector/base/python_path.h"
#include "pmpi/base/index.h"

#include <string.h>

static struct mw_function first_entries[MW_RECORD_FUNCTIONS]; /* until the journal exists */
static uint32_t first_used;
static struct mw_function *entries = first_entries;
static uint32_t *used = &first_used;

static uint16_t slots[2 * MW_RECORD_FUNCTIONS];

static bool has_key(uint32_t entry, const void *key)
{
    const struct mw_function *function = key;

    return !strcmp(entries[entry].name, function->name) && !strcmp(entries[entry].file, function->file);
}

void mw_functions_move(struct mw_function *to, uint32_t *to_used)
{
    memcpy(to, entries, *used * sizeof(*to));
    __atomic_store_n(to_used, *used, __ATOMIC_RELEASE);
    entries = to;
    used = to_used;
}

uint32_t mw_functions_find(const struct mw_function *function)
{
    const struct mw_index index = {slots, sizeof(slots) / sizeof(slots[0]), has_key};
    uint64_t hash = mw_index_mix_text(mw_index_mix_text(0, function->file), function->name);
    uint16_t *slot = mw_index_slot(&index, mw_index_mix(hash, 0), function);
    uint32_t next = *used;

    if (*slot)
        return *slot - 1u;
    if (next >= MW_RECORD_FUNCTIONS || (next >= MW_RECORD_FUNCTIONS / 4 * 3 && mw_python_path_is_library(function->file)))
        return MW_FUNCTION_OTHER;
    entries[next] = *function;
    *slot = (uint16_t)(next + 1);
    __atomic_store_n(used, next + 1, __ATOMIC_RELEASE);
    return next;
}
