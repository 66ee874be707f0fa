/* SPDX-License-Identifier: MIT */
/* The samples of a host of a job that is still running. */
#include "collector/base/file_names.h"
#include "collector/view/file.h"
#include "tests/tools/mwgen.h"

#include <stdio.h>

static void fill_process(struct generator *g, struct mw_view_process *process, const struct mw_view *view)
{
    *process = (struct mw_view_process){
        .pid = 10000 + g->rank,
        .start_ticks = 100000 + (uint64_t)g->rank,
        .samples = 2,
        .first_ns = view->begin_ns,
        .last_ns = view->last_ns,
        .rss_last = 400 * MIB + mine(g, 50, 50000) * 4 * KIB,
        .exe = "/opt/app/bin/app",
        .command = "./app --size 1048576",
    };
    process->rss_max = process->rss_last;
    process->recent[0] = (struct mw_view_rss){view->last_ns - 1000 * MS, process->rss_last - MIB};
    process->recent[1] = (struct mw_view_rss){view->last_ns, process->rss_last};
    process->recent_next = 2;
}

void mwgen_write_view(struct generator *g, int host)
{
    struct mw_view_file file;
    struct mw_view view = {
        .command = "mpirun ./app --size 1048576",
        .is_launcher = host == 0,
        .begin_ns = boot_ns(host),
        .last_ns = boot_ns(host) + 3000 * MS,
        .begin_wall_ns = WALL_NS,
        .shift_ns = (int64_t)boot_ns(0) - (int64_t)boot_ns(host),
        .error_ns = 1000,
        .interval_ns = 100 * MS,
        .samples = 31,
        .first_sample_ns = boot_ns(host),
        .gap_max_ns = 150 * MS,
        .slice_ns = 10 * MS,
        .node_bytes = 1ull << 40,
        .available_begin_bytes = 1ull << 39,
        .charge_count = 1,
        .charges[0] = {.kind = MW_LIMIT_NODE,
                       .flags = MW_VIEW_CHARGE_SEEN,
                       .bytes = 1ull << 40,
                       .used = 1ull << 39,
                       .least = {.bytes = 1ull << 40, .used = 1ull << 39, .ns = boot_ns(host) + 2000 * MS}},
    };
    char name[80];

    snprintf(view.host, sizeof(view.host), "node%04d", host);
    snprintf(name, sizeof(name), MW_FILE_VIEW "%s", view.host);
    must(mw_view_file_create(&file, &view, g->dirfd, name, NULL) == 0 && file.fd >= 0, name);
    for (g->rank = 0; g->rank < g->ranks; g->rank++)
        if (host_of(g, g->rank) == host) {
            struct mw_view_process *process = mw_view_file_add_process(&file, &view);
            must(process != NULL, name);
            fill_process(g, process, &view);
            view.rss_sum_max += process->rss_last;
        }
    mw_view_file_sync(&file, &view);
    mw_view_file_close(&file, &view);
}
