/* SPDX-License-Identifier: MIT */
/* What every output of memwatch is, whatever went in: clean text, and well-formed in its language. */
#ifndef MW_TESTS_FUZZ_FORMS_H
#define MW_TESTS_FUZZ_FORMS_H

#include "collector/base/text.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/pprof_read.h"

#include <jansson.h>
#include <stdbool.h>

/* No control character but newlines, and UTF-8. Newlines become spaces. */
static inline void fuzz_clean(char *text, size_t size)
{
    fuzz_expect(strlen(text) == size);
    for (char *line = text; (line = strchr(line, '\n'));)
        *line = ' ';
    fuzz_expect(mw_text_is_clean(text));
}

static inline void fuzz_is_json(const char *text, size_t size)
{
    json_t *value = json_loadb(text, size, JSON_DECODE_ANY, NULL);

    fuzz_expect(value != NULL);
    json_decref(value);
    fuzz_expect(!memchr(text, '<', size)); /* it may be put into a page's <script> */
}

/* One row's cells; *text moves behind its newline. No cell is a formula but numbers. */
static inline size_t fuzz_csv_row(const char **text)
{
    size_t cells = 0;
    const char *at = *text;

    for (;;) {
        bool quoted = *at == '"';
        const char *begin = at += quoted;
        fuzz_expect(!strchr("=+@", *at) || !*at);
        fuzz_expect(*at != '-' || (at[1] >= '0' && at[1] <= '9'));
        cells++;
        for (; *at; at++)
            if (quoted && *at == '"' && at[1] == '"')
                at++;
            else if (quoted ? *at == '"' : *at == ',' || *at == '\n')
                break;
        fuzz_expect(*at && at >= begin);
        at += quoted;
        fuzz_expect(*at == ',' || *at == '\n');
        if (*at++ == '\n')
            break;
    }
    *text = at;
    return cells;
}

static inline void fuzz_is_csv(const char *text, size_t size)
{
    size_t cells = fuzz_csv_row(&text);

    (void)size;
    while (*text)
        fuzz_expect(fuzz_csv_row(&text) == cells);
}

/* What pprof can read, with clean strings. */
static inline void fuzz_is_profile(const char *bytes, size_t size)
{
    struct pprof profile;

    pprof_read(&profile, bytes, size);
    for (size_t i = 0; i < profile.string_count; i++)
        fuzz_expect(mw_text_is_clean(profile.strings[i]));
    pprof_free(&profile);
}

/* Lines "frame;frame number", sorted. */
static inline void fuzz_is_folded(const char *text, size_t size)
{
    const char *last = NULL;
    size_t last_length = 0;

    (void)size;
    for (; *text; text = strchr(text, '\n') + 1) {
        size_t length = strcspn(text, "\n"), stack = length;
        fuzz_expect(text[length] == '\n');
        while (stack && text[stack - 1] >= '0' && text[stack - 1] <= '9')
            stack--;
        fuzz_expect(stack > 1 && stack < length && text[stack - 1] == ' ' && text[stack] != '0');
        fuzz_expect(memchr(text, ';', stack) != NULL);
        stack--;
        if (last) {
            int order = memcmp(last, text, last_length < stack ? last_length : stack);
            fuzz_expect(order < 0 || (order == 0 && last_length < stack));
        }
        last = text;
        last_length = stack;
    }
}

/* Lines "# ..." and "name{label="value",...} number". */
static inline void fuzz_is_metrics(const char *text, size_t size)
{
    (void)size;
    for (; *text; text = strchr(text, '\n') + 1) {
        const char *at = text + strspn(text, "abcdefghijklmnopqrstuvwxyz_");
        if (*text == '#')
            continue;
        fuzz_expect(at > text && (*at == '{' || *at == ' '));
        while (*at == '{' || *at == ',') {
            at++;
            at += strspn(at, "abcdefghijklmnopqrstuvwxyz_");
            fuzz_expect(at[0] == '=' && at[1] == '"');
            for (at += 2; *at != '"'; at++) {
                fuzz_expect(*at && *at != '\n');
                if (*at == '\\')
                    fuzz_expect(*++at == '\\' || *at == '"' || *at == 'n');
            }
            at++;
        }
        at += *at == '}';
        fuzz_expect(*at++ == ' ');
        at += strspn(at, "0123456789.-+e");
        fuzz_expect(*at == '\n');
    }
}

/* Elements are closed in their order, attributes are quoted, every & begins an entity. */
static inline void fuzz_is_xml(const char *text, size_t size)
{
    const char *open[16];
    size_t depth = 0;

    (void)size;
    for (const char *at = text; *at; at++) {
        if (*at == '&')
            fuzz_expect(!strncmp(at, "&amp;", 5) || !strncmp(at, "&lt;", 4) || !strncmp(at, "&gt;", 4) ||
                        !strncmp(at, "&quot;", 6) || !strncmp(at, "&#39;", 5));
        fuzz_expect(*at != '>');
        if (*at != '<')
            continue;
        bool closes = at[1] == '/', declares = at[1] == '?';
        const char *name = at + 1 + (closes || declares);
        size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz-");
        fuzz_expect(length > 0);
        for (at = name + length; *at != '>'; at++) {
            fuzz_expect(*at && *at != '<');
            if (*at == '"') {
                for (at++; *at != '"'; at++)
                    fuzz_expect(*at && *at != '<');
            }
        }
        if (closes)
            fuzz_expect(depth > 0 && !strncmp(open[--depth], name, length));
        else if (!declares && at[-1] != '/') {
            fuzz_expect(depth < 16);
            open[depth++] = name;
        }
    }
    fuzz_expect(depth == 0);
}

/* Rows of a table have the same bars; nothing opens markup: <, a link or a mention. */
static inline void fuzz_is_markdown(const char *text, size_t size)
{
    size_t bars = 0;

    (void)size;
    fuzz_expect(!strchr(text, '<') && !strchr(text, '@') && !strstr(text, "](") && !strstr(text, "://"));
    for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
        size_t count = 0;
        fuzz_expect(strchr(line, '\n'));
        for (const char *at = line; *at != '\n'; at++)
            if (*at == '\\')
                at++;
            else
                count += *at == '|';
        if (*line == '|' && !bars)
            bars = count;
        else if (*line == '|')
            fuzz_expect(count == bars);
        else {
            fuzz_expect(count == 0);
            bars = 0;
        }
    }
}

static inline size_t fuzz_count(const char *text, const char *what)
{
    size_t count = 0;

    for (; (text = strstr(text, what)); text += strlen(what))
        count++;
    return count;
}

/* A page has those elements that its template has. */
static inline void fuzz_is_page(const char *text, size_t size)
{
    static size_t scripts, elements;

    (void)size;
    if (!elements) {
        scripts = fuzz_count(text, "<script");
        elements = fuzz_count(text, "<");
    }
    fuzz_expect(fuzz_count(text, "<script") == scripts && fuzz_count(text, "<") == elements);
}

static inline void fuzz_is_text(const char *text, size_t size)
{
    (void)size;
    for (const char *line = text; *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : "")
        fuzz_expect(strncmp(line + strspn(line, " "), "::", 2) != 0); /* no command for a CI runner */
}

#endif
