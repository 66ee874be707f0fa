/* SPDX-License-Identifier: MIT */
/* Ranks of a running job, from the few hundred bytes of each journal that contain their state. */
#include "collector/base/clock.h"
#include "collector/base/mem.h"
#include "collector/base/names.h"
#include "collector/base/signal_name.h"
#include "collector/base/text.h"
#include "collector/journal/read.h"
#include "collector/model/model.h"
#include "launcher/top/parts.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define RECENT_GAP_NS (250 * MW_NS_PER_MS)
#define GROWTH_NS (2 * MW_NS_PER_SEC)        /* interval over which growth is computed, */
#define STALE_NS (5 * MW_NS_PER_SEC)         /* unless it ended this long ago, without a sampler; */
#define GROWTH_LEAST_NS (200 * MW_NS_PER_MS) /* minimum interval */

/* A journal that is open for one read. */
struct journal {
    struct mw_journal_source source;
    struct mw_record_head head;
    struct mw_state state;
};

/* Difference of untrusted numbers. */
static int64_t per_second(uint64_t before, uint64_t after, uint64_t ns)
{
    double rate = ((double)after - (double)before) * (double)MW_NS_PER_SEC / (double)ns;

    return rate > 1e18 ? (int64_t)1e18 : rate < -1e18 ? (int64_t)-1e18 : (int64_t)rate;
}

/* Copies a field that may not be terminated. */
static void copy_clean(char *to, size_t size, const char *from, size_t from_size)
{
    size_t length = strnlen(from, from_size < size ? from_size : size - 1);

    memcpy(to, from, length);
    to[length] = '\0';
    mw_text_clean(to);
}

/* ---- a rank's current state ---- */

static void read_call(struct mw_top_member *member, const struct journal *journal)
{
    uint32_t site = journal->state.in_site ? journal->state.in_site : journal->state.last_site;
    struct mw_site entry;

    member->in_call = journal->state.in_site != 0;
    if (site == member->site)
        return;
    if (!site)
        member->call[0] = '\0';
    else if (!mw_journal_read_entry(&entry, &journal->source, &journal->head, MW_SECTION_SITE, site - 1))
        copy_clean(member->call, sizeof(member->call), entry.call, sizeof(entry.call));
    else
        return; /* added after the head was read: next time */
    member->site = site;
}

/* The innermost named phase. A parent precedes its children, so the loop ends. */
static void read_phase(struct mw_top_member *member, const struct journal *journal)
{
    uint32_t index = journal->state.phase, parent;
    struct mw_phase phase = {0};

    if (index == member->phase_index)
        return;
    member->phase[0] = '\0';
    for (parent = index; parent; parent = phase.parent < parent ? phase.parent : 0) {
        if (mw_journal_read_entry(&phase, &journal->source, &journal->head, MW_SECTION_PHASE, parent - 1))
            return; /* likewise */
        if (phase.kind == MW_PHASE_USER)
            break;
    }
    if (parent)
        copy_clean(member->phase, sizeof(member->phase), phase.name, sizeof(phase.name));
    member->phase_index = index;
}

static void take_state(struct mw_top_data *data, struct mw_top_member *member, const struct journal *journal)
{
    const struct mw_top_host *host = &data->hosts[member->host];
    const struct mw_state *state = &journal->state;

    member->unmeasured = state->unmeasured_ns != 0;
    member->stage = state->stage <= MW_STAGE_ABORTED ? (enum mw_stage)state->stage : MW_STAGE_RUNNING;
    read_call(member, journal);
    read_phase(member, journal);
    member->since_ns = mw_top_hosts_time(host, state->since_ns);
    if (state->rss_ns > member->rss_ns) {
        member->rss = state->rss;
        member->rss_ns = state->rss_ns;
    }
    if (state->peak > member->peak)
        member->peak = state->peak;
    if (member->stage == MW_STAGE_ABORTED)
        snprintf(member->how, sizeof(member->how), "MPI_Abort(%d)", (int)state->abort_code);
}

static int read_journal(struct mw_top_data *data, struct mw_top_member *member, struct mw_err *err)
{
    struct journal journal;
    struct mw_ident ident;
    int result = -1;

    if (mw_journal_source_open(&journal.source, data->dirfd, member->journal, err) < 0)
        return -1;
    if (!mw_journal_read_head(&journal.head, &journal.source, err)) {
        if (member->rank < 0 && !mw_journal_read_entry(&ident, &journal.source, &journal.head, MW_SECTION_IDENT, 0))
            member->rank = ident.rank >= 0 ? ident.rank : -1;
        result = mw_journal_read_entry(&journal.state, &journal.source, &journal.head, MW_SECTION_STATE, 0);
        if (!result)
            take_state(data, member, &journal);
        else
            mw_err_set(err, "damaged: no rank state");
    }
    mw_journal_source_close(&journal.source);
    return result;
}

/* ---- discovery ---- */

static uint32_t find_world(struct mw_top_data *data, const struct mw_ident *ident)
{
    for (size_t i = 0; i < data->world_count; i++)
        if (data->worlds[i].id == ident->world_id)
            return (uint32_t)i;
    *MW_MEM_PUSH(data->worlds, data->world_count) = (struct mw_top_world){
        .id = ident->world_id, .begin_ns = ident->mono_ns, .spawned = ident->spawned != 0};
    mw_top_jobs_number(data);
    return (uint32_t)data->world_count - 1;
}

static void add_rank(struct mw_top_data *data, const char *name)
{
    struct mw_top_member *member;
    struct mw_ident ident;
    struct mw_err err;

    if (mw_map_find(data->journals, name, strlen(name)) != MW_MAP_NONE)
        return;
    if (mw_journal_read_ident(&ident, data->dirfd, name)) {
        mw_err_set(&err, "not a journal of this version, or incomplete");
        mw_top_data_complain(data, name, &err);
        return;
    }
    mw_map_add(data->journals, name, strlen(name), data->ranks);
    member = MW_MEM_PUSH(data->members, data->member_count);
    data->ranks++;
    *member = (struct mw_top_member){
        .is_rank = true,
        .rank = ident.rank >= 0 ? ident.rank : -1,
        .pid = ident.pid,
        .world = find_world(data, &ident),
        .host = mw_top_hosts_find(data, ident.host),
        .start_ticks = ident.start_ticks,
        .journal = mw_mem_copy(name),
        .process = MW_TOP_NONE,
    };
    if (!data->begin_ns && data->hosts[member->host].is_here)
        data->begin_ns = ident.mono_ns;
    if (!data->command[0])
        copy_clean(data->command, sizeof(data->command), ident.command, sizeof(ident.command));
}

/* A file that was removed meanwhile, as at the end of a run, is not damaged. */
static bool is_there(const struct mw_top_data *data, const char *name)
{
    return !faccessat(data->dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW);
}

void mw_top_ranks_read(struct mw_top_data *data)
{
    struct mw_names names;
    struct mw_err err;

    if (mw_journal_source_list(&names, data->dirfd, NULL, NULL))
        return;
    if (!data->ranks && names.count)
        data->member_count = 0; /* drop the processes that were listed instead of ranks */
    for (size_t i = 0; i < names.count; i++)
        add_rank(data, names.items[i]);
    for (uint32_t i = 0; names.count && i < data->ranks; i++) {
        struct mw_top_member *member = &data->members[i];
        if (!member->done && read_journal(data, member, &err) && is_there(data, member->journal))
            mw_top_data_complain(data, member->journal, &err);
    }
    mw_names_fini(&names);
}

/* ---- memory and end ---- */

/* The last program of the process: entries are only appended. An ended process does not change. */
static const struct mw_view_process *find_process(struct mw_top_member *member, const struct mw_view *view)
{
    if (member->process < view->process_count && mw_top_hosts_lives(view, &view->processes[member->process]))
        return &view->processes[member->process];
    for (uint64_t p = view->process_count; p-- > 0;)
        if (view->processes[p].pid == member->pid && view->processes[p].start_ticks == member->start_ticks) {
            member->process = (uint32_t)p;
            return &view->processes[p];
        }
    member->process = MW_TOP_NONE;
    return NULL;
}

static void take_process(struct mw_top_member *member, const struct mw_view_process *process)
{
    uint64_t seen = process->hwm_seen > process->rss_max ? process->hwm_seen : process->rss_max;

    if (process->last_ns >= member->rss_ns) {
        member->rss = process->rss_last;
        member->rss_ns = process->last_ns;
    }
    if (seen > member->peak)
        member->peak = seen;
    member->recent_count = 0;
    for (uint32_t i = 0; i < MW_VIEW_RECENT; i++) {
        const struct mw_view_rss *moment = &process->recent[(process->recent_next + i) % MW_VIEW_RECENT];
        if (moment->ns)
            member->recent[member->recent_count++] = *moment;
    }
}

/* Without a sampler, uses readings made by this process. */
static void note_recent(struct mw_top_member *member)
{
    uint32_t count = member->recent_count;

    if (!member->rss_ns || (count && member->rss_ns < member->recent[count - 1].ns + RECENT_GAP_NS))
        return;
    if (count == MW_VIEW_RECENT)
        memmove(member->recent, member->recent + 1, --count * sizeof(member->recent[0]));
    member->recent[count] = (struct mw_view_rss){member->rss_ns, member->rss};
    member->recent_count = count + 1;
}

static void find_growth(const struct mw_top_data *data, struct mw_top_member *member, bool sampled)
{
    const struct mw_view_rss *last, *first;

    member->growth_known = false;
    member->growth = 0;
    if (!member->recent_count || member->end != MW_TOP_LIVES)
        return;
    last = first = &member->recent[member->recent_count - 1];
    while (first > member->recent && (first == last || last->ns - first[-1].ns <= GROWTH_NS))
        first--; /* samples may be at longer intervals */
    if (!sampled && data->now > last->ns + STALE_NS)
        return;
    if (last->ns - first->ns < GROWTH_LEAST_NS)
        return;
    member->growth_known = true;
    member->growth = per_second(first->rss, last->rss, last->ns - first->ns);
}

static void end_by(struct mw_top_member *member, bool badly, const char *how)
{
    member->end = badly ? MW_TOP_DIED : MW_TOP_ENDED;
    snprintf(member->how, sizeof(member->how), "%s", how);
}

/* Whether the last stage in its journal is final. */
static bool has_final_stage(const struct mw_top_member *member)
{
    return member->stage >= MW_STAGE_FINALIZED; /* or MW_STAGE_EXITED, MW_STAGE_ABORTED */
}

static void end_by_status(struct mw_top_member *member, int status, bool is_known)
{
    const char *name = WIFSIGNALED(status) ? mw_signal_name(WTERMSIG(status)) : NULL;
    bool unfinished = is_known && !has_final_stage(member);
    char text[64];

    if (name)
        snprintf(text, sizeof(text), "killed by %s", name);
    else if (WIFSIGNALED(status))
        snprintf(text, sizeof(text), "killed by signal %d", WTERMSIG(status));
    else if (WEXITSTATUS(status))
        snprintf(text, sizeof(text), "ended with status %d", WEXITSTATUS(status));
    else
        snprintf(text, sizeof(text), unfinished ? "ended without MPI_Finalize" : "ended");
    end_by(member, status || unfinished, text);
}

/* Without a known status, uses the last stage in its journal, if that could be read. */
static void end_unseen(struct mw_top_member *member, bool is_known)
{
    if (member->stage == MW_STAGE_ABORTED)
        member->end = MW_TOP_DIED; /* `how` is set */
    else if (has_final_stage(member) || !is_known)
        end_by(member, false, "ended");
    else
        end_by(member, true, "ended before MPI_Finalize");
}

static bool has_ended(const struct mw_top_data *data, const struct mw_top_member *member, const struct mw_view_process *process)
{
    const struct mw_top_host *host = &data->hosts[member->host];
    bool watched = process && !data->orphaned && !host->view.end_ns;

    if (process && process->end != MW_VIEW_LIVES)
        return true;
    if (host->is_here)
        return !watched && mw_alive_is_here(&data->alive, data->alive.host) &&
               !mw_alive_check(&data->alive, data->alive.host, member->pid, member->start_ticks);
    return host->view.end_ns || data->over || (!process && member->stage == MW_STAGE_EXITED);
}

/* The journal was read before the process was known to have ended: the stage read then may not be the last one. */
static void find_end(struct mw_top_data *data, struct mw_top_member *member, const struct mw_view_process *process)
{
    bool is_known;

    if (!has_ended(data, member, process))
        return;
    is_known = !read_journal(data, member, NULL);
    if (process && process->end == MW_VIEW_STATUS && member->stage != MW_STAGE_ABORTED)
        end_by_status(member, process->wait_status, is_known);
    else
        end_unseen(member, is_known);
    member->rss = 0;
    member->ended_ns = process ? mw_top_hosts_time(&data->hosts[member->host], process->end_ns) : 0;
    member->peak_exact = member->end == MW_TOP_ENDED && member->stage == MW_STAGE_EXITED && !member->unmeasured;
}

static void settle(struct mw_top_data *data, struct mw_top_member *member)
{
    const struct mw_view *view = &data->hosts[member->host].view;
    const struct mw_view_process *process = find_process(member, view);
    bool sampled = process && !data->orphaned;

    if (sampled)
        take_process(member, process);
    else
        note_recent(member);
    find_end(data, member, process);
    find_growth(data, member, sampled);
    member->done = member->end != MW_TOP_LIVES;
}

/* A job without ranks: its running processes. */
static void list_processes(struct mw_top_data *data)
{
    data->member_count = 0;
    for (uint32_t h = 0; h < data->host_count; h++) {
        const struct mw_view *view = &data->hosts[h].view;
        for (uint64_t p = 0; !view->end_ns && p < view->process_count; p++) {
            const struct mw_view_process *process = &view->processes[p];
            const char *name = strrchr(process->exe, '/');
            struct mw_top_member *member;
            if (!mw_top_hosts_lives(view, process))
                continue;
            member = MW_MEM_PUSH(data->members, data->member_count);
            *member = (struct mw_top_member){.rank = -1, .pid = process->pid, .host = h, .process = (uint32_t)p};
            take_process(member, process);
            name = name ? name + 1 : process->exe[0] ? process->exe : process->command;
            copy_clean(member->call, sizeof(member->call), name, sizeof(process->command));
        }
    }
}

void mw_top_ranks_settle(struct mw_top_data *data)
{
    data->growth = 0;
    if (!data->ranks && !data->over)
        list_processes(data);
    for (uint32_t i = 0; i < data->ranks; i++) {
        if (!data->members[i].done)
            settle(data, &data->members[i]);
        data->growth = mw_model_sum_change(data->growth, data->members[i].growth);
    }
}
