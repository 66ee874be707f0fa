/* SPDX-License-Identifier: MIT */
#include "launcher/top_picture.h"

#include "collector/clock.h"
#include "collector/mem.h"
#include "collector/text.h"
#include "collector/units.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OLD_NS (5 * MW_NS_PER_SEC) /* what was read longer ago is dimmed */
#define COLUMNS_MAX 200            /* wider lines help nobody, and must fit struct mw_top_line */
#define BAR_MAX 24
#define LABEL_LEAST 5
#define DOING_LEAST 8
#define COMMAND_LEAST 8
#define TITLE_WIDTH 10

/* ---- lines ---- */

static struct mw_top_line *add_line(struct mw_top_picture *picture)
{
    return MW_MEM_PUSH(picture->lines, picture->count);
}

static void put(struct mw_top_line *line, enum mw_top_style style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void put(struct mw_top_line *line, enum mw_top_style style, const char *format, ...)
{
    size_t length = strlen(line->text);
    va_list args;

    if (line->piece_count == MW_TOP_PIECES)
        return;
    va_start(args, format);
    vsnprintf(line->text + length, sizeof(line->text) - length, format, args);
    va_end(args);
    line->pieces[line->piece_count].bytes = (unsigned short)strlen(line->text + length);
    line->pieces[line->piece_count++].style = style;
}

/* A cell of exactly `width` columns; negative: to the right. Cut where it is longer. */
static void put_cell(struct mw_top_line *line, enum mw_top_style style, int width, const char *text)
{
    char fitted[sizeof(line->text)];
    int columns = width < 0 ? -width : width, gap;

    mw_text_fit(fitted, sizeof(fitted), text, columns, MW_TEXT_CUT_RIGHT);
    gap = columns - mw_text_width(fitted);
    put(line, style, "%*s%s%*s", width < 0 ? gap : 0, "", fitted, width < 0 ? 0 : gap, "");
}

/* The same behind a space; none of them when it has no width. */
static void put_column(struct mw_top_line *line, enum mw_top_style style, int width, const char *text)
{
    if (width) {
        put(line, MW_TOP_PLAIN, " ");
        put_cell(line, style, width, text);
    }
}

/* What terminals without UTF-8 get for the characters that we use; other ones become '?'. */
static char plain(const char *character)
{
    static const struct {
        const char *from;
        char to;
    } table[] = {{"·", '|'}, {"≥", '>'}, {"…", '~'}, {"█", '#'}, {"–", '-'}, {"▏", ' '}, {"▎", ' '}, {"▍", ' '},
                 {"▌", '#'}, {"▋", '#'}, {"▊", '#'}, {"▉", '#'}};

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (!strcmp(character, table[i].from))
            return table[i].to;
    return '?';
}

/* Takes the next character of a clean text: all columns of it become one of ASCII. Returns where that ends. */
static char *put_plain(char *to, const char **from, const char *end)
{
    char character[8] = "";
    size_t bytes = 0;

    do
        character[bytes++] = *(*from)++;
    while (*from < end && (**from & 0xc0) == 0x80 && bytes + 1 < sizeof(character));
    for (int width = mw_text_width(character); width > 0; width--)
        *to++ = bytes == 1 ? character[0] : plain(character);
    return to;
}

/* Pieces keep their places. */
static void make_ascii(struct mw_top_line *line)
{
    const char *from = line->text;
    char *to = line->text;

    for (unsigned i = 0; i < line->piece_count; i++) {
        const char *end = from + line->pieces[i].bytes;
        char *begin = to;
        while (from < end)
            to = put_plain(to, &from, end);
        line->pieces[i].bytes = (unsigned short)(to - begin);
    }
    *to = '\0';
}

/* A line of parts with dots between; what does not fit goes on in another line. */
struct wrap {
    struct mw_top_picture *picture;
    struct mw_top_line *line;
    const char *title;
    bool begun;
};

static void wrap_part(struct wrap *wrap, enum mw_top_style style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void wrap_part(struct wrap *wrap, enum mw_top_style style, const char *format, ...)
{
    char text[400], fitted[400];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (wrap->begun && (mw_text_width(wrap->line->text) + 3 + mw_text_width(text) > wrap->picture->width ||
                        wrap->line->piece_count + 2 > MW_TOP_PIECES))
        wrap->begun = false;
    if (wrap->begun)
        put(wrap->line, MW_TOP_DIM, " · ");
    else {
        wrap->line = add_line(wrap->picture);
        put_cell(wrap->line, MW_TOP_DIM, TITLE_WIDTH, wrap->title);
        wrap->title = "";
    }
    wrap->begun = true;
    mw_text_fit(fitted, sizeof(fitted), text, wrap->picture->width - mw_text_width(wrap->line->text),
                MW_TEXT_CUT_RIGHT);
    put(wrap->line, style, "%s", fitted);
}

/* ---- the job ---- */

/* "3 s", "2:05", "1:02:03": as narrow as it can be. */
static struct mw_units clock_text(uint64_t ns)
{
    uint64_t seconds = ns / MW_NS_PER_SEC;
    struct mw_units text;

    if (seconds < 60)
        snprintf(text.text, sizeof(text.text), "%" PRIu64 " s", seconds);
    else if (seconds < 3600)
        snprintf(text.text, sizeof(text.text), "%" PRIu64 ":%02" PRIu64, seconds / 60, seconds % 60);
    else
        snprintf(text.text, sizeof(text.text), "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64, seconds / 3600,
                 seconds / 60 % 60, seconds % 60);
    return text;
}

static struct mw_units growth_text(int64_t growth)
{
    struct mw_units text = mw_units_change(growth);

    if (growth)
        strncat(text.text, "/s", sizeof(text.text) - strlen(text.text) - 1);
    return text;
}

static void add_title(struct mw_top_picture *picture, const struct mw_top_data *data)
{
    struct mw_top_line *line = add_line(picture);
    uint64_t took = data->begin_ns && data->now > data->begin_ns ? data->now - data->begin_ns : 0;
    char state[200], fitted[200];
    int left;

    if (data->over)
        snprintf(state, sizeof(state), " ended%s%s after %s", data->ended[0] ? ", " : "", data->ended,
                 clock_text(took).text);
    else
        snprintf(state, sizeof(state), " %s, %s", data->orphaned ? "memwatch was killed" : "runs",
                 clock_text(took).text);
    mw_text_fit(fitted, sizeof(fitted), state, picture->width - 13 - COMMAND_LEAST, MW_TEXT_CUT_RIGHT);
    left = picture->width - 13 - mw_text_width(fitted);
    put(line, MW_TOP_BOLD, "memwatch top");
    put_cell(line, MW_TOP_PLAIN, 1, "");
    put_cell(line, MW_TOP_PLAIN, left, data->command);
    put(line, data->over || data->orphaned ? MW_TOP_WARN : MW_TOP_GOOD, "%s", fitted);
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
    struct wrap wrap = {.picture = picture, .title = "Memory"};

    if (!data->over && !data->orphaned)
        wrap_part(&wrap, MW_TOP_BOLD, "%s now", mw_units_bytes(data->rss).text);
    wrap_part(&wrap, MW_TOP_PLAIN, "highest ≥ %s", mw_units_bytes(data->highest).text);
    if (!data->over && !data->orphaned && data->ranks)
        wrap_part(&wrap, data->growth > 0 ? MW_TOP_WARN : MW_TOP_PLAIN, "%s/s", mw_units_change(data->growth).text);
}

/* Of the host that has the least left. A line of its own, so that no number moves the rows below. */
static void add_free(struct mw_top_picture *picture, const struct mw_top_data *data)
{
    const struct mw_top_host *host = tightest(data);
    struct wrap wrap = {.picture = picture, .title = "Free"};
    enum mw_top_style style = host && host->limit && host->free < host->limit / 10 ? MW_TOP_ALARM : MW_TOP_PLAIN;

    if (!host || data->over)
        return;
    wrap_part(&wrap, style, "%s%s of the %s", host->free_about ? "about " : "", mw_units_bytes(host->free).text,
              host->kind == MW_LIMIT_CGROUP ? "control group's limit" : "node's memory");
    if (host->limit)
        wrap_part(&wrap, MW_TOP_PLAIN, "%s in all", mw_units_bytes(host->limit).text);
    if (data->host_count > 1)
        wrap_part(&wrap, MW_TOP_PLAIN, "on %s, which has least", host->name);
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

/* "3", "2:3" where there are several worlds, "pid 71" before MPI_Init; of a process its pid. */
static struct mw_units label_of(const struct mw_top_data *data, const struct mw_top_member *member)
{
    struct mw_units text;

    if (!member->is_rank)
        snprintf(text.text, sizeof(text.text), "%d", (int)member->pid);
    else if (member->rank < 0)
        snprintf(text.text, sizeof(text.text), "pid %d", (int)member->pid);
    else if (data->world_count > 1)
        snprintf(text.text, sizeof(text.text), "%u:%d", (unsigned)data->worlds[member->world].number,
                 (int)member->rank);
    else
        snprintf(text.text, sizeof(text.text), "%d", (int)member->rank);
    return text;
}

static void add_ranks_line(struct mw_top_picture *picture, const struct mw_top_data *data)
{
    struct wrap wrap = {.picture = picture, .title = data->ranks ? "Ranks" : "Processes"};
    struct tally tally = count(data);

    if (data->ranks) {
        wrap_part(&wrap, MW_TOP_PLAIN, "%u live", tally.live);
        if (tally.calling)
            wrap_part(&wrap, MW_TOP_PLAIN, "%u in MPI calls", tally.calling);
        if (tally.ended)
            wrap_part(&wrap, MW_TOP_PLAIN, "%u ended", tally.ended);
        if (tally.died)
            wrap_part(&wrap, MW_TOP_ALARM, "%u died", tally.died);
        if (tally.others)
            wrap_part(&wrap, MW_TOP_PLAIN, "%u other process%s %s", tally.others, tally.others == 1 ? "" : "es",
                      mw_units_bytes(tally.others_rss).text);
    } else
        wrap_part(&wrap, MW_TOP_PLAIN, "%zu, and no MPI rank yet", data->member_count);
    if (data->host_count == 1)
        wrap_part(&wrap, MW_TOP_PLAIN, "on %s", data->hosts[0].name);
    else
        wrap_part(&wrap, MW_TOP_PLAIN, "on %zu hosts", data->host_count);
}

static void add_job(struct mw_top_picture *picture, const struct mw_top_data *data)
{
    struct tally tally = count(data);
    struct wrap wrap = {.picture = picture, .title = "Died"}, unread = {.picture = picture, .title = "Unread"};

    add_memory(picture, data);
    add_free(picture, data);
    add_ranks_line(picture, data);
    if (tally.first_died)
        wrap_part(&wrap, MW_TOP_ALARM, "%s%s: %s%s", tally.first_died->rank < 0 ? "" : "rank ",
                  label_of(data, tally.first_died).text, tally.first_died->how, tally.died > 1 ? ", and others" : "");
    if (data->unread)
        wrap_part(&unread, MW_TOP_WARN, "%u file%s: %s", data->unread, data->unread == 1 ? "" : "s",
                  data->trouble.text);
    add_line(picture);
}

/* ---- rows ---- */

/* What stands in a row, before it is cut to columns. */
struct row {
    const struct mw_top_member *member;
    char label[32], doing[192];
};

/* "solve: MPI_Allreduce", or "after MPI_Allreduce" where no phase tells more. */
static void describe_place(char *text, size_t size, const struct mw_top_member *member)
{
    bool between = !member->phase[0] && !member->in_call && member->call[0];

    snprintf(text, size, "%s%s%s%s", member->phase, member->phase[0] && member->in_call ? ": " : "",
             between ? "after " : "", member->in_call || between ? member->call : "");
}

static void describe(struct row *row, const struct mw_top_data *data)
{
    const struct mw_top_member *member = row->member;
    char place[112];

    snprintf(row->label, sizeof(row->label), "%s", label_of(data, member).text);
    describe_place(place, sizeof(place), member);
    if (!member->is_rank)
        snprintf(row->doing, sizeof(row->doing), "%s", member->call);
    else if (member->end == MW_TOP_DIED)
        snprintf(row->doing, sizeof(row->doing), "%s%s%s", member->how, place[0] ? ", " : "", place);
    else
        snprintf(row->doing, sizeof(row->doing), "%s", member->how[0] ? member->how : place);
}

/* What a row is sorted by, and how long its bar is: of a job that is over, what it had at most. */
static uint64_t weight(const struct mw_top_data *data, const struct mw_top_member *member)
{
    return data->over ? member->peak : member->rss;
}

static int compare_names(const struct row *a, const struct row *b)
{
    const struct mw_top_member *x = a->member, *y = b->member;

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

    if (x->member->rss != y->member->rss)
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

    if (x->member->growth != y->member->growth)
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
        describe(&list[*rows], data);
        *rows += matches(data, &list[*rows], choice->filter);
    }
    qsort(list, *rows, sizeof(*list), over ? by_peak : orders[choice->order]);
    return list;
}

/* ---- columns ---- */

struct columns {
    int label, host, rss, bar, peak, growth, since, doing; /* widths; 0: there is no room or no use for it */
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
        int label = mw_text_width(label_of(data, &data->members[i]).text);
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
    if (columns.doing < DOING_LEAST) { /* where a rank is tells more than these */
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

/* The column that is sorted by is marked. */
static const char *header(const struct mw_top_choice *choice, enum mw_top_order order, const char *name)
{
    static const char *const marked[] = {
        [MW_TOP_BY_MEMORY] = "memory v", [MW_TOP_BY_RANK] = "rank^", [MW_TOP_BY_GROWTH] = "growth v"};

    return choice->order == order ? marked[order] : name;
}

static void add_header(struct mw_top_picture *picture, const struct mw_top_data *data,
                       const struct mw_top_choice *choice, const struct columns *columns)
{
    struct mw_top_line *line = add_line(picture), cells = {.text = ""};

    put_cell(&cells, MW_TOP_PLAIN, -columns->label, data->ranks ? header(choice, MW_TOP_BY_RANK, "rank") : "pid");
    put_column(&cells, MW_TOP_PLAIN, columns->host, "host");
    put_column(&cells, MW_TOP_PLAIN, -columns->rss, header(choice, MW_TOP_BY_MEMORY, "memory"));
    put_column(&cells, MW_TOP_PLAIN, columns->bar, "");
    put_column(&cells, MW_TOP_PLAIN, -columns->peak,
               data->over && choice->order == MW_TOP_BY_MEMORY ? "highest v" : "highest");
    put_column(&cells, MW_TOP_PLAIN, -columns->growth, header(choice, MW_TOP_BY_GROWTH, "growth"));
    put_column(&cells, MW_TOP_PLAIN, -columns->since, "since");
    put_column(&cells, MW_TOP_PLAIN, columns->doing, !data->ranks ? "program" : data->over ? "end" : "in");
    put_cell(line, MW_TOP_HEAD, picture->width, cells.text);
}

static const char *peak_text(const struct mw_top_member *member, char *text, size_t size)
{
    snprintf(text, size, "%s %s", member->peak_exact ? "=" : "≥", mw_units_bytes(member->peak).text);
    return member->peak ? text : "";
}

static void add_row(struct mw_top_picture *picture, const struct mw_top_data *data, const struct columns *columns,
                    const struct row *row, uint64_t most)
{
    const struct mw_top_member *member = row->member;
    struct mw_top_line *line = add_line(picture);
    bool lives = member->end == MW_TOP_LIVES, old = data->now > member->rss_ns + OLD_NS;
    bool timed = member->since_ns && member->since_ns < data->now;
    char bar[4 * BAR_MAX + 4], peak[48];

    put_cell(line, MW_TOP_BOLD, -columns->label, row->label);
    put_column(line, MW_TOP_PLAIN, columns->host, data->hosts[member->host].name);
    put_column(line, old ? MW_TOP_DIM : MW_TOP_PLAIN, -columns->rss, lives ? mw_units_bytes(member->rss).text : "–");
    draw_bar(bar, sizeof(bar), weight(data, member), most, columns->bar);
    put_column(line, MW_TOP_BAR, columns->bar, bar);
    put_column(line, MW_TOP_PLAIN, -columns->peak, peak_text(member, peak, sizeof(peak)));
    if (!lives) { /* how it ended has the room of what it does no more */
        put_column(line, member->end == MW_TOP_DIED ? MW_TOP_ALARM : MW_TOP_DIM,
                   taken(columns->growth) + taken(columns->since) + columns->doing, row->doing);
        return;
    }
    put_column(line, member->growth > 0 ? MW_TOP_WARN : MW_TOP_PLAIN, -columns->growth,
               member->growth_known ? growth_text(member->growth).text : "");
    put_column(line, MW_TOP_DIM, -columns->since, timed ? clock_text(data->now - member->since_ns).text : "");
    put_column(line, MW_TOP_PLAIN, columns->doing, row->doing);
}

/* Which rows go on the page. Returns behind the last one. */
static size_t choose_rows(struct mw_top_picture *picture, struct mw_top_choice *choice, size_t rows, int height)
{
    size_t head = picture->count + 1; /* of the picture, and one line at its end */

    picture->room = !height ? rows : (size_t)height > head ? (size_t)height - head : 0;
    if (choice->first + picture->room > rows)
        choice->first = rows > picture->room ? rows - picture->room : 0;
    return choice->first + picture->room < rows ? choice->first + picture->room : rows;
}

static void add_members(struct mw_top_picture *picture, const struct mw_top_data *data, struct mw_top_choice *choice,
                        int height)
{
    struct columns columns = choose_columns(picture, data);
    size_t rows, end;
    struct row *list = sort_rows(data, choice, &rows);
    uint64_t most = 0;

    for (size_t i = 0; i < data->member_count; i++)
        most = weight(data, &data->members[i]) > most ? weight(data, &data->members[i]) : most;
    add_header(picture, data, choice, &columns);
    end = choose_rows(picture, choice, rows, height);
    for (size_t i = choice->first; i < end; i++)
        add_row(picture, data, &columns, &list[i], most);
    free(list);
}

/* ---- hosts ---- */

#define HOSTS_WIDE 80 /* columns from which there is room for what was the highest, */
#define HOSTS_AGE 48  /* and for when the last sample was */

static int name_width(const struct mw_top_picture *picture)
{
    return picture->width >= HOSTS_WIDE ? 27 : picture->width >= HOSTS_AGE ? picture->width - 40 : 8;
}

static enum mw_top_style age_style(const struct mw_top_data *data, const struct mw_top_host *host)
{
    return !data->over && data->now > host->seen_ns + OLD_NS ? MW_TOP_WARN : MW_TOP_PLAIN;
}

static void add_host(struct mw_top_picture *picture, const struct mw_top_data *data, const struct mw_top_host *host)
{
    struct mw_top_line *line = add_line(picture);
    bool low = host->limit && host->free < host->limit / 10;
    uint64_t age = data->now > host->seen_ns ? data->now - host->seen_ns : 0;
    char text[64];

    put_cell(line, MW_TOP_BOLD, name_width(picture), host->name);
    snprintf(text, sizeof(text), "%u", host->ranks);
    put_cell(line, MW_TOP_PLAIN, -6, text);
    put_cell(line, MW_TOP_PLAIN, -11, mw_units_bytes(host->now).text);
    snprintf(text, sizeof(text), "≥ %s", mw_units_bytes(host->highest).text);
    if (picture->width >= HOSTS_WIDE)
        put_cell(line, MW_TOP_PLAIN, -13, text);
    snprintf(text, sizeof(text), "%s%s", host->free_about ? "~" : "", mw_units_bytes(host->free).text);
    put_cell(line, low ? MW_TOP_ALARM : MW_TOP_PLAIN, -12, host->kind == MW_LIMIT_NONE ? "" : text);
    snprintf(text, sizeof(text), "%s%s", host->seen_ns ? clock_text(age).text : "never", host->seen_ns ? " ago" : "");
    if (picture->width >= HOSTS_AGE)
        put_cell(line, age_style(data, host), -11, text);
}

static void add_hosts(struct mw_top_picture *picture, const struct mw_top_data *data, struct mw_top_choice *choice,
                      int height)
{
    struct mw_top_line *line = add_line(picture);
    char text[sizeof(line->text)];
    size_t end;

    snprintf(text, sizeof(text), "%-*s%6s%11s%s%12s%s", name_width(picture), "host", "ranks", "memory",
             picture->width >= HOSTS_WIDE ? "      highest" : "", "free",
             picture->width >= HOSTS_AGE ? "    sampled" : "");
    put_cell(line, MW_TOP_HEAD, picture->width, text);
    end = choose_rows(picture, choice, data->host_count, height);
    for (size_t i = choice->first; i < end; i++)
        add_host(picture, data, &data->hosts[i]);
}

/* ---- keys ---- */

static const char *const help[] = {
    "m  sort by memory            Up Down PgUp PgDn Home End",
    "r  sort by rank                 scroll (also k and j)",
    "g  sort by growth            v  hosts, and back",
    "/  filter: rows with a text  h  this help, and back",
    "   in them; Esc for all      q  quit; the job goes on",
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
        put_cell(add_line(picture), MW_TOP_PLAIN, picture->width, help[i]);
}

static void add_keys(struct mw_top_picture *picture, const struct mw_top_data *data, const struct mw_top_choice *choice)
{
    struct mw_top_line *line = add_line(picture);
    char text[160];

    if (choice->typing || choice->filter[0])
        snprintf(text, sizeof(text), "/%s%s", choice->filter,
                 choice->typing ? "_  Enter: done  Esc: all" : "  Esc: all  q quit");
    else
        snprintf(text, sizeof(text), "%sq quit  m r g sort  v hosts  / filter  h help",
                 data->over ? "The job has ended.  " : "");
    put_cell(line, choice->typing || data->over ? MW_TOP_WARN : MW_TOP_DIM, picture->width, text);
}

/* The last line stands at the bottom; what found no room above it is cut. */
static void fill(struct mw_top_picture *picture, const struct mw_top_data *data, const struct mw_top_choice *choice,
                 int height)
{
    if (picture->count > (size_t)height - 1)
        picture->count = (size_t)height - 1;
    while (picture->count < (size_t)height - 1)
        add_line(picture);
    add_keys(picture, data, choice);
}

void mw_top_picture_make(struct mw_top_picture *picture, const struct mw_top_data *data, struct mw_top_choice *choice,
                         int width, int height, bool ascii)
{
    *picture = (struct mw_top_picture){.ascii = ascii};
    picture->width = width < MW_TOP_LEAST ? MW_TOP_LEAST : width > COLUMNS_MAX ? COLUMNS_MAX : width;
    add_title(picture, data);
    if (choice->page != MW_TOP_HELP)
        add_job(picture, data);
    if (choice->page == MW_TOP_HELP)
        add_help(picture);
    else if (choice->page == MW_TOP_HOSTS)
        add_hosts(picture, data, choice, height);
    else
        add_members(picture, data, choice, height);
    if (height)
        fill(picture, data, choice, height);
    for (size_t i = 0; ascii && i < picture->count; i++)
        make_ascii(&picture->lines[i]);
}

void mw_top_picture_free(struct mw_top_picture *picture)
{
    free(picture->lines);
    *picture = (struct mw_top_picture){0};
}
