/* SPDX-License-Identifier: MIT */
#include "collector/symbols/rust_name.h"

#include "collector/base/mem.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 100   /* nesting depth */
#define STEPS_MAX 20000 /* in total: back references can be nested, too */

struct reader {
    const char *start, *at; /* after "_R" */
    char out[1024];
    size_t used;
    unsigned quiet; /* no output while it is not 0 */
    unsigned depth, steps;
    bool failed;
};

static void path(struct reader *reader);
static void type(struct reader *reader);

static void fail(struct reader *reader)
{
    reader->failed = true;
    reader->at = "";
}

static void put(struct reader *reader, const char *text, size_t length)
{
    if (reader->quiet || reader->failed)
        return;
    if (length >= sizeof(reader->out) - reader->used) {
        fail(reader);
        return;
    }
    memcpy(reader->out + reader->used, text, length);
    reader->used += length;
    reader->out[reader->used] = '\0';
}

static void put_text(struct reader *reader, const char *text)
{
    put(reader, text, strlen(text));
}

static bool take(struct reader *reader, char c)
{
    if (*reader->at != c)
        return false;
    reader->at++;
    return true;
}

/* Returns whether a deeper level may start; leave() ends it. */
static bool enter(struct reader *reader)
{
    if (reader->failed || ++reader->steps > STEPS_MAX || ++reader->depth > DEPTH_MAX)
        fail(reader);
    return !reader->failed;
}

static void leave(struct reader *reader)
{
    reader->depth--;
}

/* "_" is 0, "0_" 1, ... in base 62. A crate's number may not fit 64 bits; it is not shown. */
static uint64_t number62(struct reader *reader)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    uint64_t value = 0;
    bool any = false;

    for (; *reader->at && *reader->at != '_'; reader->at++, any = true) {
        const char *digit = strchr(digits, *reader->at);
        if (!digit) {
            fail(reader);
            return 0;
        }
        value = value * 62 + (uint64_t)(digit - digits);
    }
    if (!take(reader, '_'))
        fail(reader);
    return any ? value + 1 : 0;
}

/* Reads again what is at an earlier position. */
static void back(struct reader *reader, void (*what)(struct reader *))
{
    uint64_t to = number62(reader);
    const char *behind = reader->at;

    if (reader->failed || to + 1 >= (uint64_t)(behind - reader->start)) {
        fail(reader);
        return;
    }
    reader->at = reader->start + to;
    what(reader);
    if (!reader->failed)
        reader->at = behind;
}

/* "s" number, "u", decimal length, "_", so many bytes. */
static void identifier(struct reader *reader, const char *placeholder)
{
    size_t length = 0;

    if (take(reader, 's'))
        number62(reader);
    take(reader, 'u'); /* punycode is not decoded */
    if (!isdigit((unsigned char)*reader->at))
        fail(reader);
    if (!take(reader, '0')) /* at the end of the digits */
        while (isdigit((unsigned char)*reader->at) && length < 10000)
            length = 10 * length + (size_t)(*reader->at++ - '0');
    take(reader, '_');
    if (length > strlen(reader->at))
        fail(reader);
    else if (length)
        put(reader, reader->at, length);
    else
        put_text(reader, placeholder);
    reader->at += reader->failed ? 0 : length;
}

/* ---- parsed, but not written ---- */

static void constant(struct reader *reader)
{
    if (!enter(reader))
        return;
    if (take(reader, 'B')) {
        back(reader, constant);
    } else if (!take(reader, 'p')) {
        type(reader);
        while (isdigit((unsigned char)*reader->at) || islower((unsigned char)*reader->at))
            reader->at++;
        if (!take(reader, '_'))
            fail(reader);
    }
    leave(reader);
}

static void arguments(struct reader *reader)
{
    reader->quiet++;
    while (!reader->failed && !take(reader, 'E'))
        if (take(reader, 'L'))
            number62(reader);
        else if (take(reader, 'K'))
            constant(reader);
        else
            type(reader);
    reader->quiet--;
}

static void types(struct reader *reader)
{
    while (!reader->failed && !take(reader, 'E'))
        type(reader);
}

/* The place of an "impl" is skipped: its type is enough. */
static void impl_path(struct reader *reader)
{
    reader->quiet++;
    if (take(reader, 's'))
        number62(reader);
    path(reader);
    reader->quiet--;
}

static void trait(struct reader *reader)
{
    reader->quiet++;
    path(reader);
    reader->quiet--;
}

static void function_type(struct reader *reader)
{
    if (take(reader, 'G'))
        number62(reader);
    take(reader, 'U');
    if (take(reader, 'K') && !take(reader, 'C'))
        identifier(reader, "");
    types(reader);
    type(reader);
}

static void dyn_type(struct reader *reader)
{
    if (take(reader, 'G'))
        number62(reader);
    while (!reader->failed && !take(reader, 'E')) {
        path(reader);
        while (take(reader, 'p')) {
            identifier(reader, "");
            type(reader);
        }
    }
    if (take(reader, 'L'))
        number62(reader);
    else
        fail(reader);
}

/* ---- paths and types ---- */

static const char *basic_type(char c)
{
    static const char *const names[26] = {"i8",    "bool", "char", "f64", "str",  "f32",  NULL,  "u8", "isize",
                                          "usize", NULL,   "i32",  "u32", "i128", "u128", "_",   NULL, NULL,
                                          "i16",   "u16",  "()",   "...", NULL,   "i64",  "u64", "!"};

    return c >= 'a' && c <= 'z' ? names[c - 'a'] : NULL;
}

/* Of generic arguments only the brackets are written. */
static void quiet_type(struct reader *reader, const char *shown, void (*what)(struct reader *))
{
    put_text(reader, shown);
    reader->quiet++;
    what(reader);
    reader->quiet--;
}

static void array(struct reader *reader)
{
    type(reader);
    constant(reader);
}

static void reference(struct reader *reader)
{
    if (take(reader, 'L'))
        number62(reader);
    type(reader);
}

static void type(struct reader *reader)
{
    const char *basic = basic_type(*reader->at);

    if (!enter(reader))
        return;
    if (basic) {
        put_text(reader, basic);
        reader->at++;
    } else if (take(reader, 'R') || take(reader, 'Q'))
        reference(reader);
    else if (take(reader, 'P') || take(reader, 'O'))
        type(reader);
    else if (take(reader, 'A'))
        quiet_type(reader, "[_; _]", array);
    else if (take(reader, 'S'))
        quiet_type(reader, "[_]", type);
    else if (take(reader, 'T'))
        quiet_type(reader, "(_)", types);
    else if (take(reader, 'F'))
        quiet_type(reader, "fn", function_type);
    else if (take(reader, 'D'))
        quiet_type(reader, "dyn", dyn_type);
    else if (take(reader, 'B'))
        back(reader, type);
    else
        path(reader);
    leave(reader);
}

static void nested(struct reader *reader)
{
    char kind = *reader->at;

    if (!isalpha((unsigned char)kind)) {
        fail(reader);
        return;
    }
    reader->at++;
    path(reader);
    put_text(reader, "::");
    identifier(reader, kind == 'C' ? "{{closure}}" : kind == 'S' ? "{{shim}}" : "{}");
}

static void path(struct reader *reader)
{
    if (!enter(reader))
        return;
    if (take(reader, 'C'))
        identifier(reader, "");
    else if (take(reader, 'N'))
        nested(reader);
    else if (take(reader, 'M')) {
        impl_path(reader);
        type(reader);
    } else if (take(reader, 'X')) {
        impl_path(reader);
        type(reader);
        trait(reader);
    } else if (take(reader, 'Y')) {
        type(reader);
        trait(reader);
    } else if (take(reader, 'I')) {
        path(reader);
        arguments(reader);
    } else if (take(reader, 'B'))
        back(reader, path);
    else
        fail(reader);
    leave(reader);
}

char *mw_rust_name(const char *name)
{
    struct reader reader = {.start = name + 2, .at = name + 2};

    if (strncmp(name, "_R", 2) != 0)
        return NULL;
    path(&reader);
    return reader.failed || !reader.used ? NULL : mw_mem_copy(reader.out);
}
