/* SPDX-License-Identifier: MIT */
/* Lines of the display, and formatting shared by its parts. */
#include "collector/base/ascii.h"
#include "collector/base/clock.h"
#include "collector/base/mem.h"
#include "collector/base/text.h"
#include "launcher/top/lines.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TITLE_WIDTH 10

struct mw_top_line *mw_top_lines_add(struct mw_top_picture *picture)
{
    return MW_MEM_PUSH(picture->lines, picture->count);
}

void mw_top_lines_put(struct mw_top_line *line, enum mw_top_style style, const char *format, ...)
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

void mw_top_lines_cell(struct mw_top_line *line, enum mw_top_style style, int width, const char *text)
{
    char fitted[sizeof(line->text)];
    int columns = width < 0 ? -width : width, gap;

    mw_text_fit(fitted, sizeof(fitted), text, columns, MW_TEXT_CUT_RIGHT);
    gap = columns - mw_text_width(fitted);
    mw_top_lines_put(line, style, "%*s%s%*s", width < 0 ? gap : 0, "", fitted, width < 0 ? 0 : gap, "");
}

void mw_top_lines_column(struct mw_top_line *line, enum mw_top_style style, int width, const char *text)
{
    if (width) {
        mw_top_lines_put(line, MW_TOP_PLAIN, " ");
        mw_top_lines_cell(line, style, width, text);
    }
}

/* Copies the next character of a clean text: ASCII with the same number of columns. Returns its end. */
static char *put_plain(char *to, const char **from, const char *end)
{
    char character[8] = "";
    size_t bytes = 0;

    do
        character[bytes++] = *(*from)++;
    while (*from < end && (**from & 0xc0) == 0x80 && bytes + 1 < sizeof(character));
    for (int width = mw_text_width(character); width > 0; width--)
        *to++ = bytes == 1 ? character[0] : mw_ascii_sign(character);
    return to;
}

/* Replaces text in place; pieces keep their offsets. */
void mw_top_lines_ascii(struct mw_top_line *line)
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

void mw_top_lines_wrap(struct mw_top_lines_wrap *wrap, enum mw_top_style style, const char *format, ...)
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
        mw_top_lines_put(wrap->line, MW_TOP_DIM, " · ");
    else {
        wrap->line = mw_top_lines_add(wrap->picture);
        mw_top_lines_cell(wrap->line, MW_TOP_DIM, TITLE_WIDTH, wrap->title);
        wrap->title = "";
    }
    wrap->begun = true;
    mw_text_fit(fitted, sizeof(fitted), text, wrap->picture->width - mw_text_width(wrap->line->text), MW_TEXT_CUT_RIGHT);
    mw_top_lines_put(wrap->line, style, "%s", fitted);
}

/* ---- contents ---- */

struct mw_units mw_top_lines_clock(uint64_t ns)
{
    uint64_t seconds = ns / MW_NS_PER_SEC;
    struct mw_units text;

    if (seconds < 60)
        snprintf(text.text, sizeof(text.text), "%" PRIu64 " s", seconds);
    else if (seconds < 3600)
        snprintf(text.text, sizeof(text.text), "%" PRIu64 ":%02" PRIu64, seconds / 60, seconds % 60);
    else
        snprintf(text.text, sizeof(text.text), "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64, seconds / 3600, seconds / 60 % 60,
                 seconds % 60);
    return text;
}

struct mw_units mw_top_lines_growth(int64_t growth)
{
    struct mw_units text = mw_units_change(growth);

    if (growth)
        strncat(text.text, "/s", sizeof(text.text) - strlen(text.text) - 1);
    return text;
}

struct mw_units mw_top_lines_label(const struct mw_top_data *data, const struct mw_top_member *member)
{
    struct mw_units text;

    if (!member->is_rank)
        snprintf(text.text, sizeof(text.text), "%d", (int)member->pid);
    else if (member->rank < 0)
        snprintf(text.text, sizeof(text.text), "pid %d", (int)member->pid);
    else if (data->job_count > 1 && data->worlds[member->world].spawned)
        snprintf(text.text, sizeof(text.text), "%u.%u:%d", (unsigned)data->worlds[member->world].job,
                 (unsigned)data->worlds[member->world].number, (int)member->rank);
    else if (data->world_count > 1)
        snprintf(text.text, sizeof(text.text), "%u:%d",
                 (unsigned)(data->job_count > 1 ? data->worlds[member->world].job : data->worlds[member->world].number),
                 (int)member->rank);
    else
        snprintf(text.text, sizeof(text.text), "%d", (int)member->rank);
    return text;
}

size_t mw_top_lines_page(struct mw_top_picture *picture, struct mw_top_choice *choice, size_t rows, int height)
{
    size_t head = picture->count + 1; /* of the display, and the line at its end */

    picture->room = !height ? rows : (size_t)height > head ? (size_t)height - head : 0;
    if (choice->first + picture->room > rows)
        choice->first = rows > picture->room ? rows - picture->room : 0;
    return choice->first + picture->room < rows ? choice->first + picture->room : rows;
}
