/* SPDX-License-Identifier: MIT */
/* Why there is no rank, or fewer than expected: what is known of the processes that may have been meant as ranks. Each
 * reason follows from observed facts (collector/journal/seen.h); without such facts no reason is given. */
#include "collector/base/map.h"
#include "collector/base/mem.h"
#include "collector/journal/seen.h"
#include "collector/merge/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum library { ANY, SOME, NONE }; /* MPI libraries among its mappings */

/* The first matching rule gives the reason. An exit record shows that memwatch's library was loaded. */
static const struct rule {
    enum mw_model_why why;
    uint32_t has, has_not;
    enum library mpi;
} rules[] = {
    {MW_MODEL_WHY_NEW_ABI, MW_SEEN_EXIT | MW_SEEN_NEW_ABI, 0, ANY},
    {MW_MODEL_WHY_FAILED, MW_SEEN_EXIT | MW_SEEN_CALLED, 0, ANY},
    {MW_MODEL_WHY_NO_INIT, MW_SEEN_EXIT | MW_SEEN_LINKED, 0, ANY},
    {MW_MODEL_WHY_DLOPEN, MW_SEEN_EXIT, 0, SOME},
    {MW_MODEL_WHY_NO_MPI, MW_SEEN_EXIT, 0, NONE},
    {MW_MODEL_WHY_STATIC, MW_SEEN_ELF | MW_SEEN_STATIC, MW_SEEN_LIBRARY, ANY},
    {MW_MODEL_WHY_FOREIGN, MW_SEEN_ELF | MW_SEEN_FOREIGN, MW_SEEN_LIBRARY, ANY},
    {MW_MODEL_WHY_SECURE, MW_SEEN_AUXV | MW_SEEN_SECURE, MW_SEEN_LIBRARY, ANY},
    {MW_MODEL_WHY_LOST, MW_SEEN_ENVIRON, MW_SEEN_PRELOAD | MW_SEEN_LIBRARY, ANY},
    {MW_MODEL_WHY_NO_FILE, MW_SEEN_NO_FILE, MW_SEEN_LIBRARY, ANY},
    {MW_MODEL_WHY_NO_DIR, MW_SEEN_NO_DIR, 0, ANY},
    {MW_MODEL_WHY_NO_INIT, MW_SEEN_LIBRARY, 0, SOME},
    {MW_MODEL_WHY_REFUSED, MW_SEEN_PRELOAD | MW_SEEN_MAPS, MW_SEEN_LIBRARY, SOME},
    {MW_MODEL_WHY_USER, MW_SEEN_USER, 0, ANY},
    {MW_MODEL_WHY_UNKNOWN, 0, 0, ANY},
};

static enum mw_model_why find_why(const struct mw_model_process *process)
{
    const struct rule *rule = rules;

    while ((process->facts & rule->has) != rule->has || process->facts & rule->has_not ||
           (rule->mpi == SOME && !process->mpi[0]) || (rule->mpi == NONE && process->mpi[0]))
        rule++;
    return rule->why == MW_MODEL_WHY_LOST && process->preload[0] ? MW_MODEL_WHY_OVERRIDDEN : rule->why;
}

/* ---- candidates ---- */

struct search {
    const struct mw_model *model;
    struct mw_map *ranks;     /* (host, pid) of ranks */
    struct mw_map *launched;  /* of processes that a launcher's variables identified as ranks, in any image */
    struct mw_map *programs;  /* of all programs in these processes */
    struct mw_map *preloaded; /* of processes with memwatch's library in their environment: the first such image */
    struct mw_map *pids;      /* (host, pid): its last image, by `images` */
    uint32_t *images;
    size_t image_count;
    struct mw_map *parents; /* (host, pid) of processes that started other programs */
    uint64_t *latest;       /* for each of these: when the last of those programs was first seen */
    size_t parent_count;
};

struct pid_key {
    uint64_t host, pid;
};

static struct pid_key pid_key_of(uint32_t host, int32_t pid)
{
    return (struct pid_key){host, (uint64_t)pid};
}

static bool is_launched(const struct mw_model_process *process)
{
    return process->launch_rank >= 0 || process->facts & MW_SEEN_LAUNCHED;
}

static void note_image(struct search *search, uint32_t index)
{
    const struct mw_model_process *process = &search->model->processes[index];
    struct pid_key key = pid_key_of(process->host, process->pid), parent = pid_key_of(process->host, process->ppid);
    uint32_t number = mw_map_add(search->pids, &key, sizeof(key), (uint32_t)search->image_count);

    if (number == search->image_count)
        *MW_MEM_PUSH(search->images, search->image_count) = index;
    else if (process->first_ns >= search->model->processes[search->images[number]].first_ns)
        search->images[number] = index;
    if (is_launched(process))
        mw_map_add(search->launched, &key, sizeof(key), 0);
    if (process->facts & MW_SEEN_PRELOAD)
        mw_map_add(search->preloaded, &key, sizeof(key), index);
    if (process->role != MW_MODEL_OTHER) /* a daemon that a program without mpirun starts for itself */
        return;
    number = mw_map_add(search->parents, &parent, sizeof(parent), (uint32_t)search->parent_count);
    if (number == search->parent_count)
        *MW_MEM_PUSH(search->latest, search->parent_count) = process->first_ns;
    else if (process->first_ns > search->latest[number])
        search->latest[number] = process->first_ns;
}

/* Programs of the same name that one process started. */
struct program {
    uint64_t host, parent;
    uintptr_t name; /* equal strings are stored once */
};

static struct program program_of(const struct mw_model_process *process)
{
    return (struct program){process->host, (uint64_t)process->ppid, (uintptr_t)process->name};
}

static struct search begin(const struct mw_model *model)
{
    struct search search = {.model = model,
                            .ranks = mw_map_create(),
                            .pids = mw_map_create(),
                            .parents = mw_map_create(),
                            .launched = mw_map_create(),
                            .programs = mw_map_create(),
                            .preloaded = mw_map_create()};

    for (uint32_t i = 0; i < model->rank_count; i++) {
        struct pid_key key = pid_key_of(model->ranks[i].host, model->ranks[i].pid);
        mw_map_add(search.ranks, &key, sizeof(key), i);
    }
    for (uint32_t i = 0; i < model->process_count; i++)
        note_image(&search, i);
    return search;
}

static void end(struct search *search)
{
    mw_map_destroy(search->ranks);
    mw_map_destroy(search->launched);
    mw_map_destroy(search->programs);
    mw_map_destroy(search->preloaded);
    mw_map_destroy(search->pids);
    mw_map_destroy(search->parents);
    free(search->images);
    free(search->latest);
}

static bool has(const struct mw_map *map, uint32_t host, int32_t pid)
{
    struct pid_key key = pid_key_of(host, pid);

    return mw_map_find(map, &key, sizeof(key)) != MW_MAP_NONE;
}

/* The last image of a process; NULL if it was not seen. */
static const struct mw_model_process *last_image(const struct search *search, uint32_t host, int32_t pid)
{
    struct pid_key key = pid_key_of(host, pid);
    uint32_t number = mw_map_find(search->pids, &key, sizeof(key));

    return number == MW_MAP_NONE ? NULL : &search->model->processes[search->images[number]];
}

/* Also true if its environment no longer shows it: it executed another program, or its parent was launched. */
static bool was_launched(const struct search *search, const struct mw_model_process *process)
{
    return has(search->launched, process->host, process->pid) || has(search->launched, process->host, process->ppid);
}

/* A wrapper: it has no MPI, and started another program as a child. Children of an earlier image of the process do not
 * count. */
static bool is_wrapper(const struct search *search, const struct mw_model_process *process)
{
    struct pid_key key = pid_key_of(process->host, process->pid);
    uint32_t number = mw_map_find(search->parents, &key, sizeof(key));

    return number != MW_MAP_NONE && search->latest[number] >= process->first_ns && !process->mpi[0] &&
           !(process->facts & (MW_SEEN_LINKED | MW_SEEN_CALLED));
}

/* The last program of a process that is not a rank and was not started by one. */
static bool is_candidate(const struct search *search, const struct mw_model_process *process)
{
    return process->role == MW_MODEL_OTHER && last_image(search, process->host, process->pid) == process &&
           !is_wrapper(search, process) && !has(search->ranks, process->host, process->pid) &&
           !has(search->ranks, process->host, process->ppid);
}

/* ---- texts ---- */

/* "; sh (pid 12), which started it, still had it": the image or process that had memwatch's library in its environment
 * before. */
static const char *preload_before(struct mw_model *model, const struct search *search, const struct mw_model_process *process)
{
    struct pid_key key = pid_key_of(process->host, process->pid);
    uint32_t before = mw_map_find(search->preloaded, &key, sizeof(key));
    const struct mw_model_process *parent = last_image(search, process->host, process->ppid);

    if (before != MW_MAP_NONE)
        return mw_model_format(model, "; %s, which ran in that process before, still had it", model->processes[before].name);
    return parent && parent->facts & MW_SEEN_PRELOAD
               ? mw_model_format(model, "; %s (pid %d), which started it, still had it", parent->name, parent->pid)
               : "";
}

static const char *describe_lost(struct mw_model *model, const struct search *search, const struct mw_model_process *process)
{
    if (process->preload[0])
        return mw_model_format(model,
                               "started with LD_PRELOAD=%s, without memwatch's library; what sets it should keep what "
                               "was in it%s",
                               process->preload, preload_before(model, search, process));
    return mw_model_format(model, "started with an environment without %s%s",
                           process->facts & MW_SEEN_RUN ? "LD_PRELOAD" : "LD_PRELOAD and memwatch's other variables",
                           preload_before(model, search, process));
}

static const char *describe(struct mw_model *model, const struct search *search, const struct mw_model_process *process,
                            enum mw_model_why why)
{
    const char *mpi = process->mpi[0] ? process->mpi : "an MPI library";

    switch (why) {
    case MW_MODEL_WHY_STATIC: return "linked statically (its program file names no loader); nothing can be preloaded";
    case MW_MODEL_WHY_FOREIGN: return "a program for another word size or machine than memwatch's library";
    case MW_MODEL_WHY_SECURE: return "set-user-ID, or with capabilities: its loader ignores LD_PRELOAD (AT_SECURE is set)";
    case MW_MODEL_WHY_USER: return "another user's process; memwatch can see neither its environment nor its libraries";
    case MW_MODEL_WHY_OVERRIDDEN:
    case MW_MODEL_WHY_LOST: return describe_lost(model, search, process);
    case MW_MODEL_WHY_NO_FILE:
        return "sees other files than memwatch (a container, a chroot), and memwatch's library is not among them; make it visible "
               "there, at the same path";
    case MW_MODEL_WHY_NO_DIR:
        return "sees other files than memwatch (a container, a chroot), and the run directory is not among them; choose one that "
               "is with --run-dir";
    case MW_MODEL_WHY_REFUSED:
        return "memwatch's library is named in its environment, but its loader did not load it; the message of the loader is on stderr";
    case MW_MODEL_WHY_NEW_ABI:
        return mw_model_format(model, "called MPI_Init of %s, an MPI that this memwatch was not built for", mpi);
    case MW_MODEL_WHY_FAILED: return "called MPI_Init, and could not be recorded; its message on stderr has the reason";
    case MW_MODEL_WHY_DLOPEN:
        return mw_model_format(model,
                               "loaded %s by dlopen() and called none of its functions by name, nor by what "
                               "dlsym() gave it; how it called them is not known",
                               mpi);
    case MW_MODEL_WHY_NO_INIT: return mw_model_format(model, "%s was loaded, and MPI_Init was not called", mpi);
    case MW_MODEL_WHY_NO_MPI: return "no MPI library was loaded at its end";
    case MW_MODEL_WHY_UNKNOWN: break;
    }
    return "why is not known";
}

/* ---- groups ---- */

/* The text after a semicolon is not compared: it names the process that had what was lost, or says what to do. */
static bool is_same(const struct mw_model_unrecorded *one, enum mw_model_why why, const char *reason)
{
    size_t length = strcspn(reason, ";");

    return one->why == why && strcspn(one->text, ";") == length && !strncmp(one->text, reason, length);
}

/* Its text is only the reason at this point. */
static void add(struct mw_model *model, enum mw_model_why why, const char *reason, uint64_t count)
{
    for (size_t i = 0; i < model->unrecorded_count; i++)
        if (is_same(&model->unrecorded[i], why, reason)) {
            model->unrecorded[i].count += count;
            return;
        }
    *MW_MEM_PUSH(model->unrecorded, model->unrecorded_count) = (struct mw_model_unrecorded){why, count, reason};
}

static bool is_like_launched(const struct search *search, const struct mw_model_process *process)
{
    struct program program = program_of(process);

    return mw_map_find(search->programs, &program, sizeof(program)) != MW_MAP_NONE;
}

/* Adds what a launcher started as a rank. Some processes may have been seen only when their environment no longer showed it. */
static void add_launched(struct mw_model *model, const struct search *search)
{
    for (size_t i = 0; i < model->process_count; i++) {
        struct program program = program_of(&model->processes[i]);
        if (was_launched(search, &model->processes[i]))
            mw_map_add(search->programs, &program, sizeof(program), 0);
    }
    for (size_t i = 0; i < model->process_count; i++) {
        const struct mw_model_process *process = &model->processes[i];
        if (is_candidate(search, process) && is_like_launched(search, process))
            add(model, find_why(process),
                mw_model_format(model, "%s: %s", process->name, describe(model, search, process, find_why(process))),
                process->count);
    }
}

/* Without a launcher: programs may use MPI alone, and most jobs without ranks have no MPI. */
static void add_all(struct mw_model *model, const struct search *search)
{
    for (size_t i = 0; i < model->process_count; i++) {
        const struct mw_model_process *process = &model->processes[i];
        enum mw_model_why why = is_candidate(search, process) ? find_why(process) : MW_MODEL_WHY_UNKNOWN;
        if (why == MW_MODEL_WHY_NO_MPI)
            add(model, why, "all programs", process->count);
        else if (why != MW_MODEL_WHY_UNKNOWN)
            add(model, why, mw_model_format(model, "%s: %s", process->name, describe(model, search, process, why)),
                process->count);
    }
}

/* An entry that explains nothing is left out if another one does. */
static bool explains(const struct mw_model_unrecorded *one)
{
    return one->why != MW_MODEL_WHY_UNKNOWN && one->why != MW_MODEL_WHY_NO_MPI;
}

static void finish(struct mw_model *model, bool launched)
{
    bool any = false;
    size_t kept = 0;

    for (size_t i = 0; i < model->unrecorded_count; i++)
        any |= explains(&model->unrecorded[i]);
    for (size_t i = 0; i < model->unrecorded_count; i++) {
        struct mw_model_unrecorded one = model->unrecorded[i];
        if (any && !explains(&one))
            continue;
        if (one.why == MW_MODEL_WHY_NO_MPI && !launched)
            one.text = mw_model_format(model, "%llu process%s had no MPI library loaded when %s ended",
                                       (unsigned long long)one.count, one.count == 1 ? "" : "es",
                                       one.count == 1 ? "it" : "they");
        else if (one.count > 1)
            one.text = mw_model_format(model, "%llu processes of %s", (unsigned long long)one.count, one.text);
        model->unrecorded[kept++] = one;
    }
    model->unrecorded_count = kept;
}

static bool lacks_ranks(const struct mw_model *model)
{
    bool lacks = !model->rank_count;

    for (size_t i = 0; i < model->world_count; i++)
        lacks |= (int64_t)model->worlds[i].ranks < model->worlds[i].size;
    return lacks && model->job.sampled && model->job.inside_rank < 0;
}

void mw_merge_unrecorded(struct mw_model *model)
{
    struct search search;
    bool launched;

    if (model->job_count || !lacks_ranks(model)) /* in a run with several jobs, each job reports it */
        return;
    search = begin(model);
    add_launched(model, &search);
    launched = model->unrecorded_count > 0;
    if (!launched && !model->rank_count)
        add_all(model, &search);
    end(&search);
    finish(model, launched);
}
