/* SPDX-License-Identifier: MIT */
/* The table of ranks: sorted, filtered, with as many columns as fit. */
#include "collector/base/mem.h"
#include "collector/base/text.h"
#include "collector/model/certainty.h"
#include "launcher/top/lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BAR_MAX 24
#define LABEL_LEAST 5
#define DOING_LEAST 8

/* The contents of a row, before truncation to columns. */
struct row {
    const struct mw_top_member *member;
    bool past; /* the job has ended */
    char label[32], doing[192];
};

/* "solve: MPI_Allreduce", or "after MPI_Allreduce" without a phase. */
static void describe_place(char *text, size_t size, const struct mw_top_member *member)
{
    bool between = !member->phase[0] && !member->in_call && member->call[0];

    snprintf(text, size, "%s%s%s%s", member->phase, member->phase[0] && member->in_call ? ": " : "", between ? "after " : "",
             member->in_call || between ? member->call : "");
}

static void describe(struct row *row, const struct mw_top_data *data)
{
    const struct mw_top_member *member = row->member;
    char place[112];

    snprintf(row->label, sizeof(row->label), "%s", mw_top_lines_label(data, member).text);
    describe_place(place, sizeof(place), member);
    if (!member->is_rank)
        snprintf(row->doing, sizeof(row->doing), "%s", member->call);
    else if (member->end == MW_TOP_DIED)
        snprintf(row->doing, sizeof(row->doing), "%s%s%s", member->how, place[0] ? ", " : "", place);
    else
        snprintf(row->doing, sizeof(row->doing), "%s", member->how[0] ? member->how : place);
}

/* The value for sorting and for the bar: the maximum if the job has ended. */
static uint64_t weight(const struct mw_top_data *data, const struct mw_top_member *member)
{
    return data->over ? member->peak : member->rss;
}

static int compare_names(const struct row *a, const struct row *b)
{
    const struct mw_top_member *x = a->member, *y = b->member;

    if (a->past != b->past)
        return a->past ? 1 : -1;
    if (x->world != y->world)
        return x->world < y->world ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return x->pid < y->pid ? -1 : x->pid > y->pid;
}

static int by_name(const void *a, const void *b)
{
    return compare_names(a, b);
}

static int by_rss(const void *a, const void *b)
{
    const struct row *x = a, *y = b;

    if (x->past == y->past && x->member->rss != y->member->rss)
        return x->member->rss > y->member->rss ? -1 : 1;
    return compare_names(x, y);
}

static int by_peak(const void *a, const void *b)
{
    const struct row *x = a, *y = b;

    if (x->member->peak != y->member->peak)
        return x->member->peak > y->member->peak ? -1 : 1;
    return compare_names(x, y);
}

static int by_growth(const void *a, const void *b)
{
    const struct row *x = a, *y = b;

    if (x->past == y->past && x->member->growth != y->member->growth)
        return x->member->growth > y->member->growth ? -1 : 1;
    return compare_names(x, y);
}

static bool matches(const struct mw_top_data *data, const struct row *row, const char *filter)
{
    char all[512];

    snprintf(all, sizeof(all), "%s%s %s %s %s", row->member->rank < 0 ? "" : "rank ", row->label,
             data->hosts[row->member->host].name, row->doing, row->member->end == MW_TOP_DIED ? "died" : "");
    return !filter[0] || strcasestr(all, filter);
}

static struct row *sort_rows(const struct mw_top_data *data, const struct mw_top_choice *choice, size_t *rows)
{
    static int (*const orders[])(const void *, const void *) = {
        [MW_TOP_BY_MEMORY] = by_rss, [MW_TOP_BY_RANK] = by_name, [MW_TOP_BY_GROWTH] = by_growth};
    struct row *list = mw_mem_alloc(data->member_count, sizeof(*list));
    bool over = data->over && choice->order == MW_TOP_BY_MEMORY;

    *rows = 0;
    for (size_t i = 0; i < data->member_count; i++) {
        list[*rows].member = &data->members[i];
        list[*rows].past = mw_top_jobs_is_past(data, &data->members[i]);
        describe(&list[*rows], data);
        *rows += matches(data, &list[*rows], choice->filter);
    }
    qsort(list, *rows, sizeof(*list), over ? by_peak : orders[choice->order]);
    return list;
}

/* ---- columns ---- */

struct columns {
    int label, host, rss, bar, peak, growth, since, doing; /* widths; 0: hidden */
};

static int taken(int width)
{
    return width ? width + 1 : 0;
}

static struct columns choose_columns(const struct mw_top_picture *picture, const struct mw_top_data *data)
{
    int width = picture->width, least = LABEL_LEAST;
    struct columns columns = {.host = data->host_count > 1 && width >= 72 ? 10 : 0};

    for (size_t i = 0; i < data->member_count; i++) {
        int label = mw_text_width(mw_top_lines_label(data, &data->members[i]).text);
        least = label > least ? label : least;
    }
    columns.label = least;
    columns.bar = width < 60 ? 0 : width < 72 ? 6 : width < 72 + 3 * (BAR_MAX - 8) ? 8 + (width - 72) / 3 : BAR_MAX;
    columns.peak = data->over || width >= 72 ? 12 : 0;
    columns.rss = data->over ? 0 : 10;
    columns.growth = data->over || !data->ranks ? 0 : 13;
    columns.since = data->over || !data->ranks ? 0 : 7;
    columns.doing = width - columns.label - taken(columns.host) - taken(columns.rss) - taken(columns.bar) -
                    taken(columns.peak) - taken(columns.growth) - taken(columns.since) - 1;
    if (columns.doing < DOING_LEAST) { /* the current call is more important than these */
        columns.doing += taken(columns.growth) + taken(columns.since);
        columns.growth = columns.since = 0;
    }
    return columns;
}

static void draw_bar(char *text, size_t size, uint64_t value, uint64_t most, int width)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    int filled = most ? (int)((double)value / (double)most * width * 8 + 0.5) : 0;

    text[0] = '\0';
    for (int i = 0; i < filled / 8; i++)
        strncat(text, "█", size - strlen(text) - 1);
    strncat(text, eighths[filled % 8], size - strlen(text) - 1);
}

/* The heading of the sort column is marked. */
static const char *header(const struct mw_top_choice *choice, enum mw_top_order order, const char *name)
{
    static const char *const marked[] = {
        [MW_TOP_BY_MEMORY] = "memory v", [MW_TOP_BY_RANK] = "rank^", [MW_TOP_BY_GROWTH] = "growth v"};

    return choice->order == order ? marked[order] : name;
}

static void add_header(struct mw_top_picture *picture, const struct mw_top_data *data, const struct mw_top_choice *choice,
                       const struct columns *columns)
{
    struct mw_top_line *line = mw_top_lines_add(picture), cells = {.text = ""};

    mw_top_lines_cell(&cells, MW_TOP_PLAIN, -columns->label, data->ranks ? header(choice, MW_TOP_BY_RANK, "rank") : "pid");
    mw_top_lines_column(&cells, MW_TOP_PLAIN, columns->host, "host");
    mw_top_lines_column(&cells, MW_TOP_PLAIN, -columns->rss, header(choice, MW_TOP_BY_MEMORY, "memory"));
    mw_top_lines_column(&cells, MW_TOP_PLAIN, columns->bar, "");
    mw_top_lines_column(&cells, MW_TOP_PLAIN, -columns->peak,
                        data->over && choice->order == MW_TOP_BY_MEMORY ? "highest v" : "highest");
    mw_top_lines_column(&cells, MW_TOP_PLAIN, -columns->growth, header(choice, MW_TOP_BY_GROWTH, "growth"));
    mw_top_lines_column(&cells, MW_TOP_PLAIN, -columns->since, "since");
    mw_top_lines_column(&cells, MW_TOP_PLAIN, columns->doing, !data->ranks ? "program" : data->over ? "end" : "in");
    mw_top_lines_cell(line, MW_TOP_HEAD, picture->width, cells.text);
}

static const char *peak_text(const struct mw_top_member *member, char *text, size_t size)
{
    snprintf(text, size, "%s %s", mw_certainty[member->peak_exact ? MW_MODEL_EXACT : MW_MODEL_AT_LEAST].sign,
             mw_units_bytes(member->peak).text);
    return member->peak ? text : "";
}

static void add_row(struct mw_top_picture *picture, const struct mw_top_data *data, const struct columns *columns,
                    const struct row *row, uint64_t most)
{
    const struct mw_top_member *member = row->member;
    struct mw_top_line *line = mw_top_lines_add(picture);
    bool lives = member->end == MW_TOP_LIVES, old = data->now > member->rss_ns + MW_TOP_OLD_NS;
    bool timed = member->since_ns && member->since_ns < data->now;
    char bar[4 * BAR_MAX + 4], peak[48];

    mw_top_lines_cell(line, MW_TOP_BOLD, -columns->label, row->label);
    mw_top_lines_column(line, MW_TOP_PLAIN, columns->host, data->hosts[member->host].name);
    mw_top_lines_column(line, old ? MW_TOP_DIM : MW_TOP_PLAIN, -columns->rss, lives ? mw_units_bytes(member->rss).text : "–");
    draw_bar(bar, sizeof(bar), weight(data, member), most, columns->bar);
    mw_top_lines_column(line, MW_TOP_BAR, columns->bar, bar);
    mw_top_lines_column(line, MW_TOP_PLAIN, -columns->peak, peak_text(member, peak, sizeof(peak)));
    if (!lives) { /* how it ended is shown instead of what it is doing */
        mw_top_lines_column(line, member->end == MW_TOP_DIED ? MW_TOP_ALARM : MW_TOP_DIM,
                            taken(columns->growth) + taken(columns->since) + columns->doing, row->doing);
        return;
    }
    mw_top_lines_column(line, member->growth > 0 ? MW_TOP_WARN : MW_TOP_PLAIN, -columns->growth,
                        member->growth_known ? mw_top_lines_growth(member->growth).text : "");
    mw_top_lines_column(line, MW_TOP_DIM, -columns->since, timed ? mw_top_lines_clock(data->now - member->since_ns).text : "");
    mw_top_lines_column(line, MW_TOP_PLAIN, columns->doing, row->doing);
}

static void add_empty(struct mw_top_picture *picture, const char *filter)
{
    char text[160];

    snprintf(text, sizeof(text), "no row has \"%s\": Esc shows all", filter);
    mw_top_lines_cell(mw_top_lines_add(picture), MW_TOP_WARN, picture->width, text);
}

void mw_top_members_add(struct mw_top_picture *picture, const struct mw_top_data *data, struct mw_top_choice *choice,
                        int height)
{
    struct columns columns = choose_columns(picture, data);
    size_t rows, end;
    struct row *list = sort_rows(data, choice, &rows);
    uint64_t most = 0;

    for (size_t i = 0; i < data->member_count; i++)
        most = weight(data, &data->members[i]) > most ? weight(data, &data->members[i]) : most;
    add_header(picture, data, choice, &columns);
    end = mw_top_lines_page(picture, choice, rows, height);
    for (size_t i = choice->first; i < end; i++)
        add_row(picture, data, &columns, &list[i], most);
    if (!rows && choice->filter[0])
        add_empty(picture, choice->filter);
    free(list);
}
