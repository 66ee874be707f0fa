/* SPDX-License-Identifier: MIT */
/* The addresses of MEMWATCH_CONNECT: "192.0.2.7:40123 [2001:db8::7]:40124". */
#ifndef MW_LAUNCHER_HOSTS_LINK_ADDRESS_H
#define MW_LAUNCHER_HOSTS_LINK_ADDRESS_H

#include <stddef.h>
#include <sys/socket.h>

#define MW_LINK_ADDRESSES 32

struct mw_link_address {
    struct sockaddr_storage address;
    socklen_t length;
    char text[64]; /* as written */
};

/* Returns the number of addresses, at most MW_LINK_ADDRESSES. Malformed ones are skipped. */
size_t mw_link_address_parse(const char *text, struct mw_link_address *addresses);

#endif
