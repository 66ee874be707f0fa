/* SPDX-License-Identifier: MIT */
/* The table in which processes without MPI are counted at their end. */
#include "collector/journal/exits_read.h"
#include "tests/fuzz/fuzz.h"

#define IS_STRING(array) (memchr((array), '\0', sizeof(array)) != NULL)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mw_exits_read exits = {0};

    mw_exits_read_parse(&exits, "node01", data, size);
    fuzz_expect(exits.count <= MW_EXIT_SLOTS && exits.host_count + exits.damaged <= 1);
    for (size_t i = 0; i < exits.count; i++) {
        const struct mw_exit *one = &exits.entries[i];
        fuzz_expect(one->entry.count && one->entry.first_ns <= one->entry.last_ns && one->entry.peak <= one->entry.peak_sum);
        fuzz_expect(IS_STRING(one->text.comm) && IS_STRING(one->text.exe) && IS_STRING(one->text.command));
    }
    mw_exits_read_fini(&exits);
    return 0;
}
