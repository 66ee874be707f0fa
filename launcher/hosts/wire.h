/* SPDX-License-Identifier: MIT */
/* One encrypted, authenticated connection over a nonblocking stream socket, which carries messages in both directions.
 *
 * Both sides know the run's secret. The server greets with a random nonce, the client answers with another; both derive
 * one key for each direction from the secret and both nonces, so recorded traffic cannot be replayed. The first frame
 * each way is empty and proves that its sender has the secret. Frames are libsodium's secretstream
 * (XChaCha20-Poly1305): none can be modified, dropped, repeated or reordered. doc/wire.md specifies the format.
 *
 * Nothing blocks. From an unauthenticated peer at most MW_WIRE_UNPROVEN bytes are stored, and only the greeting is sent
 * to it. After a failed call the connection can only be closed. */
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
/* Maximum ciphertext of a frame; its length, a u32, precedes it. */
#define MW_WIRE_FRAME_MAX (MW_WIRE_MESSAGE_MAX + crypto_secretstream_xchacha20poly1305_ABYTES)
#define MW_WIRE_FRAME_EXTRA (4 + crypto_secretstream_xchacha20poly1305_ABYTES)

struct mw_wire_buffer {
    unsigned char *bytes;
    size_t begin, end, room; /* contents: [begin, end) */
};

enum mw_wire_side { MW_WIRE_SERVER, MW_WIRE_CLIENT };
enum mw_wire_stage { MW_WIRE_GREETING, MW_WIRE_HEADER, MW_WIRE_PROOF, MW_WIRE_OPEN }; /* the next expected input */

struct mw_wire {
    int fd; /* owned; -1 */
    enum mw_wire_side side;
    enum mw_wire_stage stage;
    const unsigned char *secret; /* borrowed */
    unsigned char nonce[MW_WIRE_NONCE];
    unsigned char in_secret[crypto_secretstream_xchacha20poly1305_KEYBYTES]; /* zeroed after use */
    unsigned char out_secret[crypto_secretstream_xchacha20poly1305_KEYBYTES];
    crypto_secretstream_xchacha20poly1305_state in_state, out_state;
    struct mw_wire_buffer in, out;
    size_t out_room; /* maximum of queued bytes once open */
};

/* Takes ownership of `fd`, a connected nonblocking socket, also on failure. `secret` (MW_WIRE_SECRET bytes) must live
 * as long as the wire. `out_room` is the size of the output queue. Returns 0, or -1 with a line in err. */
int mw_wire_init(struct mw_wire *wire, int fd, enum mw_wire_side side, const unsigned char *secret, size_t out_room,
                 struct mw_err *err);

/* Closes the socket and erases the keys. No effect on a closed wire. */
void mw_wire_fini(struct mw_wire *wire);

/* Both sides are authenticated: messages may be queued. */
bool mw_wire_is_open(const struct mw_wire *wire);

/* Reads once from the socket, as far as there is room. Returns 1 if data arrived, 0 if there is none, -1 with a line in
 * err if the connection is closed or broken. Then call mw_wire_next() until it returns 0. */
int mw_wire_read(struct mw_wire *wire, struct mw_err *err);

/* Copies the next complete message into `plain` (MW_WIRE_MESSAGE_MAX bytes). Returns 1, 0 if there is none yet, -1 with
 * a line in err if the peer violates the protocol. */
int mw_wire_next(struct mw_wire *wire, unsigned char *plain, size_t *length, struct mw_err *err);

/* The maximum size of a message that can be queued now. */
size_t mw_wire_room(const struct mw_wire *wire);

/* Queues one message. Returns 0, or -1 if there is no room. */
int mw_wire_put(struct mw_wire *wire, const unsigned char *plain, size_t length);

/* Sends queued data. Returns 0, or -1 with a line in err. */
int mw_wire_flush(struct mw_wire *wire, struct mw_err *err);

/* Queued data is left to send. */
bool mw_wire_is_waiting(const struct mw_wire *wire);

#endif
