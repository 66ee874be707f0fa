/* SPDX-License-Identifier: MIT */
/* What rank 0 looks up of other hosts' ranks: the first two bytes are the size of the job. What is taken names that many ranks,
 * and can be written again as a set that is the same. */
#include "pmpi/finalize/rank_list.h"
#include "tests/fuzz/fuzz.h"

#define MOST 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool marked[MOST], again[MOST];
    static int ranks[MOST];
    char *text, written[65536];
    int ranks_of_job, count, found = 0;

    if (size < 2)
        return 0;
    ranks_of_job = (data[0] | data[1] << 8) % MOST + 1;
    memset(marked, 0, sizeof(marked));
    memset(again, 0, sizeof(again));
    text = fuzz_text(data + 2, size - 2);
    count = mw_rank_list_mark(text, marked, ranks_of_job);
    for (int rank = MOST - 1; rank >= 0; rank--)
        if (marked[rank]) {
            fuzz_expect(rank < ranks_of_job);
            ranks[found++] = rank;
        }
    if (count >= 0) {
        fuzz_expect(count == found && count > 0);
        fuzz_expect(mw_rank_list_write(ranks, found, written, sizeof(written)));
        fuzz_expect(mw_rank_list_mark(written, again, ranks_of_job) == count && !memcmp(marked, again, sizeof(marked)));
    }
    free(text);
    return 0;
}
