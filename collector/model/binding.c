/* SPDX-License-Identifier: MIT */
#include "collector/model/binding.h"

#include <hwloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* This host's topology, which does not change: loaded on first use (tens of milliseconds). */
static hwloc_topology_t topology;
static bool tried;

static hwloc_topology_t get_topology(void)
{
    if (!tried) {
        tried = true;
        if (hwloc_topology_init(&topology) != 0)
            topology = NULL;
        else if (hwloc_topology_load(topology) != 0)
            mw_binding_fini();
        tried = true;
    }
    return topology;
}

void mw_binding_fini(void)
{
    if (topology)
        hwloc_topology_destroy(topology);
    topology = NULL;
    tried = false;
}

static hwloc_bitmap_t make_cpuset(const uint64_t affinity[16])
{
    hwloc_bitmap_t set = hwloc_bitmap_alloc();

    for (unsigned i = 0; set && i < 16 * 64; i++)
        if (affinity[i / 64] >> i % 64 & 1)
            hwloc_bitmap_set(set, i);
    return set;
}

static const char *list_string(struct mw_model *model, const char *prefix, hwloc_const_bitmap_t set)
{
    const char *string = "";
    char *list = NULL;

    if (hwloc_bitmap_list_asprintf(&list, set) >= 0)
        string = mw_model_format(model, "%s%s", prefix, list);
    free(list);
    return string;
}

/* The cores of the set if it consists of complete cores; else NULL. */
static hwloc_bitmap_t whole_cores(hwloc_topology_t topo, hwloc_const_bitmap_t set)
{
    hwloc_bitmap_t cores = hwloc_bitmap_alloc(), covered = hwloc_bitmap_alloc();
    hwloc_obj_t core = NULL;

    while ((core = hwloc_get_next_obj_by_type(topo, HWLOC_OBJ_CORE, core)))
        if (hwloc_bitmap_isincluded(core->cpuset, set)) {
            hwloc_bitmap_set(cores, core->logical_index);
            hwloc_bitmap_or(covered, covered, core->cpuset);
        }
    if (!hwloc_bitmap_isequal(covered, set)) {
        hwloc_bitmap_free(cores);
        cores = NULL;
    }
    hwloc_bitmap_free(covered);
    return cores;
}

static void describe_here(struct mw_model *model, struct mw_model_rank *rank, hwloc_topology_t topo, hwloc_bitmap_t set)
{
    hwloc_bitmap_t nodes = hwloc_bitmap_alloc(), cores;

    /* CPUs of the mask that the topology does not have are ignored. */
    hwloc_bitmap_and(set, set, hwloc_topology_get_topology_cpuset(topo));
    hwloc_cpuset_to_nodeset(topo, set, nodes);
    rank->nodes = list_string(model, "", nodes);
    if (hwloc_bitmap_isequal(set, hwloc_topology_get_topology_cpuset(topo)))
        rank->binding = "unbound";
    else if ((cores = whole_cores(topo, set))) {
        rank->binding = list_string(model, hwloc_bitmap_weight(cores) == 1 ? "core " : "cores ", cores);
        hwloc_bitmap_free(cores);
    } else
        rank->binding = list_string(model, hwloc_bitmap_weight(set) == 1 ? "cpu " : "cpus ", set);
    hwloc_bitmap_free(nodes);
}

static bool is_this_host(const char *host)
{
    char name[256] = "";

    return gethostname(name, sizeof(name) - 1) == 0 && strncmp(name, host, 63) == 0;
}

void mw_binding_describe(struct mw_model *model, struct mw_model_rank *rank, const uint64_t affinity[16], const char *host)
{
    hwloc_topology_t topo = NULL;
    hwloc_bitmap_t set = make_cpuset(affinity);

    rank->binding = rank->nodes = "";
    if (set && !hwloc_bitmap_iszero(set)) {
        if (is_this_host(host))
            topo = get_topology();
        if (topo && hwloc_bitmap_intersects(set, hwloc_topology_get_topology_cpuset(topo)))
            describe_here(model, rank, topo, set);
        else
            rank->binding = list_string(model, "cpus ", set);
    }
    hwloc_bitmap_free(set);
}
