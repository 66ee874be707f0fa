/* SPDX-License-Identifier: MIT */
/* The stacks of a page's heaps: each is written once, however many ranks have it, and so is each frame. */
#ifndef MW_COLLECTOR_PAGE_HEAP_STACKS_H
#define MW_COLLECTOR_PAGE_HEAP_STACKS_H

#include "collector/report/heap_parts.h"

#include <stdio.h>

struct mw_page_heap_stacks;

/* Strings belong to the model, which stores equal ones once: their addresses identify them. */
struct mw_page_heap_stack {
    const struct mw_model_place *const *frames; /* innermost first */
    uint32_t depth;
    bool cut;            /* there are more frames outside of these */
    const char *owner;   /* as in struct mw_heap_part */
    const char *library; /* of MPI; else "" */
    const char *call;    /* the MPI call that was going on; "" none */
};

/* Of a part with a site. Of the program each site has its stack; others are not divided further than by library and by the MPI
 * call. */
struct mw_page_heap_stack mw_page_heap_stack_of(const struct mw_model_rank *rank, const struct mw_heap_part *part);

struct mw_page_heap_stacks *mw_page_heap_stacks_create(void);
void mw_page_heap_stacks_destroy(struct mw_page_heap_stacks *stacks);

/* The row of the stack in the table "heap_stacks". */
uint32_t mw_page_heap_stacks_add(struct mw_page_heap_stacks *stacks, const struct mw_page_heap_stack *stack);

/* The tables "heap_frames" and "heap_stacks", whose frames are rows of the former, outermost first. */
void mw_page_heap_stacks_write(FILE *out, const struct mw_page_heap_stacks *stacks);

#endif
