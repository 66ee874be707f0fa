/* SPDX-License-Identifier: MIT */
/* Sockets that other hosts can reach, and the addresses to tell them. */
#ifndef MW_LAUNCHER_HOSTS_LISTEN_H
#define MW_LAUNCHER_HOSTS_LISTEN_H

#include "collector/base/err.h"

#include <stddef.h>

#define MW_LISTEN_SOCKETS 2
#define MW_LISTEN_TEXT 1024

struct mw_listen {
    int fd[MW_LISTEN_SOCKETS]; /* nonblocking */
    size_t count;
    char addresses[MW_LISTEN_TEXT]; /* "192.0.2.7:40123 [2001:db8::7]:40124": numeric, separated by blanks */
};

/* Listens on ephemeral ports: on the numeric address `chosen`, or, when it is NULL or empty, on all, IPv4 and IPv6, and
 * tells those of interfaces that are up, neither loopback nor link-local. A host that has no such address gets no
 * socket (count 0): nobody could reach it. Returns 0, or -1 with a line in err. */
int mw_listen_open(struct mw_listen *listen, const char *chosen, struct mw_err *err);

void mw_listen_close(struct mw_listen *listen);

#endif
