/* SPDX-License-Identifier: MIT */
/* Random numbers that are the same in every run: a linear congruential generator, started by its seed. */
#ifndef MW_TESTS_UNIT_DRAW_H
#define MW_TESTS_UNIT_DRAW_H

#include <stdint.h>

static uint32_t draw_seed;

/* From 0 to below - 1. */
static inline uint32_t draw(uint32_t below)
{
    draw_seed = draw_seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(draw_seed >> 1) * below >> 31);
}

#endif
