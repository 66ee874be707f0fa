/* SPDX-License-Identifier: MIT */
#include "pmpi/across.h"

#include "collector/clock.h"
#include "collector/io.h"
#include "pmpi/across_parts.h"
#include "pmpi/names.h"
#include "pmpi/rank.h"
#include "pmpi/say.h"
#include "pmpi/tcp.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define HELLO_NS MW_NS_PER_SEC /* for who has connected to say who he is */

struct guest {
    int fd;
    struct mw_across_hello hello;
    struct mw_across_end end;
    bool wanted;
};

struct root {
    struct mw_across_here *here;
    int size;
    int listener;
    char value[256]; /* as published: secret+port+addresses */
    struct guest *guests;
    int guest_count;
    bool *announced; /* ranks that other hosts bring */
    int announced_count;
    int file;
    uint64_t written;
    int stored; /* records in the file */
    char *buffer;
};

static bool open_port(struct root *root)
{
    unsigned char secret[MW_ACROSS_TOKEN / 2];
    uint16_t port = 0;
    size_t used = 0;

    root->listener = mw_tcp_listen(&port);
    if (root->listener < 0 || getrandom(secret, sizeof(secret), GRND_NONBLOCK) != sizeof(secret))
        return false;
    for (size_t i = 0; i < sizeof(secret); i++)
        used += (size_t)snprintf(root->value + used, sizeof(root->value) - used, "%02x", secret[i]);
    used += (size_t)snprintf(root->value + used, sizeof(root->value) - used, "+%u+", port);
    mw_tcp_addresses(root->value + used, sizeof(root->value) - used);
    return true;
}

/* ---- who comes ---- */

static bool is_welcome(const struct root *root, const struct mw_across_hello *hello)
{
    return !memcmp(hello->magic, MW_ACROSS_MAGIC, sizeof(hello->magic)) && hello->version == MW_RECORD_VERSION &&
           hello->endian == MW_RECORD_ENDIAN && !memcmp(hello->token, root->value, sizeof(hello->token)) &&
           hello->count > 0 && hello->count <= (uint32_t)root->size;
}

static int announce(struct root *root, int fd, uint32_t count, uint64_t deadline)
{
    int32_t rank;

    for (uint32_t i = 0; i < count; i++) {
        if (mw_tcp_receive(fd, &rank, sizeof(rank), deadline))
            return -1;
        if (rank > 0 && rank < root->size && !root->announced[rank]) {
            root->announced[rank] = true;
            root->announced_count++;
        }
    }
    return 0;
}

static void welcome(struct root *root, int fd)
{
    uint64_t deadline = mw_clock_now() + HELLO_NS;
    struct guest *guest = &root->guests[root->guest_count];

    *guest = (struct guest){.fd = fd};
    if (root->guest_count < root->size && !mw_tcp_receive(fd, &guest->hello, sizeof(guest->hello), deadline) &&
        is_welcome(root, &guest->hello) && !announce(root, fd, guest->hello.count, deadline))
        root->guest_count++;
    else
        close(fd);
}

static void await(struct root *root)
{
    const uint64_t turn = 5 * MW_NS_PER_MS;
    int fd;

    for (;;) {
        uint64_t now = mw_clock_now();
        mw_across_look(root->here);
        if (root->here->ready_count + root->announced_count >= root->size || now >= root->here->deadline)
            return;
        if ((fd = mw_tcp_accept(root->listener, now + turn)) >= 0)
            welcome(root, fd);
    }
}

/* ---- what they bring ---- */

/* The shortest of some round trips bounds the error: the answer was given somewhere within it. */
static int measure_clock(struct guest *guest, uint64_t deadline)
{
    for (int i = 0; i < MW_ACROSS_PINGS; i++) {
        uint64_t there, before = mw_clock_now(), after;
        if (mw_tcp_send(guest->fd, &before, sizeof(before), deadline) ||
            mw_tcp_receive(guest->fd, &there, sizeof(there), deadline))
            return -1;
        after = mw_clock_now();
        if (i == 0 || (after - before) / 2 < guest->end.error_ns) {
            guest->end.error_ns = (after - before) / 2;
            guest->end.shift_ns = (int64_t)(before + (after - before) / 2 - there);
        }
    }
    guest->end.known = 1;
    return 0;
}

/* Appends the record in the buffer. */
static int store(struct root *root, uint64_t length, const struct mw_across_end *end)
{
    const struct mw_record_head *head = (const void *)root->buffer;
    uint64_t offset = length < sizeof(*head) ? UINT64_MAX : head->sections[MW_SECTION_STATE].offset;
    struct mw_state *state;

    if (offset % 8 || offset > length || length - offset < sizeof(*state))
        return -1;
    state = (void *)(root->buffer + offset);
    state->clock_shift_ns = end->shift_ns;
    state->clock_error_ns = end->error_ns;
    state->clock_known = end->known;
    if (!mw_io_may_grow(root->written + length) || mw_io_pwrite(root->file, root->buffer, length, (off_t)root->written))
        return -1;
    root->written += length;
    root->stored++;
    return 0;
}

static int receive_records(struct root *root, struct guest *guest, uint64_t deadline)
{
    for (uint32_t i = 0; i < guest->hello.count; i++) {
        uint64_t length;
        if (mw_tcp_receive(guest->fd, &length, sizeof(length), deadline) || length > mw_journal_length() ||
            mw_tcp_receive(guest->fd, root->buffer, length, deadline) || store(root, length, &guest->end))
            return -1;
    }
    return 0;
}

/* Ours is the clock that the others' are compared with. */
static const struct mw_across_end reference = {.known = 1};

static void store_own(struct root *root)
{
    for (int i = 0; i < root->here->ready_count; i++)
        store(root, mw_across_pack(root->here->ready[i], root->buffer), &reference);
}

/* ---- all of it ---- */

/* Asks those whose records would get lost; when rank 0's own would, all: the whole record is to be in one place. */
static bool ask(struct root *root)
{
    bool any = !root->here->safe;

    for (int i = 0; i < root->guest_count; i++) {
        struct guest *guest = &root->guests[i];
        struct mw_across_verdict verdict = {.wanted = !root->here->safe || !guest->hello.safe};
        int failed = mw_tcp_send(guest->fd, &verdict, sizeof(verdict), mw_clock_now() + HELLO_NS);
        guest->wanted = verdict.wanted && !failed;
        any = any || guest->wanted;
    }
    return any;
}

static void collect(struct root *root)
{
    uint64_t last = mw_clock_now() + MW_ACROSS_TRANSFERS_S * MW_NS_PER_SEC;

    mw_across_note(&reference);
    if (!root->here->safe)
        store_own(root);
    for (int i = 0; i < root->guest_count; i++) {
        struct guest *guest = &root->guests[i];
        uint64_t limit = mw_clock_now() + MW_ACROSS_HOST_S * MW_NS_PER_SEC;
        limit = limit < last ? limit : last;
        guest->end.stored = guest->wanted && !measure_clock(guest, limit) && !receive_records(root, guest, limit);
    }
}

/* Tells everybody how it went, once the file is in its place. */
static void conclude(struct root *root, bool in_place)
{
    for (int i = 0; i < root->guest_count; i++) {
        struct guest *guest = &root->guests[i];
        if (!guest->wanted)
            continue;
        guest->end.stored = guest->end.stored && in_place;
        if (in_place && !root->here->safe)
            memcpy(guest->end.host, mw_rank.host, sizeof(guest->end.host));
        mw_tcp_send(guest->fd, &guest->end, sizeof(guest->end), mw_clock_now() + HELLO_NS);
    }
}

static bool gather(struct root *root, const char *name)
{
    char partial[96];
    bool in_place;

    snprintf(partial, sizeof(partial), "%s.part", name);
    root->buffer = malloc(mw_journal_length());
    root->file = openat(mw_rank.dirfd, partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (!root->buffer || root->file < 0)
        return false;
    collect(root);
    in_place = root->stored > 0 && !renameat(mw_rank.dirfd, partial, mw_rank.dirfd, name);
    if (!in_place)
        unlinkat(mw_rank.dirfd, partial, 0);
    conclude(root, in_place);
    return in_place;
}

void mw_across_say_where(const char *name)
{
    mw_say("memwatch: the whole record lies on host %s: memwatch report %s/%s prints it there\n", mw_rank.host,
           mw_rank.dir, name);
}

/* The record stays here, and nobody brings it to the launcher. */
static void say_where(const struct root *root, const char *name)
{
    if (mw_rank.alone)
        return;
    if (root->stored == root->size)
        mw_across_say_where(name);
    else
        mw_say("memwatch: the record of %d of %d ranks lies on host %s: memwatch report %s prints it there\n",
               root->stored, root->size, mw_rank.host, mw_rank.dir);
}

static void release(struct root *root)
{
    for (int i = 0; i < root->guest_count; i++)
        close(root->guests[i].fd);
    if (root->listener >= 0)
        close(root->listener);
    if (root->file >= 0)
        close(root->file);
    free(root->guests);
    free(root->announced);
    free(root->buffer);
}

bool mw_across_root(struct mw_across_here *here, const char *service, const char *name)
{
    struct root root = {.here = here, .size = mw_rank.journal.ident->size, .listener = -1, .file = -1};
    bool whole = false;

    root.guests = calloc((size_t)root.size + 1, sizeof(*root.guests));
    root.announced = calloc((size_t)root.size, sizeof(*root.announced));
    if (root.guests && root.announced && open_port(&root) && mw_names_publish(service, root.value)) {
        await(&root);
        mw_names_unpublish(service, root.value);
        if (ask(&root) && gather(&root, name) && !here->safe) {
            whole = root.stored == root.size;
            say_where(&root, name);
            if (whole)
                mw_across_remove(here);
        }
    }
    release(&root);
    return whole;
}
