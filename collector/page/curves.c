/* SPDX-License-Identifier: MIT */
#include "collector/page/curves.h"

#include "collector/base/json_out.h"
#include "collector/base/mem.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define SLICES_MAX 1000
#define SLICES_MIN 50
#define VALUES_MAX 1000000 /* all ranks together: 2.7 MB */

static uint64_t end_of(const struct mw_model *model)
{
    uint64_t end = mw_model_elapsed(model, model->job.end_ns);

    for (size_t i = 0; i < model->rank_count; i++) {
        uint64_t known = mw_model_elapsed(model, model->ranks[i].known_ns);
        end = known > end ? known : end;
    }
    return end ? end : 1;
}

static uint32_t slices_for(size_t ranks)
{
    size_t count = ranks ? VALUES_MAX / ranks : SLICES_MAX;

    return count > SLICES_MAX ? SLICES_MAX : count < SLICES_MIN ? SLICES_MIN : (uint32_t)count;
}

struct mw_page_curves mw_page_curves_of(const struct mw_model *model)
{
    struct mw_page_curves curves = {.span_ns = end_of(model), .count = slices_for(model->rank_count)};
    uint64_t largest = 0;

    for (size_t i = 0; i < model->rank_count; i++)
        for (uint32_t j = 0; j < model->ranks[i].tick_count; j++)
            if (model->ranks[i].ticks[j].peak > largest)
                largest = model->ranks[i].ticks[j].peak;
    for (size_t i = 0; i < model->process_count; i++)
        if (model->processes[i].role == MW_MODEL_RANK && model->processes[i].rss_max > largest)
            largest = model->processes[i].rss_max;
    curves.step_ns = curves.span_ns / curves.count + 1;
    curves.unit = largest / 65535 + 1;
    return curves;
}

/* Adds a value to all slices of time that it may belong to. */
static void raise_slices(uint64_t *slices, const struct mw_page_curves *curves, uint64_t begin, uint64_t end, uint64_t value)
{
    uint64_t last = end > begin ? (end - 1) / curves->step_ns : begin / curves->step_ns;

    for (uint64_t i = begin / curves->step_ns; i <= last && i < curves->count; i++)
        if (slices[i] < value)
            slices[i] = value;
}

static void write_values(FILE *out, const struct mw_page_curves *curves, const uint64_t *slices)
{
    putc('[', out);
    for (uint32_t i = 0; i < curves->count; i++) {
        fputs(i ? "," : "", out);
        if (slices[i])
            mw_json_out_unsigned(out, slices[i]);
        else
            fputs("null", out);
    }
    putc(']', out);
}

void mw_page_curves_write_job(FILE *out, const struct mw_page_curves *curves, const struct mw_model *model)
{
    uint64_t *slices = mw_mem_alloc(curves->count, sizeof(*slices));

    for (size_t i = 0; i < model->slice_count; i++)
        if (model->slices[i].samples)
            raise_slices(slices, curves, i * model->slice_ns, (i + 1) * model->slice_ns, model->slices[i].rss_max);
    write_values(out, curves, slices);
    free(slices);
}

void mw_page_curves_write_bound(FILE *out, const struct mw_page_curves *curves, const struct mw_model *model)
{
    uint64_t *slices = mw_mem_alloc(curves->count, sizeof(*slices));
    uint64_t grid = model->slice_ns ? model->slice_ns : 1;

    for (uint64_t i = 0; i < curves->count; i++) {
        uint64_t begin = i * curves->step_ns, end = begin + curves->step_ns;
        slices[i] = mw_model_bound_between(model, begin / grid * grid, (end - 1) / grid * grid + grid);
    }
    write_values(out, curves, slices);
    free(slices);
}

void mw_page_curves_write_packed(FILE *out, const uint64_t *values, uint32_t count, uint64_t unit)
{
    size_t length = 2 * (size_t)count;
    size_t size = sodium_base64_encoded_len(length, sodium_base64_VARIANT_ORIGINAL);
    unsigned char *bytes = mw_mem_alloc(length, 1);
    char *text = mw_mem_alloc(size, 1);

    for (uint32_t i = 0; i < count; i++) {
        uint64_t value = values[i] / unit + (values[i] % unit != 0);
        bytes[2 * i] = (unsigned char)value;
        bytes[2 * i + 1] = (unsigned char)(value >> 8);
    }
    fprintf(out, "\"%s\"", sodium_bin2base64(text, size, bytes, length, sodium_base64_VARIANT_ORIGINAL));
    free(bytes);
    free(text);
}

/* Samples after the rank's last measurement: they show how a rank that died grew. */
static bool add_samples(uint64_t *slices, const struct mw_page_curves *curves, const struct mw_model *model,
                        const struct mw_model_process *process, uint64_t known)
{
    bool any = false;

    for (uint32_t i = 0; i < process->recent_count; i++) {
        uint64_t begin = mw_model_elapsed(model, process->recent[i].ns);
        uint64_t end = mw_model_elapsed(model, i + 1 < process->recent_count ? process->recent[i + 1].ns : process->last_ns);
        if (begin < known || begin > curves->span_ns)
            continue;
        raise_slices(slices, curves, begin, end, process->recent[i].rss);
        any = true;
    }
    return any;
}

void mw_page_curves_write_rank(FILE *out, const struct mw_page_curves *curves, const struct mw_model *model,
                               const struct mw_model_rank *rank)
{
    uint64_t *slices = mw_mem_alloc(curves->count, sizeof(*slices));
    uint64_t created = mw_model_elapsed(model, rank->created_ns), known = mw_model_elapsed(model, rank->known_ns);
    bool any = false;

    for (uint32_t i = 0; i < rank->tick_count; i++) {
        uint64_t begin = created + i * rank->tick_ns, end = begin + rank->tick_ns;
        if (!rank->ticks[i].peak || begin > curves->span_ns)
            continue;
        raise_slices(slices, curves, begin, end > known && known > begin ? known : end, rank->ticks[i].peak);
        any = true;
    }
    any |= rank->process != MW_MODEL_NONE && add_samples(slices, curves, model, &model->processes[rank->process], known);
    if (any)
        mw_page_curves_write_packed(out, slices, curves->count, curves->unit);
    else
        fputs("null", out);
    free(slices);
}
