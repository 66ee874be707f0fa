/* SPDX-License-Identifier: MIT */
#include "collector/base/secrets.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

static const char hidden[] = "***";

/* What a part of a secret's name ends in, as in "PGPASSWORD", ... */
static const char *const endings[] = {"password",  "passwords",  "passwd",     "passphrase",  "pwd",    "secret",
                                      "secrets",   "token",      "credential", "credentials", "apikey", "accesskey",
                                      "secretkey", "privatekey", "bearer",     NULL};
/* ... and what is only as a whole part: "bypass" and "monkey" are none. */
static const char *const parts[] = {"pass", "pw", "auth", "cookie", "key", NULL};

static bool is_one_of(const char *const *list, const char *word, size_t length)
{
    while (*list && (strlen(*list) != length || strncasecmp(*list, word, length)))
        list++;
    return *list;
}

static bool is_secret_part(const char *part, size_t length)
{
    for (const char *const *ending = endings; *ending; ending++)
        if (length >= strlen(*ending) && !strncasecmp(part + length - strlen(*ending), *ending, strlen(*ending)))
            return true;
    return is_one_of(parts, part, length);
}

static bool is_in_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.';
}

static bool is_secret(const char *name, size_t length)
{
    if ((length == 3 && !strncmp(name, "PWD", 3)) || (length == 6 && !strncmp(name, "OLDPWD", 6)))
        return false; /* the shell's directories */
    for (size_t begin = 0, end; begin < length; begin = end + 1) {
        for (end = begin; end < length && isalnum((unsigned char)name[end]); end++)
            ;
        if (is_secret_part(name + begin, end - begin))
            return true;
    }
    return false;
}

/* Replaces `length` bytes at `value`; returns where the line goes on. */
static char *hide(char *value, size_t length)
{
    size_t shown = length < sizeof(hidden) - 1 ? length : sizeof(hidden) - 1;

    memcpy(value, hidden, shown);
    memmove(value + shown, value + length, strlen(value + length) + 1);
    return value + shown;
}

/* "scheme://user:password@host", "scheme://token@host": hides what is between "//" and "@". */
static void mask_url(char *word)
{
    size_t length = strcspn(word, " ");
    char *begin = memmem(word, length, "://", 3), *end;

    if (!begin)
        return;
    begin += 3;
    end = begin + strcspn(begin, "/?#@ ");
    if (*end == '@')
        hide(begin, (size_t)(end - begin));
}

static size_t name_length(const char *text)
{
    size_t length = 0;

    while (is_in_name(text[length]))
        length++;
    return length;
}

/* Up to the end of the word, or to a comma or an ampersand before the next "NAME=". */
static size_t value_length(const char *value)
{
    size_t length = strcspn(value, ", &");

    while (value[length] && value[length] != ' ' && value[length + 1 + name_length(value + length + 1)] != '=')
        length += 1 + strcspn(value + length + 1, ", &");
    return length;
}

/* "NAME=VALUE", also several: "A=1,B=2" or "a=1&b=2". */
static void mask_values(char *word)
{
    for (char *at = word; *at && *at != ' ';) {
        size_t name = name_length(at);
        bool assigned = name && at[name] == '=' && is_secret(at, name);
        at += name + (at[name] && at[name] != ' ');
        if (assigned)
            at = hide(at, value_length(at));
    }
}

/* Whether the value of this word is the next one: "--NAME" without "=". */
static bool is_option(const char *word, size_t length)
{
    size_t dashes = strspn(word, "-");

    for (size_t i = dashes; i < length; i++)
        if (!is_in_name(word[i]))
            return false;
    return dashes && dashes < length && is_secret(word + dashes, length - dashes);
}

static bool is_header(const char *word, size_t length)
{
    static const char name[] = "Authorization:";

    return length >= sizeof(name) - 1 && !strncasecmp(word + length - (sizeof(name) - 1), name, sizeof(name) - 1);
}

/* "Basic", "Bearer" and "Token" are followed by the secret. */
static bool is_scheme(const char *word, size_t length)
{
    static const char *const schemes[] = {"Basic", "Bearer", "Token", NULL};

    return is_one_of(schemes, word, length);
}

/* Hides what is secret in one word, and returns where the line goes on. *next says whether this whole word is a secret, and
 * then, whether the following one is. */
static char *mask_word(char *word, bool *next)
{
    size_t length = strcspn(word, " ");
    bool is_value = *next && word[0] != '-';

    if (!length)
        return word;
    if (is_value && is_scheme(word, length))
        return word + length;
    *next = !is_value && (is_option(word, length) || is_header(word, length));
    if (is_value)
        return hide(word, length);
    mask_values(word);
    mask_url(word);
    return word + strcspn(word, " ");
}

void mw_secrets_mask(char *line)
{
    bool next = false;

    for (char *at = line; *at; at += *at == ' ')
        at = mask_word(at, &next);
}
