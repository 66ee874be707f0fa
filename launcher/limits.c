/* SPDX-License-Identifier: MIT */
#include "launcher/limits.h"

#include "collector/io.h"

#include <fcntl.h>
#include <hwloc.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line of /proc/meminfo, in bytes; 0 unknown. */
static uint64_t meminfo(const char *name)
{
    char text[8192] = "\n"; /* so that the first line begins like the others */
    const char *line;

    if (mw_io_read_text(AT_FDCWD, "/proc/meminfo", text + 1, sizeof(text) - 1) <= 0)
        return 0;
    line = strstr(text, name);
    return line ? strtoull(line + strlen(name), NULL, 10) * 1024 : 0;
}

uint64_t mw_limits_available(void)
{
    return meminfo("\nMemAvailable:");
}

static uint64_t overcommitted_huge_pages(void)
{
    char text[64];

    return mw_io_read_text(AT_FDCWD, "/proc/sys/vm/nr_overcommit_hugepages", text, sizeof(text)) > 0
               ? strtoull(text, NULL, 10)
               : 0;
}

uint64_t mw_limits_huge_pages(void)
{
    return (meminfo("\nHugePages_Total:") / 1024 + overcommitted_huge_pages()) * meminfo("\nHugepagesize:");
}

static void take_nodes(struct mw_view *view, hwloc_topology_t topology)
{
    hwloc_obj_t node = NULL;

    view->node_count = 0;
    while (view->node_count < MW_VIEW_NODES && (node = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_NUMANODE, node)))
        view->nodes[view->node_count++] =
            (struct mw_view_node){.index = (int32_t)node->os_index, .bytes = node->attr->numanode.local_memory};
}

void mw_limits_node(struct mw_view *view)
{
    hwloc_topology_t topology;

    view->node_bytes = meminfo("\nMemTotal:");
    if (hwloc_topology_init(&topology))
        return;
    hwloc_topology_set_all_types_filter(topology, HWLOC_TYPE_FILTER_KEEP_NONE);
    if (!hwloc_topology_load(topology)) {
        uint64_t bytes = hwloc_get_root_obj(topology)->total_memory;
        if (bytes > view->node_bytes) /* the NUMA nodes' sums leave out memory that was plugged in later */
            view->node_bytes = bytes;
        take_nodes(view, topology);
    }
    hwloc_topology_destroy(topology);
}
