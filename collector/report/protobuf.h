/* SPDX-License-Identifier: MIT */
/* Writes protocol buffers: a message is a buffer of fields. Buffers that are appended to each other are one message. */
#ifndef MW_COLLECTOR_REPORT_PROTOBUF_H
#define MW_COLLECTOR_REPORT_PROTOBUF_H

#include <stddef.h>
#include <stdint.h>

/* Zeroed: empty. */
struct mw_protobuf {
    unsigned char *bytes;
    size_t size, room;
};

void mw_protobuf_free(struct mw_protobuf *message);

/* An integer of any type but sint32, sint64 and fixed ones; negative ones as their two's complement. 0 is left out: it is the
 * default. */
void mw_protobuf_number(struct mw_protobuf *message, uint32_t field, uint64_t value);

/* Integers of a repeated field, packed. */
void mw_protobuf_numbers(struct mw_protobuf *message, uint32_t field, const uint64_t *values, size_t count);

/* A string, also if it is empty. */
void mw_protobuf_text(struct mw_protobuf *message, uint32_t field, const char *text);

/* Adds the fields of another message. */
void mw_protobuf_append(struct mw_protobuf *message, const struct mw_protobuf *more);

/* A message in a field of `message`. Empties `part`, so that it can be used for the next one. */
void mw_protobuf_message(struct mw_protobuf *message, uint32_t field, struct mw_protobuf *part);

#endif
