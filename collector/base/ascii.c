/* SPDX-License-Identifier: MIT */
#include "collector/base/ascii.h"

#include "collector/base/text.h"

#include <stdlib.h>
#include <string.h>

/* Signs before a number are followed by a space, arrows preceded by one: the replacement has both columns. */
static const struct pair {
    const char *from, *to;
} pairs[] = {{"≥ ", ">="}, {"≤ ", "<="}, {"± ", "+-"}, {" →", "->"}, {" ←", "<-"}};

static const struct sign {
    const char *from;
    char to;
} signs[] = {{"≥", '>'}, {"≤", '<'}, {"±", '~'}, {"→", '>'}, {"←", '<'}, {"≈", '~'}, {"·", '|'}, {"–", '-'}, {"…", '~'},
             {"µ", 'u'}, {"✗", 'x'}, {"✓", '+'}, {"█", '#'}, {"▉", '#'}, {"▊", '#'}, {"▋", '#'}, {"▌", '#'}, {"▍", ' '},
             {"▎", ' '}, {"▏", ' '}, {"▇", '#'}, {"▆", '*'}, {"▅", '+'}, {"▄", '='}, {"▃", '-'}, {"▂", '.'}, {"▁", '_'}};

struct mw_ascii_text {
    char *bytes;
    size_t size;
};

bool mw_ascii_is_wanted(void)
{
    const char *locale = getenv("LC_ALL");

    return locale && (!strcmp(locale, "C") || !strcmp(locale, "POSIX"));
}

char mw_ascii_sign(const char *character)
{
    for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++)
        if (!strcmp(character, signs[i].from))
            return signs[i].to;
    return '?';
}

/* Writes what stands for the beginning of the text; returns its length there. */
static size_t put_one(FILE *out, const char *text)
{
    char character[8] = {text[0]};
    size_t length = 1;

    for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
        if (!strncmp(text, pairs[i].from, strlen(pairs[i].from))) {
            fputs(pairs[i].to, out);
            return strlen(pairs[i].from);
        }
    while (((unsigned char)text[length] & 0xc0) == 0x80 && length + 1 < sizeof(character)) {
        character[length] = text[length];
        length++;
    }
    if (length == 1 && !((unsigned char)text[0] & 0x80))
        putc(text[0], out);
    else
        for (int width = mw_text_width(character); width > 0; width--)
            putc(mw_ascii_sign(character), out);
    return length;
}

static void put(FILE *out, const char *text)
{
    while (*text)
        text += put_one(out, text);
}

struct mw_ascii mw_ascii_begin(FILE *out, bool wanted)
{
    struct mw_ascii ascii = {.stream = out, .out = out, .text = wanted ? calloc(1, sizeof(*ascii.text)) : NULL};
    FILE *stream = ascii.text ? open_memstream(&ascii.text->bytes, &ascii.text->size) : NULL;

    if (stream)
        ascii.stream = stream;
    return ascii;
}

void mw_ascii_end(struct mw_ascii *ascii)
{
    if (ascii->stream != ascii->out && !fclose(ascii->stream))
        put(ascii->out, ascii->text->bytes);
    if (ascii->text)
        free(ascii->text->bytes);
    free(ascii->text);
    ascii->stream = ascii->out;
    ascii->text = NULL;
}
