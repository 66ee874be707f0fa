/* SPDX-License-Identifier: MIT */
#include "collector/base/ascii.h"

#include <stdlib.h>
#include <string.h>

/* Longer ones first. Signs before a number are followed by a space, arrows preceded by one: the replacement has both columns. */
static const struct sign {
    const char *from, *to;
} signs[] = {
    {"≥ ", ">="}, {"≥", ">"}, {"≤ ", "<="}, {"≤", "<"}, {"± ", "+-"}, {"±", "~"},   {" →", "->"}, {"→", ">"}, {" ←", "<-"},
    {"←", "<"},   {"≈", "~"}, {"·", "-"},   {"–", "-"}, {"…", "~"},   {"µ", "u"},   {"✗", "x"},   {"✓", "+"}, {"█", "#"},
    {"▉", "#"},   {"▊", "#"}, {"▋", "#"},   {"▌", "-"}, {"▍", "-"},   {"▎", "-"},   {"▏", "-"},   {"▇", "#"}, {"▆", "*"},
    {"▅", "+"},   {"▄", "="}, {"▃", "-"},   {"▂", "."}, {"▁", "_"},   {NULL, NULL},
};

struct mw_ascii_text {
    char *bytes;
    size_t size;
};

bool mw_ascii_is_wanted(void)
{
    const char *locale = getenv("LC_ALL");

    return locale && (!strcmp(locale, "C") || !strcmp(locale, "POSIX"));
}

/* Writes what stands for the beginning of the text; returns its length there. */
static size_t put_one(FILE *out, const char *text)
{
    size_t length = 1;

    for (const struct sign *sign = signs; sign->from; sign++)
        if (!strncmp(text, sign->from, strlen(sign->from))) {
            fputs(sign->to, out);
            return strlen(sign->from);
        }
    if (!((unsigned char)text[0] & 0x80)) {
        putc(text[0], out);
        return 1;
    }
    while (((unsigned char)text[length] & 0xc0) == 0x80) /* the rest of one character */
        length++;
    putc('?', out);
    return length;
}

void mw_ascii_put(FILE *out, const char *text)
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
        mw_ascii_put(ascii->out, ascii->text->bytes);
    if (ascii->text)
        free(ascii->text->bytes);
    free(ascii->text);
    ascii->stream = ascii->out;
    ascii->text = NULL;
}
