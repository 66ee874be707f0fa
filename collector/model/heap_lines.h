/* SPDX-License-Identifier: MIT */
/* Merges what the ranks held at their peaks by line: mw_model.heaps. */
#ifndef MW_COLLECTOR_MODEL_HEAP_LINES_H
#define MW_COLLECTOR_MODEL_HEAP_LINES_H

#include "collector/model/model.h"

struct mw_heap_lines;

struct mw_heap_lines *mw_heap_lines_create(struct mw_model *model);
/* Adds one rank after the other, in order, with the lists of its heap. */
void mw_heap_lines_add(struct mw_heap_lines *lines, uint32_t rank);
/* Only finds the lines of a rank that was added before and is read again. */
void mw_heap_lines_link(const struct mw_heap_lines *lines, struct mw_model_heap *heap);
/* Completes the work and frees the state. */
void mw_heap_lines_finish(struct mw_heap_lines *lines);

/* Like mw_heap_lines_link(), after that. */
void mw_heap_lines_link_late(struct mw_model *model, struct mw_model_heap *heap);

/* The name by which a line is found in several runs: "allocate fft.c:87"; "MPI: libucp"; without a line
 * "mesh::grow+0x20 in libmesh.so". */
void mw_heap_lines_name(char *text, size_t size, const struct mw_model_heap_line *line);

#endif
