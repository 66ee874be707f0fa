/* SPDX-License-Identifier: MIT */
/* The records that programs which start ranks append when a child has ended, or is sent a signal. */
#include "collector/view/wait_log.h"
#include "collector/view/wait_log_read.h"
#include "tests/fuzz/fuzz.h"

#include <stddef.h>

#define NAMESPACE 0x4d574e53 /* as the seeds have it */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mw_view_process processes[] = {
        {.pid = 1, .first_ns = 10, .last_ns = 20}, {.pid = 1, .first_ns = 30, .last_ns = 40}, {.pid = 2}};
    struct mw_view view = {.pid_ns = NAMESPACE, .processes = processes, .process_count = 3};

    mw_wait_log_parse(&view, data, size);
    fuzz_expect(view.process_count == 3 && view.processes == processes);
    for (size_t i = 0; i < 3; i++) {
        fuzz_expect(processes[i].end == MW_VIEW_LIVES || processes[i].end == MW_VIEW_STATUS);
        fuzz_expect(processes[i].end == MW_VIEW_LIVES || processes[i].end_ns >= processes[i].last_ns);
        fuzz_expect(!processes[i].alive_ns || processes[i].alive_ns >= processes[i].first_ns);
    }
    return 0;
}
