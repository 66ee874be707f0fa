/* SPDX-License-Identifier: MIT */
/* What a sampler left: strings end, counts and indices are in range. */
#include "collector/view/file.h"
#include "tests/fuzz/fuzz.h"

#define IS_STRING(array) (memchr((array), '\0', sizeof(array)) != NULL)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mw_view view;
    struct mw_err err = {""};
    uint64_t sum = 0;

    if (mw_view_file_parse(&view, data, size, &err) < 0) {
        fuzz_expect(err.text[0] != '\0');
        return 0;
    }
    fuzz_expect(IS_STRING(view.host) && IS_STRING(view.command));
    fuzz_expect(view.cgroup_count <= MW_VIEW_CGROUPS && view.node_count <= MW_VIEW_NODES);
    fuzz_expect(view.signal_count <= MW_VIEW_SIGNALS && (view.slice_ns || !view.slice_count));
    for (uint64_t i = 0; i < view.slice_count; i++)
        sum += view.slices[i].rss_max;
    for (uint64_t i = 0; i < view.process_count; i++) {
        const struct mw_view_process *process = &view.processes[i];
        fuzz_expect(IS_STRING(process->exe) && IS_STRING(process->command));
        fuzz_expect(process->cgroup <= view.cgroup_count && process->recent_next < MW_VIEW_RECENT);
        sum += process->rss_max;
    }
    mw_view_free(&view);
    __asm__ volatile("" ::"r"(sum)); /* so that nothing is left out */
    return 0;
}
