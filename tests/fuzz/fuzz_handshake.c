/* SPDX-License-Identifier: MIT */
/* The stream between hosts before its peer is authenticated: any client or server without the secret.
 * The first byte chooses the side and into how large pieces the rest is cut. */
#include "launcher/hosts/wire.h"
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

static const unsigned char secret[MW_WIRE_SECRET] = "nobody who connects knows this..";

static void is_bounded(const struct mw_wire *wire)
{
    fuzz_expect(!mw_wire_is_open(wire));
    fuzz_expect(wire->in.room <= MW_WIRE_UNPROVEN && wire->out.room <= MW_WIRE_UNPROVEN);
    fuzz_expect(wire->in.begin <= wire->in.end && wire->in.end - wire->in.begin <= MW_WIRE_UNPROVEN);
    fuzz_expect(mw_wire_room(wire) == 0);
}

/* Returns whether the connection is still good. */
static int take(struct mw_wire *wire)
{
    static unsigned char plain[MW_WIRE_MESSAGE_MAX];
    struct mw_err err;
    size_t length;
    int some, next = 0;

    while ((some = mw_wire_read(wire, &err)) > 0) {
        next = mw_wire_next(wire, plain, &length, &err);
        fuzz_expect(next <= 0); /* it results in no message */
        is_bounded(wire);
        if (next < 0)
            return 0;
        fuzz_expect(wire->in.end - wire->in.begin < MW_WIRE_UNPROVEN); /* else reading stops, and the connection never ends */
    }
    return some == 0 && !mw_wire_flush(wire, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mw_wire wire;
    struct mw_err err;
    int ends[2];
    size_t piece;

    if (size < 1)
        return 0;
    fuzz_expect(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends));
    fuzz_expect(!mw_wire_init(&wire, ends[0], data[0] & 1 ? MW_WIRE_CLIENT : MW_WIRE_SERVER, secret, 4096, &err));
    piece = data[0] >> 1 ? data[0] >> 1 : 4096;
    data++, size--;
    while (size) {
        ssize_t n = send(ends[1], data, size < piece ? size : piece, MSG_NOSIGNAL);
        if (n <= 0 || !take(&wire))
            break;
        data += n;
        size -= (size_t)n;
    }
    is_bounded(&wire);
    mw_wire_fini(&wire);
    close(ends[1]);
    return 0;
}
