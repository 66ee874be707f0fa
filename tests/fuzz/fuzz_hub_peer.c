/* SPDX-License-Identifier: MIT */
/* An agent that has the secret and keeps to nothing else: its messages, each a u16 length and so many bytes, sealed as a real
 * one's are. */
#include "launcher/hosts/hub_peer.h"
#include "tests/fuzz/hub_directory.h"

#include <sys/socket.h>

static const unsigned char secret[MW_WIRE_SECRET] = "all processes of a job know this";
static char host[MW_WIRE_HOST]; /* its announced name; "": none yet */

static int hello(void *context, struct mw_hub_peer *peer, struct mw_err *err)
{
    (void)context, (void)err;
    fuzz_expect(!host[0] && strcmp(peer->peer.host, HUB_OWN_HOST) != 0);
    memcpy(host, peer->peer.host, sizeof(host));
    return 0;
}

/* Only what this host may send, and what the hub notes of it. */
static void look(const char *name, const struct stat *st)
{
    enum mw_host_file kind = mw_host_files_kind(name, host);
    bool is_note = !strncmp(name, MW_FILE_PEER, strlen(MW_FILE_PEER)) && !strcmp(name + strlen(MW_FILE_PEER), host);

    fuzz_expect(host[0] && S_ISREG(st->st_mode));
    fuzz_expect(is_note ? (size_t)st->st_size == sizeof(struct mw_peer)
                        : kind != MW_HOST_FILE_NONE && (uint64_t)st->st_size <= mw_host_files_limit(kind));
}

static void exchange(struct mw_hub_peer *peer, struct mw_hub_files *files, struct mw_wire *agent)
{
    static unsigned char plain[MW_WIRE_MESSAGE_MAX];
    size_t length;

    for (int i = 0; i < 4 && !mw_wire_is_open(agent); i++) {
        fuzz_expect(!mw_wire_flush(agent, NULL) && !mw_hub_peer_serve(peer, files, hello, NULL, NULL));
        fuzz_expect(mw_wire_read(agent, NULL) >= 0 && mw_wire_next(agent, plain, &length, NULL) >= 0);
    }
    fuzz_expect(mw_wire_is_open(agent) && mw_wire_is_open(&peer->wire));
}

/* Returns whether the connection is still good. What the hub answers is read, and sound. */
static bool send_one(struct mw_hub_peer *peer, struct mw_hub_files *files, struct mw_wire *agent, const uint8_t *bytes,
                     size_t size)
{
    static unsigned char plain[MW_WIRE_MESSAGE_MAX];
    struct mw_wire_message answer;
    struct mw_err err;
    size_t length;
    int next;

    if (size > mw_wire_room(agent) || mw_wire_put(agent, bytes, size) || mw_wire_flush(agent, &err) ||
        mw_hub_peer_serve(peer, files, hello, NULL, &err))
        return false;
    while (mw_wire_read(agent, &err) > 0)
        while ((next = mw_wire_next(agent, plain, &length, &err)) != 0)
            fuzz_expect(next > 0 && !mw_wire_message_parse(&answer, plain, length));
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mw_hub_files *files = hub_files();
    struct mw_hub_peer *peer;
    struct mw_wire agent;
    int ends[2];

    memset(host, 0, sizeof(host));
    fuzz_expect(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends));
    peer = mw_hub_peer_create(ends[0], secret);
    fuzz_expect(peer && !mw_wire_init(&agent, ends[1], MW_WIRE_CLIENT, secret, 2 * MW_WIRE_FRAME_MAX, NULL));
    exchange(peer, files, &agent);
    while (size > 2) {
        size_t length = (size_t)(data[0] | data[1] << 8);
        data += 2, size -= 2;
        length = length < size ? length : size;
        if (!send_one(peer, files, &agent, data, length))
            break;
        data += length, size -= length;
    }
    mw_hub_peer_close(peer, "the end", files->dirfd);
    mw_hub_peer_destroy(peer);
    mw_wire_fini(&agent);
    fuzz_expect(hub_directory_empty(look) <= HUB_BYTES + sizeof(struct mw_peer));
    return 0;
}
