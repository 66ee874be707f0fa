/* SPDX-License-Identifier: MIT */
/* The lines above the tables: the state of the job. */
#include "collector/base/text.h"
#include "launcher/sample/free.h"
#include "launcher/top/lines.h"

#include <stdio.h>

#define COMMAND_LEAST 8

void mw_top_job_title(struct mw_top_picture *picture, const struct mw_top_data *data)
{
    struct mw_top_line *line = mw_top_lines_add(picture);
    uint64_t took = data->begin_ns && data->now > data->begin_ns ? data->now - data->begin_ns : 0;
    char state[200], fitted[200];
    int left;

    if (data->over)
        snprintf(state, sizeof(state), " ended%s%s after %s", data->ended[0] ? ", " : "", data->ended,
                 mw_top_lines_clock(took).text);
    else
        snprintf(state, sizeof(state), " %s, %s", data->orphaned ? "memwatch was killed" : "runs",
                 mw_top_lines_clock(took).text);
    mw_text_fit(fitted, sizeof(fitted), state, picture->width - 13 - COMMAND_LEAST, MW_TEXT_CUT_RIGHT);
    left = picture->width - 13 - mw_text_width(fitted);
    mw_top_lines_put(line, MW_TOP_BOLD, "memwatch top");
    mw_top_lines_cell(line, MW_TOP_PLAIN, 1, "");
    mw_top_lines_cell(line, MW_TOP_PLAIN, left, data->command);
    mw_top_lines_put(line, data->over || data->orphaned ? MW_TOP_WARN : MW_TOP_GOOD, "%s", fitted);
}

static const struct mw_top_host *tightest(const struct mw_top_data *data)
{
    const struct mw_top_host *found = NULL;

    for (size_t i = 0; i < data->host_count; i++)
        if (data->hosts[i].kind != MW_LIMIT_NONE && (!found || data->hosts[i].free < found->free))
            found = &data->hosts[i];
    return found;
}

static void add_memory(struct mw_top_picture *picture, const struct mw_top_data *data)
{
    struct mw_top_lines_wrap wrap = {.picture = picture, .title = "Memory"};

    if (!data->over && !data->orphaned)
        mw_top_lines_wrap(&wrap, MW_TOP_BOLD, "%s now", mw_units_bytes(data->rss).text);
    mw_top_lines_wrap(&wrap, MW_TOP_PLAIN, "highest ≥ %s", mw_units_bytes(data->highest).text);
    if (!data->over && !data->orphaned && data->ranks)
        mw_top_lines_wrap(&wrap, data->growth > 0 ? MW_TOP_WARN : MW_TOP_PLAIN, "%s/s", mw_units_change(data->growth).text);
}

/* Describes the limit. */
static void describe(char *text, size_t size, const struct mw_top_data *data, const struct mw_top_host *host)
{
    const struct mw_top_member *member = NULL;

    for (size_t i = 0; host->free_pid && !member && i < data->member_count; i++)
        if (data->members[i].pid == host->free_pid && &data->hosts[data->members[i].host] == host)
            member = &data->members[i];
    if (!host->free_pid)
        snprintf(text, size, "%s", mw_free_words(host->kind));
    else if (member && member->rank >= 0)
        snprintf(text, size, "%s of rank %s", mw_free_words(host->kind), mw_top_lines_label(data, member).text);
    else
        snprintf(text, size, "%s of process %d", mw_free_words(host->kind), host->free_pid);
}

/* Shows the host with the least memory left. A separate line, so that rows below keep their place. */
static void add_free(struct mw_top_picture *picture, const struct mw_top_data *data)
{
    const struct mw_top_host *host = tightest(data);
    struct mw_top_lines_wrap wrap = {.picture = picture, .title = "Free"};
    enum mw_top_style style = host && host->limit && host->free < host->limit / 10 ? MW_TOP_ALARM : MW_TOP_PLAIN;
    char what[120];

    if (!host || data->over)
        return;
    describe(what, sizeof(what), data, host);
    mw_top_lines_wrap(&wrap, style, "%s of %s", mw_units_bytes(host->free).text, what);
    if (host->limit)
        mw_top_lines_wrap(&wrap, MW_TOP_PLAIN, "%s in all", mw_units_bytes(host->limit).text);
    if (data->host_count > 1)
        mw_top_lines_wrap(&wrap, MW_TOP_PLAIN, "on %s, the lowest", host->name);
}

struct tally {
    uint32_t live, calling, ended, died, others;
    uint64_t others_rss;
    const struct mw_top_member *first_died;
};

static struct tally count(const struct mw_top_data *data)
{
    struct tally tally = {0};

    for (uint32_t i = 0; i < data->ranks; i++) {
        const struct mw_top_member *member = &data->members[i];
        tally.live += member->end == MW_TOP_LIVES;
        tally.calling += member->end == MW_TOP_LIVES && member->in_call;
        tally.ended += member->end == MW_TOP_ENDED;
        tally.died += member->end == MW_TOP_DIED;
        if (member->end == MW_TOP_DIED && (!tally.first_died || member->ended_ns < tally.first_died->ended_ns))
            tally.first_died = member;
    }
    for (size_t i = 0; i < data->host_count; i++) {
        tally.others += data->hosts[i].others;
        tally.others_rss += data->hosts[i].others_rss;
    }
    return tally;
}

static void add_ranks_line(struct mw_top_picture *picture, const struct mw_top_data *data)
{
    struct mw_top_lines_wrap wrap = {.picture = picture, .title = data->ranks ? "Ranks" : "Processes"};
    struct tally tally = count(data);

    if (data->ranks) {
        mw_top_lines_wrap(&wrap, MW_TOP_PLAIN, "%u live", tally.live);
        if (tally.calling)
            mw_top_lines_wrap(&wrap, MW_TOP_PLAIN, "%u in MPI calls", tally.calling);
        if (tally.ended)
            mw_top_lines_wrap(&wrap, MW_TOP_PLAIN, "%u ended", tally.ended);
        if (tally.died)
            mw_top_lines_wrap(&wrap, MW_TOP_ALARM, "%u died", tally.died);
        if (tally.others)
            mw_top_lines_wrap(&wrap, MW_TOP_PLAIN, "%u other process%s %s", tally.others, tally.others == 1 ? "" : "es",
                              mw_units_bytes(tally.others_rss).text);
    } else
        mw_top_lines_wrap(&wrap, MW_TOP_PLAIN, "%zu, and no MPI rank yet", data->member_count);
    if (data->host_count == 1)
        mw_top_lines_wrap(&wrap, MW_TOP_PLAIN, "on %s", data->hosts[0].name);
    else
        mw_top_lines_wrap(&wrap, MW_TOP_PLAIN, "on %zu hosts", data->host_count);
}

void mw_top_job_add(struct mw_top_picture *picture, const struct mw_top_data *data)
{
    struct tally tally = count(data);
    struct mw_top_lines_wrap wrap = {.picture = picture, .title = "Died"};
    struct mw_top_lines_wrap unread = {.picture = picture, .title = "Unread"};

    add_memory(picture, data);
    add_free(picture, data);
    mw_top_jobs_add(picture, data);
    add_ranks_line(picture, data);
    if (tally.first_died)
        mw_top_lines_wrap(&wrap, MW_TOP_ALARM, "%s%s: %s%s", tally.first_died->rank < 0 ? "" : "rank ",
                          mw_top_lines_label(data, tally.first_died).text, tally.first_died->how,
                          tally.died > 1 ? ", and others" : "");
    if (data->unread)
        mw_top_lines_wrap(&unread, MW_TOP_WARN, "%u file%s: %s", data->unread, data->unread == 1 ? "" : "s", data->error.text);
    mw_top_lines_add(picture);
}
