/* SPDX-License-Identifier: MIT */
/* Files of /proc/PID, of which a process writes some parts itself (its name). */
#include "collector/journal/procmem.h"
#include "launcher/sample/ulimits.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    struct mw_procmem_status status;
    struct mw_procmem_rollup rollup;
    struct mw_procmem_stat stat;
    struct mw_ulimits ulimits;
    uint64_t rss;

    mw_procmem_parse_statm(text, 4096, &rss);
    mw_procmem_parse_status(text, &status);
    mw_procmem_parse_rollup(text, &rollup);
    mw_ulimits_parse(text, &ulimits);
    if (!mw_procmem_parse_stat(text, &stat))
        fuzz_expect(memchr(stat.comm, '\0', sizeof(stat.comm)) && stat.ppid >= 0 && stat.threads >= 0);
    free(text);
    return 0;
}
