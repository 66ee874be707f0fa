/* SPDX-License-Identifier: MIT */
/* Listening sockets that other hosts can reach, and their addresses. */
#ifndef MW_LAUNCHER_HOSTS_LISTEN_H
#define MW_LAUNCHER_HOSTS_LISTEN_H

#include "collector/base/err.h"

#include <stddef.h>

#define MW_LISTEN_SOCKETS 2
#define MW_LISTEN_TEXT 1024

struct mw_listen {
    int fd[MW_LISTEN_SOCKETS]; /* nonblocking */
    size_t count;
    char addresses[MW_LISTEN_TEXT]; /* "192.0.2.7:40123 [2001:db8::7]:40124": numeric, separated by spaces */
};

/* Listens on ephemeral ports: on the numeric address `chosen`, or, if that is NULL or empty, on all IPv4 and IPv6
 * addresses. `addresses` lists those of interfaces that are up and neither loopback nor link-local. A host without such
 * an address gets no socket (count 0). Returns 0, or -1 with a line in err. */
int mw_listen_open(struct mw_listen *listen, const char *chosen, struct mw_err *err);

void mw_listen_close(struct mw_listen *listen);

#endif
