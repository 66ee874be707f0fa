/* SPDX-License-Identifier: MIT */
#include "launcher/top/picture.h"

#include "launcher/top/lines.h"

#include <stdio.h>
#include <stdlib.h>

#define COLUMNS_MAX 200 /* wider lines are not useful, and must fit struct mw_top_line */

/* ---- hosts ---- */

#define HOSTS_WIDE 80 /* from this width on the column of the maximum is shown, */
#define HOSTS_AGE 48  /* and from this one the age of the last sample */

static int name_width(const struct mw_top_picture *picture)
{
    return picture->width >= HOSTS_WIDE ? 27 : picture->width >= HOSTS_AGE ? picture->width - 40 : 8;
}

static enum mw_top_style age_style(const struct mw_top_data *data, const struct mw_top_host *host)
{
    return !data->over && data->now > host->seen_ns + MW_TOP_OLD_NS ? MW_TOP_WARN : MW_TOP_PLAIN;
}

static void add_host(struct mw_top_picture *picture, const struct mw_top_data *data, const struct mw_top_host *host)
{
    struct mw_top_line *line = mw_top_lines_add(picture);
    bool low = host->limit && host->free < host->limit / 10;
    uint64_t age = data->now > host->seen_ns ? data->now - host->seen_ns : 0;
    char text[64];

    mw_top_lines_cell(line, MW_TOP_BOLD, name_width(picture), host->name);
    snprintf(text, sizeof(text), "%u", host->ranks);
    mw_top_lines_cell(line, MW_TOP_PLAIN, -6, text);
    mw_top_lines_cell(line, MW_TOP_PLAIN, -11, mw_units_bytes(host->now).text);
    snprintf(text, sizeof(text), "≥ %s", mw_units_bytes(host->highest).text);
    if (picture->width >= HOSTS_WIDE)
        mw_top_lines_cell(line, MW_TOP_PLAIN, -13, text);
    mw_top_lines_cell(line, low ? MW_TOP_ALARM : MW_TOP_PLAIN, -12,
                      host->kind == MW_LIMIT_NONE ? "" : mw_units_bytes(host->free).text);
    snprintf(text, sizeof(text), "%s%s", host->seen_ns ? mw_top_lines_clock(age).text : "never", host->seen_ns ? " ago" : "");
    if (picture->width >= HOSTS_AGE)
        mw_top_lines_cell(line, age_style(data, host), -11, text);
}

static void add_hosts(struct mw_top_picture *picture, const struct mw_top_data *data, struct mw_top_choice *choice, int height)
{
    struct mw_top_line *line = mw_top_lines_add(picture);
    char text[sizeof(line->text)];
    size_t end;

    snprintf(text, sizeof(text), "%-*s%6s%11s%s%12s%s", name_width(picture), "host", "ranks", "memory",
             picture->width >= HOSTS_WIDE ? "      highest" : "", "free", picture->width >= HOSTS_AGE ? "    sampled" : "");
    mw_top_lines_cell(line, MW_TOP_HEAD, picture->width, text);
    end = mw_top_lines_page(picture, choice, data->host_count, height);
    for (size_t i = choice->first; i < end; i++)
        add_host(picture, data, &data->hosts[i]);
}

/* ---- keys ---- */

static const char *const help[] = {
    "m  sort by memory            Up Down PgUp PgDn Home End",
    "r  sort by rank                 scroll (also k and j)",
    "g  sort by growth            v  hosts, and back",
    "/  filter: rows with a text  h  this help, and back",
    "   in them; Esc for all      q  quit; the job continues",
    "",
    "memory   RSS by the newest sample or MPI call; dim when",
    "         it is older than 5 s",
    "highest  >= at least: the kernel's mark at the last",
    "         measured MPI call, or a sample; = exact: the",
    "         rank has ended",
    "growth   per second, over the last 2 s (or samples)",
    "since    how long in this MPI call, or out of the last",
    "free     of the node, or of its control group, ~ about",
};

static void add_help(struct mw_top_picture *picture)
{
    for (size_t i = 0; i < sizeof(help) / sizeof(help[0]); i++)
        mw_top_lines_cell(mw_top_lines_add(picture), MW_TOP_PLAIN, picture->width, help[i]);
}

static void add_keys(struct mw_top_picture *picture, const struct mw_top_data *data, const struct mw_top_choice *choice)
{
    struct mw_top_line *line = mw_top_lines_add(picture);
    char text[160];

    if (choice->typing || choice->filter[0])
        snprintf(text, sizeof(text), "/%s%s", choice->filter,
                 choice->typing ? "_  Enter: done  Esc: all" : "  Esc: all  q quit");
    else
        snprintf(text, sizeof(text), "%sq quit  m r g sort  v hosts  / filter  h help",
                 data->over ? "The job has ended.  " : "");
    mw_top_lines_cell(line, choice->typing || data->over ? MW_TOP_WARN : MW_TOP_DIM, picture->width, text);
}

/* The last line is drawn at the bottom; lines that do not fit above it are dropped. */
static void fill(struct mw_top_picture *picture, const struct mw_top_data *data, const struct mw_top_choice *choice, int height)
{
    if (picture->count > (size_t)height - 1)
        picture->count = (size_t)height - 1;
    while (picture->count < (size_t)height - 1)
        mw_top_lines_add(picture);
    add_keys(picture, data, choice);
}

void mw_top_picture_make(struct mw_top_picture *picture, const struct mw_top_data *data, struct mw_top_choice *choice,
                         int width, int height, bool ascii)
{
    *picture = (struct mw_top_picture){.ascii = ascii};
    picture->width = width < MW_TOP_LEAST ? MW_TOP_LEAST : width > COLUMNS_MAX ? COLUMNS_MAX : width;
    mw_top_job_title(picture, data);
    if (choice->page != MW_TOP_HELP)
        mw_top_job_add(picture, data);
    if (choice->page == MW_TOP_HELP)
        add_help(picture);
    else if (choice->page == MW_TOP_HOSTS)
        add_hosts(picture, data, choice, height);
    else
        mw_top_members_add(picture, data, choice, height);
    if (height)
        fill(picture, data, choice, height);
    for (size_t i = 0; ascii && i < picture->count; i++)
        mw_top_lines_ascii(&picture->lines[i]);
}

void mw_top_picture_free(struct mw_top_picture *picture)
{
    free(picture->lines);
    *picture = (struct mw_top_picture){0};
}
