/* SPDX-License-Identifier: MIT */
/* A library that allocates and frees for others. Built twice, as one.so and other.so, so that one can take the other's place. */
#include <stdlib.h>
#include <string.h>

void *library_allocate(size_t size);
void library_free(void *block);

void *library_allocate(size_t size)
{
    char *block = malloc(size);

    if (block)
        memset(block, 1, size);
    __asm__ volatile("" : "+r"(block) : : "memory"); /* no tail call */
    return block;
}

void library_free(void *block)
{
    free(block);
    __asm__ volatile("" : : : "memory");
}
