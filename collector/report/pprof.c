/* SPDX-License-Identifier: MIT */
#include "collector/report/pprof.h"

#include "collector/base/mem.h"
#include "collector/base/units.h"
#include "collector/model/rank_name.h"
#include "collector/report/gzip.h"
#include "collector/report/heap_parts.h"
#include "collector/report/pprof_tables.h"
#include "collector/report/protobuf.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Fields, by https://github.com/google/pprof/blob/main/proto/profile.proto */
enum {
    PROFILE_SAMPLE_TYPE = 1,
    PROFILE_SAMPLE = 2,
    PROFILE_TIME = 9,
    PROFILE_DURATION = 10,
    PROFILE_PERIOD_TYPE = 11,
    PROFILE_PERIOD = 12,
    PROFILE_COMMENT = 13,
    PROFILE_DEFAULT_TYPE = 14
};
enum { TYPE_NAME = 1, TYPE_UNIT = 2 };
enum { SAMPLE_LOCATION = 1, SAMPLE_VALUE = 2, SAMPLE_LABEL = 3 };
enum { LABEL_KEY = 1, LABEL_TEXT = 2, LABEL_NUMBER = 3, LABEL_UNIT = 4 };

struct profile {
    struct mw_protobuf out;
    struct mw_pprof_tables *tables;
    const struct mw_model *run, *job;
    uint64_t *stack; /* ids of locations, innermost first */
    size_t depth;
    uint32_t ranks;           /* in the profile */
    uint64_t interval, error; /* the largest of a rank */
};

/* ---- one sample ---- */

static void put_label(struct profile *profile, struct mw_protobuf *sample, const char *key, const char *text)
{
    struct mw_protobuf label = {0};

    if (!text[0])
        return;
    mw_protobuf_number(&label, LABEL_KEY, mw_pprof_string(profile->tables, key));
    mw_protobuf_number(&label, LABEL_TEXT, mw_pprof_string(profile->tables, text));
    mw_protobuf_message(sample, SAMPLE_LABEL, &label);
    mw_protobuf_free(&label);
}

/* With a unit, without which pprof drops the number 0. It would add this one itself to others. */
static void put_number_label(struct profile *profile, struct mw_protobuf *sample, const char *key, uint64_t number)
{
    struct mw_protobuf label = {0};

    mw_protobuf_number(&label, LABEL_KEY, mw_pprof_string(profile->tables, key));
    mw_protobuf_number(&label, LABEL_NUMBER, number);
    mw_protobuf_number(&label, LABEL_UNIT, mw_pprof_string(profile->tables, key));
    mw_protobuf_message(sample, SAMPLE_LABEL, &label);
    mw_protobuf_free(&label);
}

static void put_labels(struct profile *profile, struct mw_protobuf *sample, uint32_t index, const struct mw_heap_part *part)
{
    const struct mw_model_rank *rank = &profile->job->ranks[index];
    const struct mw_model_site *call = part->site ? mw_heap_parts_call(rank, part->site) : NULL;

    if (profile->job->number)
        put_number_label(profile, sample, "job", profile->job->number);
    if (profile->job->world_count > 1)
        put_number_label(profile, sample, "world", rank->world + 1u);
    if (rank->rank >= 0)
        put_number_label(profile, sample, "rank", (uint64_t)rank->rank);
    else
        put_label(profile, sample, "process", mw_rank_name(profile->job, index).text);
    put_label(profile, sample, "host", profile->job->hosts[rank->host].name);
    put_label(profile, sample, "phase", mw_heap_parts_phase(rank));
    put_label(profile, sample, "owner", part->owner);
    put_label(profile, sample, "library", part->site ? part->site->library : "");
    put_label(profile, sample, "mpi_call", call ? call->label : "");
}

static void push(struct profile *profile, uint64_t location)
{
    *MW_MEM_PUSH(profile->stack, profile->depth) = location;
}

/* A frame and those that it was inlined into are one location. */
static void push_site(struct profile *profile, const struct mw_heap_part *part)
{
    const struct mw_model_place *outer = NULL;

    for (uint32_t i = 0; i < part->depth; i++) {
        if (part->frames[i] != outer)
            push(profile, mw_pprof_location(profile->tables, part->frames[i]));
        outer = part->frames[i]->outer;
    }
    if (!part->depth)
        push(profile, mw_pprof_named_location(profile->tables, part->site->label));
    if (part->site->cut)
        push(profile, mw_pprof_named_location(profile->tables, "[more frames]"));
}

static void add_part(struct profile *profile, uint32_t rank, const struct mw_heap_part *part)
{
    const uint64_t values[2] = {(uint64_t)part->bytes, part->site ? part->site->blocks_at_peak & INT64_MAX : 0};
    struct mw_protobuf sample = {0};
    char name[100];

    if (!part->bytes)
        return;
    profile->depth = 0;
    snprintf(name, sizeof(name), "[%s]", part->name);
    if (part->site)
        push_site(profile, part);
    else
        push(profile, mw_pprof_named_location(profile->tables, name));
    mw_protobuf_numbers(&sample, SAMPLE_LOCATION, profile->stack, profile->depth);
    mw_protobuf_numbers(&sample, SAMPLE_VALUE, values, 2);
    put_labels(profile, &sample, rank, part);
    mw_protobuf_message(&profile->out, PROFILE_SAMPLE, &sample);
    mw_protobuf_free(&sample);
}

static void add_rank(struct profile *profile, uint32_t rank)
{
    const struct mw_model_heap *heap = &profile->job->ranks[rank].heap;
    struct mw_heap_parts parts = mw_heap_parts(heap);

    for (size_t i = 0; i < parts.count; i++)
        add_part(profile, rank, &parts.items[i]);
    mw_heap_parts_free(&parts);
    profile->ranks += heap->mark != 0;
    if (heap->interval > profile->interval)
        profile->interval = heap->interval;
    if (heap->error > profile->error)
        profile->error = heap->error;
}

/* ---- head ---- */

static void put_type(struct profile *profile, uint32_t field, const char *name, const char *unit)
{
    struct mw_protobuf type = {0};

    mw_protobuf_number(&type, TYPE_NAME, mw_pprof_string(profile->tables, name));
    mw_protobuf_number(&type, TYPE_UNIT, mw_pprof_string(profile->tables, unit));
    mw_protobuf_message(&profile->out, field, &type);
    mw_protobuf_free(&type);
}

static void put_comment(struct profile *profile, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put_comment(struct profile *profile, const char *format, ...)
{
    char text[4096];
    uint64_t index;
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    index = mw_pprof_string(profile->tables, text);
    mw_protobuf_numbers(&profile->out, PROFILE_COMMENT, &index, 1);
}

static void put_comments(struct profile *profile)
{
    put_comment(profile, "memwatch: resident memory of each rank at its own peak, by the line that allocated it");
    if (profile->run->job.command[0])
        put_comment(profile, "command: %.4000s", profile->run->job.command);
    if (!profile->ranks)
        put_comment(profile, "no allocations were recorded");
    if (profile->ranks > 1)
        put_comment(profile, "sums over %u ranks are sums of their peaks, which need not be simultaneous", profile->ranks);
    if (profile->interval)
        put_comment(
            profile,
            "blocks of %s and more are all recorded; of smaller ones a sample, one for each %s (at the end): their sums are estimates",
            mw_units_bytes(MW_HEAP_BIG).text, mw_units_bytes(profile->interval).text);
    if (profile->error)
        put_comment(profile, "error of the sum of one rank's lines: %s (one standard deviation; the largest of all ranks)",
                    mw_units_bytes(profile->error).text);
    if (profile->ranks)
        put_comment(
            profile,
            "names in [] are not lines: with them, a rank's samples add up to its memory at the last check before its peak; "
            "[not explained] may be negative");
}

static void put_head(struct profile *profile)
{
    put_type(profile, PROFILE_SAMPLE_TYPE, "space", "bytes");
    put_type(profile, PROFILE_SAMPLE_TYPE, "blocks", "count");
    put_type(profile, PROFILE_PERIOD_TYPE, "space", "bytes");
    mw_protobuf_number(&profile->out, PROFILE_PERIOD, profile->interval & INT64_MAX);
    mw_protobuf_number(&profile->out, PROFILE_TIME, profile->run->job.begin_wall_ns & INT64_MAX);
    mw_protobuf_number(&profile->out, PROFILE_DURATION, mw_model_duration(profile->run) & INT64_MAX);
    mw_protobuf_number(&profile->out, PROFILE_DEFAULT_TYPE, mw_pprof_string(profile->tables, "space"));
    put_comments(profile);
}

int mw_report_pprof_write(FILE *out, const struct mw_model *model, const struct mw_report_style *style)
{
    struct profile profile = {.tables = mw_pprof_tables_create(model), .run = model};
    int failed;

    (void)style;
    for (size_t i = 0; i < mw_model_parts(model); i++) {
        profile.job = mw_model_part(model, i);
        for (uint32_t r = 0; r < profile.job->rank_count; r++)
            add_rank(&profile, r);
    }
    put_head(&profile);
    mw_pprof_tables_put(profile.tables, &profile.out);
    failed = mw_gzip_write(out, profile.out.bytes, profile.out.size);
    mw_pprof_tables_destroy(profile.tables);
    mw_protobuf_free(&profile.out);
    free(profile.stack);
    return failed || ferror(out) ? -1 : 0;
}
