/* SPDX-License-Identifier: MIT */
/* An attacker who can reach a hub's port: mwflood COUNT SECONDS [once], with the hub's address in MEMWATCH_CONNECT. Opens
 * COUNT connections, each of which violates the protocol in one way; repeated when one is closed, or once. Prints how many
 * connections the hub has closed. Uses the loopback interface only. */
#include "launcher/hosts/link_address.h"
#include "launcher/hosts/wire.h"

#include "collector/base/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST 512

static unsigned char garbage[65536];
static int fds[MOST];
static size_t sent[MOST];
static unsigned long closed;
static int once;

static bool is_loopback(const struct mw_link_address *to)
{
    return to->address.ss_family == AF_INET && ntohl(((const struct sockaddr_in *)&to->address)->sin_addr.s_addr) >> 24 == 127;
}

/* A valid greeting, a key, and a frame of 4 GiB. */
static void send_huge(int fd)
{
    unsigned char bytes[8 + MW_WIRE_NONCE + 24 + 4] = {'M', 'E', 'M', 'W', 'I', 'R', 'E', MW_WIRE_VERSION};

    memset(bytes + sizeof(bytes) - 4, 0xff, 4);
    send(fd, bytes, sizeof(bytes), MSG_NOSIGNAL);
}

static void misbehave(int i)
{
    static const unsigned char magic[] = {'M', 'E', 'M', 'W', 'I', 'R', 'E', MW_WIRE_VERSION};

    switch (i % 5) {
    case 0: break; /* sends nothing */
    case 1: send(fds[i], garbage, sizeof(garbage), MSG_NOSIGNAL); break;
    case 2: send_huge(fds[i]); break;
    case 3: /* one byte at a time */
        send(fds[i], sent[i] < sizeof(magic) ? &magic[sent[i]] : garbage, 1, MSG_NOSIGNAL);
        sent[i]++;
        break;
    default: /* connects and disconnects */
        close(fds[i]);
        fds[i] = -1;
        sent[i] = SIZE_MAX;
    }
}

static void again(int i, const struct mw_link_address *to)
{
    unsigned char byte[64];
    ssize_t n;

    if (fds[i] < 0) {
        if (once && sent[i] == SIZE_MAX)
            return;
        fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        sent[i] = 0;
        if (fds[i] >= 0)
            connect(fds[i], (const struct sockaddr *)&to->address, to->length);
        return;
    }
    n = recv(fds[i], byte, sizeof(byte), 0);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != ENOTCONN)) {
        closed++;
        close(fds[i]);
        fds[i] = -1;
        sent[i] = SIZE_MAX;
        return;
    }
    misbehave(i);
}

int main(int argc, char **argv)
{
    struct mw_link_address to[MW_LINK_ADDRESSES];
    int count = argc > 2 ? atoi(argv[1]) : 0;
    uint64_t deadline = mw_clock_now() + (argc > 2 ? strtoull(argv[2], NULL, 10) : 0) * MW_NS_PER_SEC;
    const char *connect_text = getenv("MEMWATCH_CONNECT");

    if (count < 1 || count > MOST || !connect_text || !mw_link_address_parse(connect_text, to) || !is_loopback(&to[0])) {
        fputs("mwflood COUNT SECONDS [once], with a hub on 127.0.0.1 in MEMWATCH_CONNECT\n", stderr);
        return 2;
    }
    once = argc > 3;
    for (size_t i = 0; i < sizeof(garbage); i++)
        garbage[i] = (unsigned char)(i * 167 + 13);
    memset(fds, -1, sizeof(fds));
    while (mw_clock_now() < deadline) {
        for (int i = 0; i < count; i++)
            again(i, &to[0]);
        poll(NULL, 0, 20);
    }
    printf("closed=%lu\n", closed);
    return 0;
}
