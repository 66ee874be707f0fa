/* SPDX-License-Identifier: MIT */
#include "collector/base/short_name.h"

#include "collector/base/text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define ANONYMOUS "(anonymous namespace)::"
#define OPERATOR "operator"
#define CUT "…::"
#define CUT_WIDTH 3
#define ARROW " → "

/* ---- dropping parts ---- */

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* The bracket that closes the one at the start of `text`, or NULL. The '>' of "->" is not a bracket. */
static const char *closing(const char *text)
{
    const char open = text[0], close = open == '<' ? '>' : open == '(' ? ')' : ']';

    for (const char *at = text + 1; *at; at++) {
        if (*at == close && (close != '>' || at[-1] != '-'))
            return at;
        if ((*at == '(' || (*at == '<' && open == '<')) && !(at = closing(at)))
            return NULL;
    }
    return NULL;
}

/* The output so far, and the rest of the input. */
struct copy {
    const char *name, *from;
    char *out;
    size_t size, used;
};

static void put(struct copy *copy, size_t length)
{
    for (size_t i = 0; i < length && copy->used + 1 < copy->size; i++)
        copy->out[copy->used++] = copy->from[i];
    copy->from += length;
}

static bool is_at_word(const struct copy *copy)
{
    return copy->from == copy->name || !(isalnum((unsigned char)copy->from[-1]) || copy->from[-1] == '_');
}

/* "operator<<", "operator()": its characters are not brackets. Returns false if it is not an operator. */
static bool put_operator(struct copy *copy)
{
    size_t length = strlen(OPERATOR);
    const char *sign = copy->from + length;

    if (!begins(copy->from, OPERATOR) || !is_at_word(copy))
        return false;
    if (begins(sign, "()") || begins(sign, "[]"))
        length += 2;
    else
        length += strspn(sign, "<>=!+-*/%^&|~,");
    put(copy, length);
    return length > strlen(OPERATOR);
}

/* Rust's "<A as B>" at the start is A. */
static void put_self(struct copy *copy, const char *close)
{
    char inner[1024], *as;

    snprintf(inner, sizeof(inner), "%.*s", (int)(close - copy->from - 1), copy->from + 1);
    if ((as = strstr(inner, " as ")))
        *as = '\0';
    mw_short_name(copy->out, copy->size, inner);
    copy->used = strlen(copy->out);
    copy->from = close + 1;
}

/* Skips what is in brackets, and a "::" before it (Rust's arguments). */
static void drop(struct copy *copy, const char *close)
{
    bool nested = copy->used >= 2 && memcmp(copy->out + copy->used - 2, "::", 2) == 0;

    if (*copy->from == '<' && nested)
        copy->used -= 2;
    copy->from = close + 1;
    if (begins(copy->from, " const::"))
        copy->from += strlen(" const");
}

static void put_next(struct copy *copy)
{
    bool is_bracket = *copy->from == '<' || *copy->from == '(' || begins(copy->from, "[abi:");
    const char *close = is_bracket ? closing(copy->from) : NULL;

    if (begins(copy->from, ANONYMOUS) && copy->from[strlen(ANONYMOUS)])
        copy->from += strlen(ANONYMOUS);
    else if (close && *copy->from == '<' && copy->from == copy->name)
        put_self(copy, close);
    else if (close && copy->from != copy->name)
        drop(copy, close);
    else if (!put_operator(copy))
        put(copy, 1);
}

void mw_short_name(char *out, size_t size, const char *name)
{
    struct copy copy = {.name = name, .from = name, .out = out, .size = size};

    while (*copy.from)
        put_next(&copy);
    while (copy.used && out[copy.used - 1] == ' ') /* "operator< <int>" */
        copy.used--;
    out[copy.used] = '\0';
    if (!copy.used)
        snprintf(out, size, "%s", name);
}

/* ---- namespaces ---- */

/* Length of the complete parts that both names start with. */
static size_t shared(const char *a, const char *b, size_t most)
{
    size_t length = 0;

    for (size_t i = 0; i + 1 < most && a[i] && a[i] == b[i]; i++)
        if (a[i] == ':' && a[i + 1] == ':' && b[i + 1] == ':')
            length = i + 2;
    return length;
}

/* The length without its last part. */
static size_t without_last(const char *name, size_t length)
{
    size_t at = length > 2 ? length - 2 : 0;

    while (at > 1 && !(name[at - 1] == ':' && name[at - 2] == ':'))
        at--;
    return at > 1 ? at : 0;
}

size_t mw_short_name_common(const char *const *names, size_t count)
{
    const char *first = NULL;
    size_t length = 0, qualified = 0;
    bool two_parts = false;

    for (size_t i = 0; i < count; i++) {
        if (!strstr(names[i], "::"))
            continue;
        length = first ? shared(first, names[i], length) : shared(names[i], names[i], strlen(names[i]));
        first = first ? first : names[i];
        qualified++;
    }
    for (size_t i = 0; i < count; i++)
        two_parts |= strstr(names[i], "::") && strstr(names[i] + length, "::");
    return qualified < 2 ? 0 : two_parts ? length : without_last(first, length);
}

const char *mw_short_name_behind(const char *name, const char *like, size_t length)
{
    return strncmp(name, like, length) == 0 ? name + length : name;
}

void mw_short_name_fit(char *out, size_t size, const char *name, int width)
{
    const char *last = name;

    for (const char *at = mw_text_width(name) <= width ? "" : name; (at = strstr(at, "::"));) {
        at += 2;
        if (CUT_WIDTH + mw_text_width(at) <= width) {
            snprintf(out, size, CUT);
            mw_text_fit(out + strlen(out), size - strlen(out), at, width, MW_TEXT_CUT_MIDDLE);
            return;
        }
        last = at;
    }
    mw_text_fit(out, size, last, width, MW_TEXT_CUT_MIDDLE);
}

void mw_short_name_fit_pair(char *out, size_t size, const char *text, int width)
{
    const char *arrow = strstr(text, ARROW), *behind = arrow ? arrow + strlen(ARROW) : NULL;
    char before[1024], left[400], right[400];
    int room = width - mw_text_width(ARROW), half = room / 2;

    if (!strstr(text, "::") || !arrow || mw_text_width(text) <= width) {
        mw_text_fit(out, size, text, width, MW_TEXT_CUT_MIDDLE);
        return;
    }
    snprintf(before, sizeof(before), "%.*s", (int)(arrow - text), text);
    if (mw_text_width(behind) < room - half)
        half = room - mw_text_width(behind);
    mw_short_name_fit(left, sizeof(left), before, half);
    mw_short_name_fit(right, sizeof(right), behind, room - mw_text_width(left));
    snprintf(out, size, "%s" ARROW "%s", left, right);
}
