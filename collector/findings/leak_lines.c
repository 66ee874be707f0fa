/* SPDX-License-Identifier: MIT */
#include "collector/findings/leak_lines.h"

#include "collector/base/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLICES MW_HEAP_LEFT_SLICES
#define LONG 4     /* slices of a phase that are compared with each other */
#define EARLY 3.0  /* times the share of a slice: more than that in the first one is not of the leak */
#define BLOCKS 6   /* of a line in a shorter phase: three quarters of the visits that a leak has at least */
#define SHARE 0.1  /* of the growth */
#define EXCESS 2.0 /* times the growth */
#define ERRORS 2   /* standard deviations of an estimate */

/* The slices in which a phase grew. */
struct window {
    uint32_t first, last;
    uint32_t half; /* the later half of them; 0: the phase is too short to compare it with the other one */
    double early;  /* share of the phase's time that is in the first slice */
    double slice;  /* share of a complete slice */
    double late;   /* share that is in the later half */
};

static double clip(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

/* The slice of a position, of which 1 is the end of the run. */
static uint32_t slice_of(double position)
{
    uint32_t slice = (uint32_t)clip(position * SLICES, 0, SLICES);

    return slice < SLICES ? slice : SLICES - 1;
}

/* How much of the interval is in the slices from `slice` on. */
static double part_from(uint32_t slice, double from, double to)
{
    return (to - clip((double)slice / SLICES, from, to)) / (to - from);
}

static bool find_window(const struct mw_model_heap *heap, const struct mw_model_phase *phase, struct window *window)
{
    double begin = (double)heap->begin_ns, length = (double)heap->end_ns - begin;
    double from = length > 0 ? clip(((double)phase->first_ns - begin) / length, 0, 1) : 0;
    double to = length > 0 ? clip(((double)phase->last_ns - begin) / length, 0, 1) : 0;

    if (to <= from)
        return false;
    *window = (struct window){.first = slice_of(from), .last = slice_of(to)};
    if (window->last - window->first + 1 >= LONG) {
        window->half = (window->first + window->last + 2) / 2;
        window->early = 1 - part_from(window->first + 1, from, to);
        window->late = part_from(window->half, from, to);
        window->slice = 1.0 / SLICES / (to - from);
    }
    return true;
}

static uint64_t left_from(const struct mw_model_heap_site *site, uint32_t first, uint32_t last)
{
    uint64_t kib = 0;

    for (uint32_t i = first; i <= last; i++)
        kib += site->left_kib[i];
    return kib << 10;
}

/* What a site left in the window. What the first visits filled is not part of it. */
static uint64_t left_in(const struct mw_model_heap_site *site, const void *context)
{
    const struct window *window = context;
    uint64_t all = left_from(site, window->first, window->last), later;
    double early;

    if (!window->half)
        return all;
    later = left_from(site, window->first + 1, window->last);
    early = (double)(all - later);
    if ((double)left_from(site, window->half, window->last) < (double)later * window->late / (1 - window->early) / 2)
        return 0;
    return early > EARLY * window->slice * (double)later ? later : all;
}

static bool fits(const struct mw_heap_largest *line, const struct window *window, double growth)
{
    double bytes = (double)line->bytes, error = ERRORS * (double)line->error;

    return bytes >= SHARE * growth && bytes <= EXCESS * growth + error && bytes > error &&
           (window->half || !line->blocks || line->blocks >= BLOCKS);
}

struct mw_leak_lines mw_leak_lines_find(const struct mw_model_rank *rank, const struct mw_model_phase *phase, double slope)
{
    struct mw_leak_lines found = {.count = 0, .visits = (double)phase->visits};
    struct mw_heap_largest *lines;
    struct window window;
    size_t count;

    if (!find_window(&rank->heap, phase, &window))
        return found;
    lines = mw_heap_largest_lines(&rank->heap, left_in, &window, &count);
    for (size_t i = 0; i < count && found.count < MW_LEAK_LINES; i++)
        if (fits(&lines[i], &window, slope * found.visits))
            found.lines[found.count++] = lines[i];
    free(lines);
    return found;
}

/* ---- in words ---- */

static void put_line(char *text, size_t size, const struct mw_model_rank *rank, const struct mw_heap_largest *line)
{
    const struct mw_model_heap_site *site = line->site;
    const struct mw_model_place *caller = mw_heap_caller(site);

    if (site->owner == MW_HEAP_MPI && site->mpi_site != MW_MODEL_NONE && site->mpi_site < rank->site_count)
        snprintf(text, size, "in %.60s, inside %.80s", site->label, rank->sites[site->mpi_site].label);
    else if (site->owner == MW_HEAP_MPI || !caller)
        snprintf(text, size, "%s %.80s", site->owner == MW_HEAP_MPI ? "in" : "at", site->label);
    else
        snprintf(text, size, "at %.80s, called from %.80s", site->label, caller->label);
}

void mw_leak_lines_describe(char *text, size_t size, const struct mw_model_rank *rank, const struct mw_leak_lines *found)
{
    char where[240], error[80];

    text[0] = '\0';
    for (uint32_t i = 0; i < found->count; i++) {
        const struct mw_heap_largest *line = &found->lines[i];
        size_t length = strlen(text);
        put_line(where, sizeof(where), rank, line);
        error[0] = '\0';
        if (line->error)
            snprintf(error, sizeof(error), ", estimate ± %s", mw_units_bytes(line->error).text);
        snprintf(text + length, size - length, "%s%s %s (%s a visit%s)",
                 i ? ", " : "; still allocated at MPI_Finalize: ", mw_units_bytes(line->bytes).text, where,
                 mw_units_bytes_mean((double)line->bytes / found->visits).text, error);
    }
}
