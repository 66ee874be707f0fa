/* SPDX-License-Identifier: MIT */
/* What a launcher and its agents on other hosts say to each other, once a frame is decrypted (doc/wire.md draws it).
 * Pure: bytes to struct and back, safe for any input. All numbers on the wire are little endian. */
#ifndef MW_LAUNCHER_HOSTS_WIRE_MESSAGE_H
#define MW_LAUNCHER_HOSTS_WIRE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Any change of a message's meaning bumps it. */
#define MW_WIRE_VERSION 1u

#define MW_WIRE_HOST 64       /* with NUL; [A-Za-z0-9._-] */
#define MW_WIRE_NAME 128      /* of a file, with NUL; the same characters */
#define MW_WIRE_WHY 128       /* with NUL; printable ASCII */
#define MW_WIRE_DATA 32768    /* bytes of a file in one message */
#define MW_WIRE_MESSAGE_MAX (MW_WIRE_DATA + 256)

enum mw_wire_kind {
    MW_WIRE_HELLO = 1, /* agent: who it is; its first message */
    MW_WIRE_FILE,      /* agent: bytes of a file */
    MW_WIRE_SIZE,      /* agent: how long a file is */
    MW_WIRE_PING,      /* agent: its clock; at least every second */
    MW_WIRE_PONG,      /* hub: that clock, and its own */
    MW_WIRE_END,       /* hub: the command has ended */
    MW_WIRE_DONE,      /* agent: all files are sent */
    MW_WIRE_ACK,       /* hub: all that came before DONE is written, or is not */
    MW_WIRE_BYE        /* either: the last message, and why */
};

struct mw_wire_message {
    enum mw_wire_kind kind;
    uint32_t wire_version;   /* HELLO */
    uint32_t record_version; /* HELLO */
    uint32_t pid;            /* HELLO: of the agent */
    uint64_t wall_ns;        /* HELLO: CLOCK_REALTIME */
    uint64_t mono_ns;        /* HELLO: CLOCK_MONOTONIC; PING, PONG: the agent's when it asked */
    uint64_t hub_ns;         /* PONG: the hub's CLOCK_MONOTONIC */
    uint64_t offset;         /* FILE; SIZE: the length */
    bool complete;           /* ACK */
    char host[MW_WIRE_HOST]; /* HELLO */
    char name[MW_WIRE_NAME]; /* FILE, SIZE */
    char why[MW_WIRE_WHY];   /* BYE; may be empty */
    const unsigned char *data; /* FILE: points into what was parsed; the sender's */
    size_t length;             /* FILE: 1 to MW_WIRE_DATA */
};

/* Returns 0, or -1 when `bytes` are not exactly one well-formed message. Fields of other kinds are 0. */
int mw_wire_message_parse(struct mw_wire_message *message, const unsigned char *bytes, size_t length);

/* Returns the length, or 0 when `size` is too small or a field is out of range. */
size_t mw_wire_message_write(const struct mw_wire_message *message, unsigned char *bytes, size_t size);

#endif
