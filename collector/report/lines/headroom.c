/* SPDX-License-Identifier: MIT */
/* The headroom of the limit with the least left: which limit, what counts against it, how exact it is. */
#include "collector/report/lines/lines.h"
#include "collector/report/lines/words.h"

#include <stdio.h>
#include <string.h>

/* A death is reported as near a limit of its process if less than this part of the limit was left. */
#define NEAR_SHARE 10
/* Parts of the used memory below this share, in percent, are not listed. */
#define PART_SHARE 2

static uint64_t left_of(uint64_t bytes, uint64_t used)
{
    return bytes > used ? bytes - used : 0;
}

static struct mw_units program_of(const struct mw_model *model, uint32_t index)
{
    const struct mw_model_process *process = &model->processes[index];
    struct mw_units units;

    snprintf(units.text, sizeof(units.text), "process %d (%.16s)", process->pid, process->name);
    return units;
}

static const char *ulimit_words(enum mw_limit_kind kind)
{
    return kind == MW_LIMIT_ADDRESS ? "ulimit -v (address space)" : "ulimit -d (data segment)";
}

static void describe_charge(char *text, size_t size, const struct mw_model_charge *charge)
{
    switch (charge->kind) {
    case MW_LIMIT_NODE: snprintf(text, size, "the memory of the node"); break;
    case MW_LIMIT_SLURM: snprintf(text, size, "what Slurm granted on the node"); break;
    case MW_LIMIT_HIGH: snprintf(text, size, "memory.high of control group %s", charge->path); break;
    case MW_LIMIT_MEMSW: snprintf(text, size, "the limit on memory and swap of control group %s", charge->path); break;
    default:
        snprintf(text, size, "the limit of %scontrol group %s", charge->above ? "a group, not visible here, above " : "",
                 charge->path);
    }
}

static const struct mw_model_charge *charge_of(const struct mw_model *model, const struct mw_model_headroom *headroom)
{
    return headroom->charge == MW_MODEL_NONE ? NULL : &model->hosts[headroom->host].charges[headroom->charge];
}

static void describe_limit(char *text, size_t size, const struct mw_model *model, const struct mw_model_headroom *headroom)
{
    const struct mw_model_charge *charge = charge_of(model, headroom);

    if (charge)
        describe_charge(text, size, charge);
    else if (headroom->rank != MW_MODEL_NONE)
        snprintf(text, size, "%s of rank %s", ulimit_words(headroom->kind), mw_report_rank(model, headroom->rank).text);
    else
        snprintf(text, size, "%s of %s", ulimit_words(headroom->kind), program_of(model, headroom->process).text);
}

void mw_lines_limit(char *text, size_t size, const struct mw_model *model)
{
    text[0] = '\0';
    if (model->headroom.kind != MW_LIMIT_NONE)
        describe_limit(text, size, model, &model->headroom);
}

static const char *how_sure(const struct mw_model_headroom *headroom)
{
    return headroom->left.kind == MW_MODEL_EXACT ? "" : headroom->left.kind == MW_MODEL_AT_MOST ? "at most " : "about ";
}

void mw_lines_fits(char *text, size_t size, const struct mw_model *model)
{
    const struct mw_model_headroom *headroom = &model->headroom;
    char what[600], left[80] = "nothing", where[200] = "";

    text[0] = '\0';
    if (headroom->kind == MW_LIMIT_NONE)
        return;
    describe_limit(what, sizeof(what), model, headroom);
    if (headroom->left.bytes)
        snprintf(left, sizeof(left), "%s%s", how_sure(headroom), mw_units_bytes(headroom->left.bytes).text);
    if (model->host_count > 1)
        snprintf(where, sizeof(where), " on %s, where it was least", model->hosts[headroom->host].name);
    snprintf(text, size, "%s, %s, had %s left%s", what, mw_units_bytes(headroom->bytes).text, left, where);
}

/* ---- what counts ---- */

static void add_part(char *text, size_t size, uint64_t part, uint64_t used, const char *what)
{
    size_t length = strlen(text);

    if (part && part >= used / 100 * PART_SHARE)
        snprintf(text + length, size - length, "%s%s %s", length ? ", " : "", mw_units_bytes(part).text, what);
}

/* What the kernel counts in addition to the other parts. */
static const char *rest_words(enum mw_limit_kind kind)
{
    switch (kind) {
    case MW_LIMIT_NODE: return "kernel memory, reserved huge pages and what the kernel keeps free";
    case MW_LIMIT_MEMSW: return "kernel memory and what is swapped out";
    default: return "kernel memory";
    }
}

static void list_parts(char *text, size_t size, const struct mw_model_charge *charge)
{
    uint64_t used = charge->anon + charge->shmem + charge->dirty + charge->kernel;

    text[0] = '\0';
    add_part(text, size, charge->anon, used, "memory of programs");
    add_part(text, size, charge->shmem, used, "files in tmpfs and shared memory");
    add_part(text, size, charge->dirty, used, "page cache not yet written");
    add_part(text, size, charge->kernel, used, rest_words(charge->kind));
}

/* Of all processes: the share of the job is not known, because its RSS counts shared pages more than once. */
static void write_used(struct mw_lines *lines, const struct mw_model_charge *charge, bool shared)
{
    uint64_t used = charge->anon + charge->shmem + charge->dirty + charge->kernel;
    char parts[300], rss[80] = "";

    if (charge->rss)
        snprintf(rss, sizeof(rss), "; the job's RSS adds up to %s", mw_units_bytes(charge->rss).text);
    list_parts(parts, sizeof(parts), charge);
    if (charge->kind == MW_LIMIT_SLURM)
        mw_lines_add(
            lines, 1, MW_LINE_ASIDE,
            "counted by the sum of RSS, %s at %s (sampled); whether Slurm enforces it is not known: no control group does",
            mw_units_bytes(charge->used.bytes).text, mw_report_when(lines->model, charge->ns).text);
    else if (charge->cache_counts)
        mw_lines_add(
            lines, 1, MW_LINE_ASIDE,
            "at %s (sampled) %s was not free; the kernel does not say here how much of it is page cache that it could drop",
            mw_report_when(lines->model, charge->ns).text, mw_units_bytes(charge->used.bytes).text);
    else if (used)
        mw_lines_add(lines, 1, MW_LINE_ASIDE, "in use, sampled at %s: %s (%s), without page cache that the kernel can drop%s%s",
                     mw_report_when(lines->model, charge->ns).text, mw_units_bytes(used).text, parts, rss,
                     shared ? "; other processes are in that group as well" : "");
    if (charge->swap_left && charge->kind != MW_LIMIT_SLURM)
        mw_lines_add(lines, 1, MW_LINE_ASIDE, "beyond it, %s could have been swapped out",
                     mw_units_bytes(charge->swap_left).text);
}

/* The peak recorded by the kernel. */
static void write_peak(struct mw_lines *lines, const struct mw_model_charge *charge)
{
    char left[100] = "";

    if (charge->upper.kind == MW_MODEL_UNKNOWN)
        return;
    if (charge->upper.bytes < charge->bytes && !charge->ran_out)
        snprintf(left, sizeof(left), ": at least %s was always left", mw_units_bytes(charge->bytes - charge->upper.bytes).text);
    mw_lines_add(lines, 1, MW_LINE_ASIDE, "the control group's peak is %s, including all page cache and kernel memory%s",
                 mw_units_bytes(charge->upper.bytes).text, left);
}

/* Without a peak recorded by the kernel, peaks between two samples are not known. */
static void write_between(struct mw_lines *lines, const struct mw_model_host *host, uint64_t left)
{
    uint64_t more = host->upper.kind == MW_MODEL_AT_MOST ? left_of(host->upper.bytes, host->seen.bytes) : 0;

    if (more > left / 20)
        mw_lines_add(lines, 1, more > left ? MW_LINE_WARN : MW_LINE_ASIDE,
                     "between two samples the job may have had up to %s more RSS", mw_units_bytes(more).text);
}

static bool is_shared(const struct mw_model_host *host, const struct mw_model_charge *charge)
{
    for (uint32_t i = 0; charge->path[0] && i < host->cgroup_count; i++)
        if (host->cgroups[i].shared && !strcmp(host->cgroups[i].limit_path, charge->path))
            return true;
    return false;
}

static void write_charge(struct mw_lines *lines, const struct mw_model_host *host, const struct mw_model_charge *charge)
{
    if (charge->ran_out)
        mw_lines_add(lines, 1, MW_LINE_ALARM, "the limit was reached: the OOM killer was called for it");
    write_used(lines, charge, is_shared(host, charge));
    write_peak(lines, charge);
    if (charge->upper.kind == MW_MODEL_UNKNOWN && !charge->ran_out)
        write_between(lines, host, left_of(charge->bytes, charge->used.bytes));
}

static void write_ulimit(struct mw_lines *lines, const struct mw_model_headroom *headroom)
{
    bool exact = headroom->used.kind == MW_MODEL_EXACT;

    if (headroom->kind == MW_LIMIT_ADDRESS)
        mw_lines_add(lines, 1, MW_LINE_ASIDE,
                     "its address space was %s at its largest (VmPeak, %s), touched or not; the limit does not count RSS",
                     mw_units_bytes(headroom->used.bytes).text, exact ? "exact" : "as last read");
    else
        mw_lines_add(lines, 1, MW_LINE_ASIDE,
                     "its private writable memory was %s (the largest VmData that was read), "
                     "touched or not; the limit does not count RSS",
                     mw_units_bytes(headroom->used.bytes).text);
}

/* ---- memory.high ---- */

static void write_high(struct mw_lines *lines, const struct mw_model_host *host, const struct mw_model_charge *charge)
{
    const struct mw_model *model = lines->model;
    char where[160] = "";

    if (model->host_count > 1)
        snprintf(where, sizeof(where), "on %s, ", host->name);
    if (charge->hits)
        mw_lines_add(lines, 1, MW_LINE_WARN,
                     "%smemory.high (%s) of control group %s was exceeded %llu times: the kernel throttles its "
                     "processes then",
                     where, mw_units_bytes(charge->bytes).text, charge->path, (unsigned long long)charge->hits);
    else if (charge->used.kind != MW_MODEL_UNKNOWN && left_of(charge->bytes, charge->used.bytes) < model->headroom.left.bytes)
        mw_lines_add(lines, 1, MW_LINE_PLAIN,
                     "%sat most %s left of %s, memory.high of control group %s, above which the kernel throttles processes",
                     where, mw_units_bytes(left_of(charge->bytes, charge->used.bytes)).text, mw_units_bytes(charge->bytes).text,
                     charge->path);
}

static void write_all_high(struct mw_lines *lines)
{
    for (size_t h = 0; h < lines->model->host_count; h++)
        for (uint32_t i = 0; i < lines->model->hosts[h].charge_count; i++)
            if (lines->model->hosts[h].charges[i].kind == MW_LIMIT_HIGH)
                write_high(lines, &lines->model->hosts[h], &lines->model->hosts[h].charges[i]);
}

void mw_lines_headroom(struct mw_lines *lines)
{
    const struct mw_model *model = lines->model;
    const struct mw_model_headroom *headroom = &model->headroom;
    const struct mw_model_charge *charge;
    char what[600], where[200] = "";
    enum mw_line_kind kind;

    if (headroom->kind == MW_LIMIT_NONE)
        return;
    charge = charge_of(model, headroom);
    kind = !headroom->left.bytes ? MW_LINE_ALARM : headroom->left.bytes < headroom->bytes / 20 ? MW_LINE_WARN : MW_LINE_PLAIN;
    describe_limit(what, sizeof(what), model, headroom);
    if (model->host_count > 1)
        snprintf(where, sizeof(where), "on %s, where it was least: ", model->hosts[headroom->host].name);
    if (headroom->left.bytes)
        mw_lines_add(lines, 0, kind, "%s%s%s left of %s, %s", where, how_sure(headroom),
                     mw_units_bytes(headroom->left.bytes).text, mw_units_bytes(headroom->bytes).text, what);
    else
        mw_lines_add(lines, 0, kind, "%snothing left of %s, %s", where, mw_units_bytes(headroom->bytes).text, what);
    mw_lines_label(lines, "Headroom");
    if (charge)
        write_charge(lines, &model->hosts[headroom->host], charge);
    else
        write_ulimit(lines, headroom);
    write_all_high(lines);
}

/* Failed allocations are not counted, so this says only that the limit was near. */
static void write_near(struct mw_lines *lines, enum mw_limit_kind kind, const struct mw_model_ulimit *ulimit)
{
    uint64_t left = left_of(ulimit->bytes, ulimit->used.bytes);

    if (ulimit->bytes && ulimit->used.kind != MW_MODEL_UNKNOWN && left < ulimit->bytes / NEAR_SHARE)
        mw_lines_add(lines, 1, MW_LINE_WARN, "near its limit: %s%s left of %s, %s",
                     ulimit->used.kind == MW_MODEL_EXACT ? "" : "at most ", mw_units_bytes(left).text,
                     mw_units_bytes(ulimit->bytes).text, ulimit_words(kind));
}

void mw_lines_ulimits(struct mw_lines *lines, uint32_t rank, uint32_t process)
{
    const struct mw_model *model = lines->model;

    if (rank != MW_MODEL_NONE) {
        write_near(lines, MW_LIMIT_ADDRESS, &model->ranks[rank].address);
        write_near(lines, MW_LIMIT_DATA, &model->ranks[rank].data);
    } else if (process != MW_MODEL_NONE) {
        write_near(lines, MW_LIMIT_ADDRESS, &model->processes[process].address);
        write_near(lines, MW_LIMIT_DATA, &model->processes[process].data);
    }
}
