/* SPDX-License-Identifier: MIT */
#include "launcher/hosts/wire_message.h"

#include <string.h>

/* ---- reading: after an error (`bad`) all fields read as 0 ---- */

struct reader {
    const unsigned char *at;
    size_t left;
    bool bad;
};

static const unsigned char *take(struct reader *in, size_t length)
{
    const unsigned char *at = in->at;

    if (in->bad || length > in->left) {
        in->bad = true;
        return NULL;
    }
    in->at += length;
    in->left -= length;
    return at;
}

static uint64_t take_number(struct reader *in, size_t length)
{
    const unsigned char *at = take(in, length);
    uint64_t value = 0;

    for (size_t i = at ? length : 0; i > 0; i--)
        value = value << 8 | at[i - 1];
    return value;
}

static bool is_name_byte(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

static bool is_printable(unsigned char c)
{
    return c >= ' ' && c <= '~';
}

/* A length in one byte, then that many characters from `allowed`. */
static void take_text(struct reader *in, char *text, size_t size, bool (*allowed)(unsigned char))
{
    size_t length = (size_t)take_number(in, 1);
    const unsigned char *at = take(in, length);

    if (!at || length >= size) {
        in->bad = true;
        return;
    }
    for (size_t i = 0; i < length; i++)
        if (!allowed(at[i]))
            in->bad = true;
    memcpy(text, at, length);
    text[length] = '\0';
}

static void take_name(struct reader *in, char *text, size_t size)
{
    take_text(in, text, size, is_name_byte);
    if (!text[0])
        in->bad = true;
}

static void take_file(struct reader *in, struct mw_wire_message *message)
{
    take_name(in, message->name, sizeof(message->name));
    message->offset = take_number(in, 8);
    message->length = in->left;
    message->data = take(in, in->left);
    if (!message->length || message->length > MW_WIRE_DATA)
        in->bad = true;
}

static void take_hello(struct reader *in, struct mw_wire_message *message)
{
    message->wire_version = (uint32_t)take_number(in, 4);
    message->record_version = (uint32_t)take_number(in, 4);
    message->pid = (uint32_t)take_number(in, 4);
    message->wall_ns = take_number(in, 8);
    message->mono_ns = take_number(in, 8);
    take_name(in, message->host, sizeof(message->host));
}

static void take_ack(struct reader *in, struct mw_wire_message *message)
{
    uint64_t complete = take_number(in, 1);

    message->complete = complete == 1;
    if (complete > 1)
        in->bad = true;
}

int mw_wire_message_parse(struct mw_wire_message *message, const unsigned char *bytes, size_t length)
{
    struct reader in = {.at = bytes, .left = length};

    memset(message, 0, sizeof(*message));
    message->kind = (enum mw_wire_kind)take_number(&in, 1);
    switch (message->kind) {
    case MW_WIRE_HELLO: take_hello(&in, message); break;
    case MW_WIRE_FILE: take_file(&in, message); break;
    case MW_WIRE_SIZE:
        take_name(&in, message->name, sizeof(message->name));
        message->offset = take_number(&in, 8);
        break;
    case MW_WIRE_PING: message->mono_ns = take_number(&in, 8); break;
    case MW_WIRE_PONG:
        message->mono_ns = take_number(&in, 8);
        message->hub_ns = take_number(&in, 8);
        break;
    case MW_WIRE_ACK: take_ack(&in, message); break;
    case MW_WIRE_BYE: take_text(&in, message->why, sizeof(message->why), is_printable); break;
    case MW_WIRE_END:
    case MW_WIRE_DONE: break;
    default: in.bad = true;
    }
    return in.bad || in.left ? -1 : 0;
}

/* ---- writing ---- */

struct writer {
    unsigned char *at;
    size_t left;
    bool bad;
};

static void put(struct writer *out, const void *bytes, size_t length)
{
    if (out->bad || length > out->left) {
        out->bad = true;
        return;
    }
    if (length)
        memcpy(out->at, bytes, length);
    out->at += length;
    out->left -= length;
}

static void put_number(struct writer *out, uint64_t value, size_t length)
{
    unsigned char bytes[8];

    for (size_t i = 0; i < length; i++)
        bytes[i] = (unsigned char)(value >> 8 * i);
    put(out, bytes, length);
}

static void put_text(struct writer *out, const char *text, size_t size)
{
    size_t length = strnlen(text, size);

    if (length == size)
        out->bad = true;
    put_number(out, length, 1);
    put(out, text, length);
}

size_t mw_wire_message_write(const struct mw_wire_message *message, unsigned char *bytes, size_t size)
{
    struct writer out = {.at = bytes, .left = size};

    put_number(&out, (uint64_t)message->kind, 1);
    switch (message->kind) {
    case MW_WIRE_HELLO:
        put_number(&out, message->wire_version, 4);
        put_number(&out, message->record_version, 4);
        put_number(&out, message->pid, 4);
        put_number(&out, message->wall_ns, 8);
        put_number(&out, message->mono_ns, 8);
        put_text(&out, message->host, sizeof(message->host));
        break;
    case MW_WIRE_FILE:
        put_text(&out, message->name, sizeof(message->name));
        put_number(&out, message->offset, 8);
        put(&out, message->data, message->length);
        break;
    case MW_WIRE_SIZE:
        put_text(&out, message->name, sizeof(message->name));
        put_number(&out, message->offset, 8);
        break;
    case MW_WIRE_PING: put_number(&out, message->mono_ns, 8); break;
    case MW_WIRE_PONG:
        put_number(&out, message->mono_ns, 8);
        put_number(&out, message->hub_ns, 8);
        break;
    case MW_WIRE_ACK: put_number(&out, message->complete, 1); break;
    case MW_WIRE_BYE: put_text(&out, message->why, sizeof(message->why)); break;
    case MW_WIRE_END:
    case MW_WIRE_DONE: break;
    default: out.bad = true;
    }
    return out.bad ? 0 : size - out.left;
}
