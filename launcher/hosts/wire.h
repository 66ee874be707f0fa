/* SPDX-License-Identifier: MIT */
/* One encrypted, authenticated connection over a nonblocking stream socket: messages in, messages out.
 *
 * Both sides know the run's secret. The server greets with a random nonce, the client answers with its own; both derive
 * one key for each direction from the secret and both nonces, so nothing recorded is worth anything in another
 * connection. The first frame each way is empty and proves that its sender has the secret. Frames are libsodium's
 * secretstream (XChaCha20-Poly1305): none can be changed, left out, repeated or reordered. doc/wire.md draws it.
 *
 * Nothing blocks. Until the peer has proven itself at most MW_WIRE_UNPROVEN bytes are kept of it, and it is sent
 * nothing but the greeting. After a call has failed the connection can only be closed. */
#ifndef MW_LAUNCHER_HOSTS_WIRE_H
#define MW_LAUNCHER_HOSTS_WIRE_H

#include "collector/base/err.h"
#include "launcher/hosts/wire_message.h"

#include <sodium.h>
#include <stdbool.h>
#include <stddef.h>

#define MW_WIRE_SECRET 32
#define MW_WIRE_NONCE 32
#define MW_WIRE_UNPROVEN 512
/* A frame's ciphertext at most; its length, a u32, goes before it. */
#define MW_WIRE_FRAME_MAX (MW_WIRE_MESSAGE_MAX + crypto_secretstream_xchacha20poly1305_ABYTES)
#define MW_WIRE_FRAME_EXTRA (4 + crypto_secretstream_xchacha20poly1305_ABYTES)

struct mw_wire_buffer {
    unsigned char *bytes;
    size_t begin, end, room; /* filled: [begin, end) */
};

enum mw_wire_side { MW_WIRE_SERVER, MW_WIRE_CLIENT };
enum mw_wire_stage { MW_WIRE_GREETING, MW_WIRE_HEADER, MW_WIRE_PROOF, MW_WIRE_OPEN }; /* what is waited for */

struct mw_wire {
    int fd; /* owned; -1 */
    enum mw_wire_side side;
    enum mw_wire_stage stage;
    const unsigned char *secret; /* borrowed */
    unsigned char nonce[MW_WIRE_NONCE];
    unsigned char in_secret[crypto_secretstream_xchacha20poly1305_KEYBYTES]; /* zeroed when used */
    unsigned char out_secret[crypto_secretstream_xchacha20poly1305_KEYBYTES];
    crypto_secretstream_xchacha20poly1305_state in_state, out_state;
    struct mw_wire_buffer in, out;
    size_t out_room; /* bytes that may wait to be sent, once open */
};

/* Takes over `fd`, a connected nonblocking socket, also when it fails. `secret` (MW_WIRE_SECRET bytes) must live as
 * long as the wire. `out_room` is the room for what waits to be sent. Returns 0, or -1 with a line in err. */
int mw_wire_init(struct mw_wire *wire, int fd, enum mw_wire_side side, const unsigned char *secret, size_t out_room,
                 struct mw_err *err);

/* Closes the socket, forgets the keys. Harmless on a wire that was closed. */
void mw_wire_fini(struct mw_wire *wire);

/* Both sides have proven themselves: messages may be put. */
bool mw_wire_is_open(const struct mw_wire *wire);

/* Takes once what the socket has, as far as there is room. Returns 1 when something came, 0 when nothing is there, -1
 * with a line in err when the connection is closed or broken. Then call mw_wire_next() until it returns 0. */
int mw_wire_read(struct mw_wire *wire, struct mw_err *err);

/* The next whole message into `plain` (MW_WIRE_MESSAGE_MAX bytes). Returns 1, 0 when there is none yet, -1 with a line
 * in err when the peer breaks the rules. */
int mw_wire_next(struct mw_wire *wire, unsigned char *plain, size_t *length, struct mw_err *err);

/* The longest message that can be put now. */
size_t mw_wire_room(const struct mw_wire *wire);

/* Queues one message. Returns 0, or -1 when there is no room for it. */
int mw_wire_put(struct mw_wire *wire, const unsigned char *plain, size_t length);

/* Sends what the socket takes. Returns 0, or -1 with a line in err. */
int mw_wire_flush(struct mw_wire *wire, struct mw_err *err);

/* Something waits to be sent. */
bool mw_wire_is_waiting(const struct mw_wire *wire);

#endif
