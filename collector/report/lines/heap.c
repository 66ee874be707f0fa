/* SPDX-License-Identifier: MIT */
/* Sentences on whose memory the ranks held. */
#include "collector/base/file_names.h"
#include "collector/base/mem.h"
#include "collector/model/heap_largest.h"
#include "collector/model/rank_name.h"
#include "collector/report/lines/lines.h"
#include "collector/report/lines/words.h"

#include <stdlib.h>

#define ALONE_LEAST (16u << 20)
#define ALONE_MOST 3 /* lines */

static const char *const reasons[] = {
    [MW_HEAP_ABSENT] = MW_FILE_HEAP " was not loaded, or had no room for its tables",
    [MW_HEAP_OFF] = "MEMWATCH_HEAP=0 switches the recording of allocations off",
    [MW_HEAP_SANITIZER] = "the program has AddressSanitizer, ThreadSanitizer or MemorySanitizer, which replace malloc()",
    [MW_HEAP_VALGRIND] = "the program runs under valgrind, which replaces malloc()",
    [MW_HEAP_OWN_MALLOC] = "the program uses another malloc(), such as jemalloc, that is linked into it or preloaded first",
    [MW_HEAP_OTHER_VERSION] = MW_FILE_HEAP " is of another version of memwatch",
};

static void write_reason(struct mw_lines *lines, const struct mw_model_heap *heap)
{
    if (heap->why == MW_HEAP_ABSENT && !lines->model->job.sampled)
        mw_lines_add(lines, 0, MW_LINE_ASIDE,
                     "which lines allocated the memory was not recorded: LD_PRELOAD=" MW_FILE_SHIM ":" MW_FILE_HEAP
                     " records it (both with their path)");
    else if (mw_model_heap_is_recorded(heap))
        mw_lines_add(lines, 0, MW_LINE_ASIDE,
                     "which lines allocated the memory is not known: the rank ended before its peak was recorded");
    else
        mw_lines_add(lines, 0, MW_LINE_ASIDE, "which lines allocated the memory is not known: %s", reasons[heap->why]);
}

const char *mw_lines_heap_missing(const struct mw_model *model)
{
    const struct mw_model_heap *first = NULL;

    for (size_t i = 0; i < mw_model_parts(model); i++) {
        const struct mw_model *job = mw_model_part(model, i);
        for (size_t r = 0; r < job->rank_count; r++) {
            if (job->ranks[r].heap.mark)
                return NULL;
            first = first ? first : &job->ranks[r].heap;
        }
    }
    if (!first)
        return "no process left a record";
    if (first->why == MW_HEAP_ABSENT && !model->job.sampled)
        return "LD_PRELOAD had no " MW_FILE_HEAP;
    return mw_model_heap_is_recorded(first) ? "the ranks ended before their peaks were recorded" : reasons[first->why];
}

void mw_lines_heap_why(struct mw_lines *lines, uint32_t rank)
{
    const struct mw_model_heap *heap = &lines->model->ranks[rank].heap;

    if (!heap->mark)
        write_reason(lines, heap);
    else if (heap->why == MW_HEAP_LATE)
        mw_lines_add(lines, 0, MW_LINE_ASIDE, "recorded from MPI_Init on: memory from before is in no line");
    if (heap->mark && heap->python_unread)
        mw_lines_add(lines, 0, MW_LINE_ASIDE, "lines of Python are not known: this build of Python %u.%u can't be read",
                     heap->python >> 8, heap->python & 0xff);
    if (heap->mark && heap->lost && heap->lost >= heap->sampled / 100)
        mw_lines_add(lines, 0, MW_LINE_WARN, "%s of %s blocks could not be recorded: lines may hold more",
                     mw_units_count(heap->lost).text, mw_units_count(mw_model_sum(heap->lost, heap->sampled)).text);
}

void mw_lines_heap_kept(struct mw_lines *lines, uint32_t rank)
{
    uint64_t kept = mw_model_heap_kept(&lines->model->ranks[rank].heap);

    if (kept)
        mw_lines_add(lines, 0, MW_LINE_WARN,
                     "malloc kept %s that the program had freed: malloc_trim(), MALLOC_ARENA_MAX=1 or a lower M_MMAP_THRESHOLD "
                     "would return about that",
                     mw_units_bytes(kept).text);
}

void mw_lines_heap_held(struct mw_lines *lines, uint32_t rank, const char *who)
{
    const struct mw_model_heap *heap = &lines->model->ranks[rank].heap;
    const struct mw_model_place *caller;
    struct mw_heap_largest line;

    if (!mw_heap_largest_at_end(&lines->model->ranks[rank], &line))
        return;
    caller = mw_heap_caller(line.site);
    mw_lines_add(lines, 1, MW_LINE_PLAIN, "%s%sheld most: %s%s at %s%s%s", who, who[0] ? " " : "",
                 line.error     ? "about "
                 : heap->end_ns ? ""
                                : "≥ ",
                 mw_units_bytes(line.bytes).text, line.site->label, caller ? ", called from " : "",
                 caller ? caller->label : "");
}

static int compare_excess(const void *a, const void *b)
{
    const struct mw_model_heap_line *x = *(const struct mw_model_heap_line *const *)a;
    const struct mw_model_heap_line *y = *(const struct mw_model_heap_line *const *)b;
    double p = (double)x->max - x->mean, q = (double)y->max - y->mean;

    return p != q ? (p < q) - (p > q) : (x > y) - (x < y);
}

static bool stands_out(const struct mw_model_heaps *heaps, const struct mw_model_heap_line *line)
{
    return line->owner == MW_HEAP_PROGRAM && line->worst != MW_MODEL_NONE && heaps->ranks > 1 && line->max >= ALONE_LEAST &&
           (double)line->max >= 1.5 * line->mean && (double)line->max - line->mean >= ALONE_LEAST / 2.0;
}

void mw_lines_heap_alone(struct mw_lines *lines)
{
    const struct mw_model_heaps *heaps = &lines->model->heaps;
    const struct mw_model_heap_line **order = mw_mem_alloc(heaps->line_count, sizeof(*order));
    size_t count = 0;

    for (uint32_t i = 0; i < heaps->line_count; i++)
        if (stands_out(heaps, &heaps->lines[i]))
            order[count++] = &heaps->lines[i];
    if (count)
        qsort(order, count, sizeof(*order), compare_excess);
    for (size_t i = 0; i < count && i < ALONE_MOST; i++) {
        const struct mw_rank_name name = mw_rank_name(lines->model, order[i]->worst);
        if (order[i]->ranks == 1)
            mw_lines_add(lines, 0, MW_LINE_WARN, "%s alone holds %s at %s", name.text, mw_units_bytes(order[i]->max).text,
                         order[i]->label);
        else
            mw_lines_add(lines, 0, MW_LINE_WARN, "%s holds %s at %s; the mean of all ranks is %s", name.text,
                         mw_units_bytes(order[i]->max).text, order[i]->label, mw_units_bytes_mean(order[i]->mean).text);
    }
    free(order);
}
