/* SPDX-License-Identifier: MIT */
#include "tests/unit/pmpi/heap/made_tables.h"

struct made_tables made;

struct mw_heap_tables made_tables_all(void)
{
    return (struct mw_heap_tables){.state = &made.state,
                                   .sites = made.sites,
                                   .sites_used = &made.sites_used,
                                   .modules = made.modules,
                                   .modules_used = &made.modules_used,
                                   .functions = made.functions,
                                   .functions_used = &made.functions_used,
                                   .phases = made.phases,
                                   .phases_used = &made.phases_used,
                                   .ticks = made.ticks,
                                   .ticks_used = &made.ticks_used,
                                   .left = made.left,
                                   .left_used = &made.left_used};
}
