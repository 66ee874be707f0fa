/* SPDX-License-Identifier: MIT */
#include "launcher/hosts/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAGIC_BYTES 8
#define HEADER_BYTES crypto_secretstream_xchacha20poly1305_HEADERBYTES
#define TAG_BYTES crypto_secretstream_xchacha20poly1305_ABYTES
#define KEY_BYTES crypto_secretstream_xchacha20poly1305_KEYBYTES
#define GREETING_BYTES (MAGIC_BYTES + MW_WIRE_NONCE)

static const unsigned char magic[MAGIC_BYTES] = {'M', 'E', 'M', 'W', 'I', 'R', 'E', MW_WIRE_VERSION};

/* ---- buffers ---- */

static size_t filled(const struct mw_wire_buffer *buffer)
{
    return buffer->end - buffer->begin;
}

static const unsigned char *head(const struct mw_wire_buffer *buffer)
{
    return buffer->bytes + buffer->begin;
}

/* Moves the contents to the front; room for `room` bytes in all. */
static int make_room(struct mw_wire_buffer *buffer, size_t room)
{
    unsigned char *grown;

    if (buffer->begin) {
        memmove(buffer->bytes, buffer->bytes + buffer->begin, filled(buffer));
        buffer->end -= buffer->begin;
        buffer->begin = 0;
    }
    if (buffer->room >= room)
        return 0;
    grown = realloc(buffer->bytes, room);
    if (!grown)
        return -1;
    buffer->bytes = grown;
    buffer->room = room;
    return 0;
}

static void release(struct mw_wire_buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct mw_wire_buffer){0};
}

/* Frees an empty buffer: with thousands of agents most connections are idle. */
static void drop(struct mw_wire_buffer *buffer, size_t length)
{
    buffer->begin += length;
    if (buffer->begin == buffer->end)
        release(buffer);
}

/* The caller has reserved the room. */
static void append(struct mw_wire_buffer *buffer, const void *bytes, size_t length)
{
    memcpy(buffer->bytes + buffer->end, bytes, length);
    buffer->end += length;
}

/* ---- frames ---- */

static uint32_t read_length(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* Appends a frame to the queue; the caller has reserved the room. The length is authenticated as well. */
static void seal(struct mw_wire *wire, const unsigned char *plain, size_t length)
{
    uint32_t sealed = (uint32_t)(length + TAG_BYTES);
    unsigned char prefix[4] = {(unsigned char)sealed, (unsigned char)(sealed >> 8), (unsigned char)(sealed >> 16),
                               (unsigned char)(sealed >> 24)};

    append(&wire->out, prefix, sizeof(prefix));
    crypto_secretstream_xchacha20poly1305_push(&wire->out_state, wire->out.bytes + wire->out.end, NULL, plain, length, prefix,
                                               sizeof(prefix), 0);
    wire->out.end += sealed;
}

/* Returns 1 with the plaintext, 0 if the frame is incomplete, -1 on an error. */
static int unseal(struct mw_wire *wire, unsigned char *plain, size_t size, size_t *length, struct mw_err *err)
{
    const unsigned char *at;
    unsigned long long plain_length;
    unsigned char tag;
    size_t sealed;

    if (filled(&wire->in) < 4)
        return 0;
    at = head(&wire->in);
    sealed = read_length(at);
    if (sealed < TAG_BYTES || sealed - TAG_BYTES > size)
        return mw_err_set(err, "received a frame of invalid length");
    if (filled(&wire->in) < 4 + sealed)
        return 0;
    if (crypto_secretstream_xchacha20poly1305_pull(&wire->in_state, plain, &plain_length, &tag, at + 4, sealed, at, 4))
        return mw_err_set(err, "received a frame that cannot be authenticated: the secret differs, or the frame was modified");
    *length = (size_t)plain_length;
    drop(&wire->in, 4 + sealed);
    return 1;
}

/* ---- the handshake ---- */

static void derive(unsigned char key[KEY_BYTES], const struct mw_wire *wire, const char *direction, const unsigned char *server,
                   const unsigned char *client)
{
    crypto_generichash_state state;

    crypto_generichash_init(&state, wire->secret, MW_WIRE_SECRET, KEY_BYTES);
    crypto_generichash_update(&state, magic, sizeof(magic));
    crypto_generichash_update(&state, (const unsigned char *)direction, strlen(direction));
    crypto_generichash_update(&state, server, MW_WIRE_NONCE);
    crypto_generichash_update(&state, client, MW_WIRE_NONCE);
    crypto_generichash_final(&state, key, KEY_BYTES);
    sodium_memzero(&state, sizeof(state));
}

static void derive_both(struct mw_wire *wire, const unsigned char *peer)
{
    bool is_server = wire->side == MW_WIRE_SERVER;
    const unsigned char *server = is_server ? wire->nonce : peer, *client = is_server ? peer : wire->nonce;

    derive(is_server ? wire->out_secret : wire->in_secret, wire, "to client", server, client);
    derive(is_server ? wire->in_secret : wire->out_secret, wire, "to server", server, client);
}

static void put_greeting(struct mw_wire *wire)
{
    append(&wire->out, magic, MAGIC_BYTES);
    append(&wire->out, wire->nonce, MW_WIRE_NONCE);
}

/* The outgoing key, and the frame that proves knowledge of the secret. */
static void put_proof(struct mw_wire *wire)
{
    unsigned char header[HEADER_BYTES];

    crypto_secretstream_xchacha20poly1305_init_push(&wire->out_state, header, wire->out_secret);
    sodium_memzero(wire->out_secret, sizeof(wire->out_secret));
    append(&wire->out, header, sizeof(header));
    seal(wire, NULL, 0);
}

static int take_greeting(struct mw_wire *wire, struct mw_err *err)
{
    if (filled(&wire->in) && memcmp(head(&wire->in), magic, filled(&wire->in) < 7 ? filled(&wire->in) : 7) != 0)
        return mw_err_set(err, "the peer is not memwatch");
    if (filled(&wire->in) < GREETING_BYTES)
        return 0;
    if (head(&wire->in)[7] != MW_WIRE_VERSION)
        return mw_err_set(err, "the peer is another version of memwatch");
    if (make_room(&wire->out, MW_WIRE_UNPROVEN))
        return mw_err_set(err, "out of memory");
    derive_both(wire, head(&wire->in) + MAGIC_BYTES);
    drop(&wire->in, GREETING_BYTES);
    if (wire->side == MW_WIRE_CLIENT) {
        put_greeting(wire);
        put_proof(wire);
    }
    wire->stage = MW_WIRE_HEADER;
    return 1;
}

static int take_header(struct mw_wire *wire, struct mw_err *err)
{
    if (filled(&wire->in) < HEADER_BYTES)
        return 0;
    if (crypto_secretstream_xchacha20poly1305_init_pull(&wire->in_state, head(&wire->in), wire->in_secret))
        return mw_err_set(err, "the peer's key is malformed");
    sodium_memzero(wire->in_secret, sizeof(wire->in_secret));
    drop(&wire->in, HEADER_BYTES);
    wire->stage = MW_WIRE_PROOF;
    return 1;
}

static int take_proof(struct mw_wire *wire, struct mw_err *err)
{
    unsigned char none[1];
    size_t length;
    int taken = unseal(wire, none, 0, &length, err);

    if (taken <= 0)
        return taken;
    if (make_room(&wire->out, MW_WIRE_UNPROVEN))
        return mw_err_set(err, "out of memory");
    if (wire->side == MW_WIRE_SERVER)
        put_proof(wire);
    wire->stage = MW_WIRE_OPEN;
    return 1;
}

/* ---- interface ---- */

int mw_wire_init(struct mw_wire *wire, int fd, enum mw_wire_side side, const unsigned char *secret, size_t out_room,
                 struct mw_err *err)
{
    memset(wire, 0, sizeof(*wire));
    wire->fd = fd;
    wire->side = side;
    wire->stage = MW_WIRE_GREETING;
    wire->secret = secret;
    wire->out_room = out_room;
    if (sodium_init() < 0 || make_room(&wire->out, MW_WIRE_UNPROVEN)) {
        mw_wire_fini(wire);
        return mw_err_set(err, "out of memory or no random numbers");
    }
    randombytes_buf(wire->nonce, sizeof(wire->nonce));
    if (side == MW_WIRE_SERVER)
        put_greeting(wire);
    return 0;
}

void mw_wire_fini(struct mw_wire *wire)
{
    if (wire->fd >= 0)
        close(wire->fd);
    release(&wire->in);
    release(&wire->out);
    sodium_memzero(wire, sizeof(*wire));
    wire->fd = -1;
}

bool mw_wire_is_open(const struct mw_wire *wire)
{
    return wire->stage == MW_WIRE_OPEN;
}

int mw_wire_read(struct mw_wire *wire, struct mw_err *err)
{
    ssize_t n;

    if (make_room(&wire->in, mw_wire_is_open(wire) ? 4 + MW_WIRE_FRAME_MAX : MW_WIRE_UNPROVEN))
        return mw_err_set(err, "out of memory");
    n = recv(wire->fd, wire->in.bytes + wire->in.end, wire->in.room - wire->in.end, 0);
    if (n > 0) {
        wire->in.end += (size_t)n;
        return 1;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        drop(&wire->in, 0);
        return 0;
    }
    return mw_err_set(err, "%s", n ? strerror(errno) : "connection closed by the peer");
}

int mw_wire_next(struct mw_wire *wire, unsigned char *plain, size_t *length, struct mw_err *err)
{
    static int (*const steps[])(struct mw_wire *, struct mw_err *) = {take_greeting, take_header, take_proof};

    while (!mw_wire_is_open(wire)) {
        int taken = steps[wire->stage](wire, err);
        if (taken <= 0)
            return taken;
    }
    return unseal(wire, plain, MW_WIRE_MESSAGE_MAX, length, err);
}

size_t mw_wire_room(const struct mw_wire *wire)
{
    size_t used = filled(&wire->out) + MW_WIRE_FRAME_EXTRA;

    if (!mw_wire_is_open(wire) || used >= wire->out_room)
        return 0;
    return wire->out_room - used < MW_WIRE_MESSAGE_MAX ? wire->out_room - used : MW_WIRE_MESSAGE_MAX;
}

int mw_wire_put(struct mw_wire *wire, const unsigned char *plain, size_t length)
{
    if (length > mw_wire_room(wire) || make_room(&wire->out, wire->out_room))
        return -1;
    seal(wire, plain, length);
    return 0;
}

int mw_wire_flush(struct mw_wire *wire, struct mw_err *err)
{
    while (mw_wire_is_waiting(wire)) {
        ssize_t n = send(wire->fd, head(&wire->out), filled(&wire->out), MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return 0;
        if (n < 0)
            return mw_err_set(err, "%s", strerror(errno));
        drop(&wire->out, (size_t)n);
    }
    return 0;
}

bool mw_wire_is_waiting(const struct mw_wire *wire)
{
    return filled(&wire->out) > 0;
}
