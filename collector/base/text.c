/* SPDX-License-Identifier: MIT */
#include "collector/base/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Bytes of the character that starts at `text` and its code; 0 when it is not UTF-8 (RFC 3629). */
static size_t decode(const unsigned char *text, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = text[0] < 0x80             ? 1
                    : (text[0] & 0xe0) == 0xc0 ? 2
                    : (text[0] & 0xf0) == 0xe0 ? 3
                    : (text[0] & 0xf8) == 0xf0 ? 4
                                               : 0;

    if (length == 0)
        return 0;
    *code = length == 1 ? text[0] : text[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0; /* also at the end of the string */
        *code = *code << 6 | (text[i] & 0x3f);
    }
    if (*code < least[length] || *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000))
        return 0;
    return length;
}

static bool is_harmful(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x061c /* direction */
           || (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) ||
           code == 0xfeff || (code & 0xfffe) == 0xfffe /* no characters */;
}

void mw_text_clean(char *text)
{
    char *out;

    while (*text >= 0x20 && *text < 0x7f) /* usually this is the entire text */
        text++;
    out = text;
    while (*text) {
        uint32_t code = 0;
        size_t length = decode((const unsigned char *)text, &code);

        if (length == 0 || is_harmful(code)) {
            *out++ = '?';
            text += length ? length : 1;
        } else {
            if (out != text)
                memmove(out, text, length);
            out += length;
            text += length;
        }
    }
    *out = '\0';
}

bool mw_text_is_clean(const char *text)
{
    while (*text) {
        uint32_t code = 0;
        size_t length = *text >= 0x20 && *text < 0x7f ? 1 : decode((const unsigned char *)text, &code);
        if (length == 0 || (length > 1 && is_harmful(code)) || (length == 1 && (*text < 0x20 || *text == 0x7f)))
            return false;
        text += length;
    }
    return true;
}

void mw_text_clean_line(char *text)
{
    mw_text_clean(text);
    text += strspn(text, " ");
    if (text[0] == ':' && text[1] == ':')
        text[0] = '?';
}

void mw_text_quote(char *out, size_t size, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+,:=@%";
    size_t used = 0;

    if (*text && !text[strspn(text, plain)] && *text != '=') { /* (zsh expands "=ls") */
        snprintf(out, size, "%s", text);
        return;
    }
    if (size > 0)
        out[0] = '\0';
    for (const char *at = text; used + 6 < size; at++) { /* a quote takes four bytes, the end two */
        if (at == text)
            out[used++] = '\'';
        if (*at == '\'')
            used += (size_t)snprintf(out + used, size - used, "'\\''");
        else if (*at)
            out[used++] = *at;
        if (!*at || used + 6 >= size) {
            out[used++] = '\'';
            out[used] = '\0';
            return;
        }
    }
}

/* Columns of one character: 0 for combining marks, 2 for East Asian wide characters (by coarse blocks). */
static int code_width(uint32_t code)
{
    if (code >= 0x300 && code < 0x370)
        return 0;
    if ((code >= 0x1100 && code < 0x1160) || (code >= 0x2e80 && code < 0xa4d0) || (code >= 0xac00 && code < 0xd7a4) ||
        (code >= 0xf900 && code < 0xfb00) || (code >= 0xfe30 && code < 0xfe70) || (code >= 0xff00 && code < 0xff61) ||
        (code >= 0x1f300 && code < 0x1fb00) || (code >= 0x20000 && code < 0x3fffe))
        return 2;
    return 1;
}

static size_t step(const char *text, int *width)
{
    uint32_t code = 0;
    size_t length = decode((const unsigned char *)text, &code);

    *width = length ? code_width(code) : 1;
    return length ? length : 1;
}

int mw_text_width(const char *text)
{
    int width = 0;

    while (*text) {
        int w;
        text += step(text, &w);
        width += w;
    }
    return width;
}

/* Number of leading bytes of `text` that fit into `width` columns. */
static size_t head_bytes(const char *text, int width)
{
    size_t bytes = 0;

    while (text[bytes]) {
        int w;
        size_t length = step(text + bytes, &w);
        if (w > width)
            break;
        width -= w;
        bytes += length;
    }
    return bytes;
}

/* Offset of the longest end of `text` that fits into `width` columns. */
static const char *tail_start(const char *text, int width)
{
    int left = mw_text_width(text);

    while (*text && left > width) {
        int w;
        text += step(text, &w);
        left -= w;
    }
    return text;
}

/* Removes an incomplete character at the end of `text` (combining marks need bytes, but no columns). */
static void drop_torn_end(char *text)
{
    size_t end = strlen(text), at = end;
    uint32_t code;

    while (at > 0 && end - at < 4 && (text[at - 1] & 0xc0) == 0x80)
        at--;
    if (at > 0 && decode((const unsigned char *)text + at - 1, &code) == 0)
        text[at - 1] = '\0';
}

void mw_text_fit(char *out, size_t size, const char *text, int width, enum mw_text_cut cut)
{
    int head = cut == MW_TEXT_CUT_RIGHT ? width - 1 : cut == MW_TEXT_CUT_LEFT ? 0 : width / 2;

    if (mw_text_width(text) <= width)
        snprintf(out, size, "%s", text);
    else if (width < 1)
        snprintf(out, size, "%s", "");
    else
        snprintf(out, size, "%.*s…%s", (int)head_bytes(text, head), text, tail_start(text, width - 1 - head));
    drop_torn_end(out);
}

size_t mw_text_break(const char *text, int width)
{
    size_t best = 0, at = 0;
    int used = 0;

    while (text[at]) {
        int w;
        size_t length = step(text + at, &w);
        if (text[at] == ' ')
            best = at;
        if (used + w > width && best)
            return best; /* a word longer than the line is not broken */
        used += w;
        at += length;
    }
    return at;
}
