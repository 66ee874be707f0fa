/* SPDX-License-Identifier: MIT */
/* The records that processes without MPI append at their end. */
#include "collector/exits_read.h"
#include "tests/fuzz/fuzz.h"

#define IS_STRING(array) (memchr((array), '\0', sizeof(array)) != NULL)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mw_exits_read exits = {0};

    mw_exits_read_parse(&exits, "node01", data, size);
    fuzz_expect(exits.count * sizeof(struct mw_exit) <= size);
    for (size_t i = 0; i < exits.count; i++)
        fuzz_expect(IS_STRING(exits.entries[i].comm) && IS_STRING(exits.entries[i].exe) &&
                    IS_STRING(exits.entries[i].command));
    mw_exits_read_fini(&exits);
    return 0;
}
