/* SPDX-License-Identifier: MIT */
#include "pmpi/finalize/rank_list.h"

#include <stdio.h>
#include <stdlib.h>

static int by_number(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;

    return (x > y) - (x < y);
}

/* The number of leading `ranks` with equal steps; the step of a single rank is 1. */
static int run_of(const int *ranks, int count, int *step)
{
    int length = 1;

    *step = count > 1 ? ranks[1] - ranks[0] : 1;
    while (length < count && ranks[length] - ranks[length - 1] == *step)
        length++;
    return length;
}

bool mw_rank_list_write(int *ranks, int count, char *text, size_t size)
{
    size_t used = 0;
    int length, step;

    qsort(ranks, (size_t)count, sizeof(*ranks), by_number);
    for (int i = 0; i < count; i += length) {
        length = run_of(ranks + i, count - i, &step);
        if (step < 1)
            return false;
        used += (size_t)snprintf(text + used, size - used, "%s%d:%d:%d", i ? "+" : "", ranks[i], step, length);
        if (used >= size)
            return false;
    }
    return count > 0;
}

/* Parses a decimal number of at most nine digits and moves *text past it; -1 if there is none. */
static int parse_number(const char **text)
{
    int number = 0, digits = 0;

    for (; **text >= '0' && **text <= '9' && digits < 9; digits++)
        number = number * 10 + *(*text)++ - '0';
    return digits ? number : -1;
}

static bool skip(const char **text, char c)
{
    bool found = **text == c;

    *text += found;
    return found;
}

static bool mark_run(bool *marked, int size, int first, int step, int count)
{
    if (first < 0 || step < 1 || count < 1 || count > size)
        return false;
    for (long long i = 0, rank = first; i < count; i++, rank += step) {
        if (rank >= size || marked[rank])
            return false;
        marked[rank] = true;
    }
    return true;
}

/* Marks the ranks of one part. Returns their number, or -1. */
static int mark_part(const char **text, bool *marked, int size)
{
    int first = parse_number(text), step = skip(text, ':') ? parse_number(text) : -1;
    int count = skip(text, ':') ? parse_number(text) : -1;

    return mark_run(marked, size, first, step, count) ? count : -1;
}

int mw_rank_list_mark(const char *text, bool *marked, int size)
{
    int total = 0, count;

    do {
        count = mark_part(&text, marked, size);
        if (count < 0)
            return -1;
        total += count;
    } while (skip(&text, '+'));
    return *text ? -1 : total;
}
