/* SPDX-License-Identifier: MIT */
/* Messages between a launcher and its agents on other hosts, after decryption (doc/wire.md specifies them). Pure: bytes
 * to struct and back, safe for any input. Integers on the wire are little-endian. */
#ifndef MW_LAUNCHER_HOSTS_WIRE_MESSAGE_H
#define MW_LAUNCHER_HOSTS_WIRE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Incremented with any change of a message's meaning. */
#define MW_WIRE_VERSION 1u

#define MW_WIRE_HOST 64    /* with NUL; [A-Za-z0-9._-] */
#define MW_WIRE_NAME 128   /* of a file, with NUL; the same characters */
#define MW_WIRE_WHY 128    /* with NUL; printable ASCII */
#define MW_WIRE_DATA 32768 /* bytes of a file in one message */
#define MW_WIRE_MESSAGE_MAX (MW_WIRE_DATA + 256)

enum mw_wire_kind {
    MW_WIRE_HELLO = 1, /* agent: its identity; the first message */
    MW_WIRE_FILE,      /* agent: bytes of a file */
    MW_WIRE_SIZE,      /* agent: the size of a file */
    MW_WIRE_PING,      /* agent: its clock; at least every second */
    MW_WIRE_PONG,      /* hub: that clock, and the hub's */
    MW_WIRE_END,       /* hub: the command has ended */
    MW_WIRE_DONE,      /* agent: all files have been sent */
    MW_WIRE_ACK,       /* hub: whether everything before DONE was written */
    MW_WIRE_BYE        /* either: the last message, with a reason */
};

struct mw_wire_message {
    enum mw_wire_kind kind;
    uint32_t wire_version;     /* HELLO */
    uint32_t record_version;   /* HELLO */
    uint32_t pid;              /* HELLO: of the agent */
    uint64_t wall_ns;          /* HELLO: CLOCK_REALTIME */
    uint64_t mono_ns;          /* HELLO: CLOCK_MONOTONIC; PING, PONG: the agent's at the PING */
    uint64_t hub_ns;           /* PONG: the hub's CLOCK_MONOTONIC */
    uint64_t offset;           /* FILE; SIZE: the length */
    bool complete;             /* ACK */
    char host[MW_WIRE_HOST];   /* HELLO */
    char name[MW_WIRE_NAME];   /* FILE, SIZE */
    char why[MW_WIRE_WHY];     /* BYE; may be empty */
    const unsigned char *data; /* FILE: points into the parsed bytes, or the sender's data */
    size_t length;             /* FILE: 1 to MW_WIRE_DATA */
};

/* Returns 0, or -1 unless `bytes` are exactly one well-formed message. Unused fields are 0. */
int mw_wire_message_parse(struct mw_wire_message *message, const unsigned char *bytes, size_t length);

/* Returns the length, or 0 if `size` is too small or a field is out of range. */
size_t mw_wire_message_write(const struct mw_wire_message *message, unsigned char *bytes, size_t size);

#endif
