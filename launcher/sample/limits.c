/* SPDX-License-Identifier: MIT */
#include "launcher/sample/limits.h"

#include "collector/base/io.h"
#include "launcher/sample/meminfo.h"

#include <fcntl.h>
#include <hwloc.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t mw_limits_available(void)
{
    struct mw_meminfo info;

    mw_meminfo_read(&info, "");
    return info.available;
}

static uint64_t overcommitted_huge_pages(void)
{
    char text[64];

    return mw_io_read_text(AT_FDCWD, "/proc/sys/vm/nr_overcommit_hugepages", text, sizeof(text)) > 0 ? strtoull(text, NULL, 10)
                                                                                                     : 0;
}

uint64_t mw_limits_huge_pages(void)
{
    struct mw_meminfo info;

    mw_meminfo_read(&info, "");
    return info.huge_total + overcommitted_huge_pages() * info.huge_size;
}

static void take_nodes(struct mw_view *view, hwloc_topology_t topology)
{
    hwloc_obj_t node = NULL;

    view->node_count = 0;
    while (view->node_count < MW_VIEW_NODES && (node = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_NUMANODE, node)))
        view->nodes[view->node_count++] = (struct mw_view_node){.index = (int32_t)node->os_index,
                                                                .bytes = node->attr->numanode.local_memory};
}

void mw_limits_node(struct mw_view *view)
{
    hwloc_topology_t topology;
    struct mw_meminfo info;

    mw_meminfo_read(&info, "");
    view->node_bytes = info.total;
    if (hwloc_topology_init(&topology))
        return;
    hwloc_topology_set_all_types_filter(topology, HWLOC_TYPE_FILTER_KEEP_NONE);
    if (!hwloc_topology_load(topology)) {
        uint64_t bytes = hwloc_get_root_obj(topology)->total_memory;
        if (bytes > view->node_bytes) /* the NUMA nodes' sums do not include hot-plugged memory */
            view->node_bytes = bytes;
        take_nodes(view, topology);
    }
    hwloc_topology_destroy(topology);
}
