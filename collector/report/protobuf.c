/* SPDX-License-Identifier: MIT */
#include "collector/report/protobuf.h"

#include "collector/base/mem.h"

#include <stdlib.h>
#include <string.h>

enum wire { VARINT = 0, LENGTH = 2 }; /* wire types */

void mw_protobuf_free(struct mw_protobuf *message)
{
    free(message->bytes);
    *message = (struct mw_protobuf){0};
}

static void put(struct mw_protobuf *message, const void *bytes, size_t size)
{
    if (message->room - message->size < size) {
        message->room = 2 * (message->room + size);
        message->bytes = mw_mem_resize(message->bytes, message->room, 1);
    }
    if (size)
        memcpy(message->bytes + message->size, bytes, size);
    message->size += size;
}

/* Seven bits in each byte, the lowest first; the highest bit says that more follow. */
static void put_varint(struct mw_protobuf *message, uint64_t value)
{
    unsigned char bytes[10];
    size_t count = 0;

    for (; value >= 0x80; value >>= 7)
        bytes[count++] = (unsigned char)(value | 0x80);
    bytes[count++] = (unsigned char)value;
    put(message, bytes, count);
}

static size_t varint_size(uint64_t value)
{
    size_t size = 1;

    for (; value >= 0x80; value >>= 7)
        size++;
    return size;
}

static void put_tag(struct mw_protobuf *message, uint32_t field, enum wire type)
{
    put_varint(message, (uint64_t)field << 3 | type);
}

void mw_protobuf_number(struct mw_protobuf *message, uint32_t field, uint64_t value)
{
    if (!value)
        return;
    put_tag(message, field, VARINT);
    put_varint(message, value);
}

void mw_protobuf_numbers(struct mw_protobuf *message, uint32_t field, const uint64_t *values, size_t count)
{
    size_t size = 0;

    for (size_t i = 0; i < count; i++)
        size += varint_size(values[i]);
    put_tag(message, field, LENGTH);
    put_varint(message, size);
    for (size_t i = 0; i < count; i++)
        put_varint(message, values[i]);
}

static void put_bytes(struct mw_protobuf *message, uint32_t field, const void *bytes, size_t size)
{
    put_tag(message, field, LENGTH);
    put_varint(message, size);
    put(message, bytes, size);
}

void mw_protobuf_text(struct mw_protobuf *message, uint32_t field, const char *text)
{
    put_bytes(message, field, text, strlen(text));
}

void mw_protobuf_message(struct mw_protobuf *message, uint32_t field, struct mw_protobuf *part)
{
    put_bytes(message, field, part->bytes, part->size);
    part->size = 0;
}

void mw_protobuf_append(struct mw_protobuf *message, const struct mw_protobuf *more)
{
    put(message, more->bytes, more->size);
}
