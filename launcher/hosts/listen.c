/* SPDX-License-Identifier: MIT */
#include "launcher/hosts/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 4096 /* all hosts of a cluster may connect at once; the kernel lowers it to its limit */

static socklen_t length_of(int family)
{
    return family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
}

/* Returns the socket or -1 with errno. */
static int listen_on(const struct sockaddr *address)
{
    int one = 1, fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -1;
    if (address->sa_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
    if (!bind(fd, address, length_of(address->sa_family)) && !listen(fd, BACKLOG))
        return fd;
    one = errno;
    close(fd);
    errno = one;
    return -1;
}

static unsigned port_of(int fd)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof(address);

    if (getsockname(fd, (struct sockaddr *)&address, &length))
        return 0;
    return ntohs(address.ss_family == AF_INET ? ((struct sockaddr_in *)&address)->sin_port
                                              : ((struct sockaddr_in6 *)&address)->sin6_port);
}

/* Appends an address; skips it if it does not fit. */
static void add_address(struct mw_listen *listen, const struct sockaddr *address, unsigned port)
{
    bool v6 = address->sa_family == AF_INET6;
    size_t used = strlen(listen->addresses);
    char host[INET6_ADDRSTRLEN], text[INET6_ADDRSTRLEN + 16];
    int n;

    if (getnameinfo(address, length_of(address->sa_family), host, sizeof(host), NULL, 0, NI_NUMERICHOST))
        return;
    n = snprintf(text, sizeof(text), "%s%s%s%s:%u", used ? " " : "", v6 ? "[" : "", host, v6 ? "]" : "", port);
    if (n > 0 && used + (size_t)n < sizeof(listen->addresses))
        memcpy(listen->addresses + used, text, (size_t)n + 1);
}

static bool can_be_reached(const struct ifaddrs *one, int family)
{
    if (!one->ifa_addr || one->ifa_addr->sa_family != family || !(one->ifa_flags & IFF_UP) || (one->ifa_flags & IFF_LOOPBACK))
        return false;
    if (family == AF_INET6)
        return !IN6_IS_ADDR_LINKLOCAL(&((const struct sockaddr_in6 *)one->ifa_addr)->sin6_addr);
    return ntohl(((const struct sockaddr_in *)one->ifa_addr)->sin_addr.s_addr) >> 16 != 0xa9fe; /* 169.254/16 */
}

/* On all addresses of a family, if any of them can be reached from other hosts. Returns 0, or -1 with errno. */
static int open_family(struct mw_listen *listen, const struct ifaddrs *all, int family)
{
    struct sockaddr_storage any = {.ss_family = (sa_family_t)family};
    const struct ifaddrs *one = all;
    int fd;

    while (one && !can_be_reached(one, family))
        one = one->ifa_next;
    if (!one)
        return 0;
    fd = listen_on((struct sockaddr *)&any);
    if (fd < 0)
        return -1;
    listen->fd[listen->count++] = fd;
    for (; one; one = one->ifa_next)
        if (can_be_reached(one, family))
            add_address(listen, one->ifa_addr, port_of(fd));
    return 0;
}

static int open_chosen(struct mw_listen *listen, const char *chosen, struct mw_err *err)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM}, *found;
    int fd;

    if (getaddrinfo(chosen, "0", &hints, &found))
        return mw_err_set(err, "invalid MEMWATCH_ADDRESS '%s': set it to a numeric address of this host", chosen);
    fd = listen_on(found->ai_addr);
    if (fd < 0)
        mw_err_set(err, "cannot listen on %s (MEMWATCH_ADDRESS): %s", chosen, strerror(errno));
    else {
        listen->fd[listen->count++] = fd;
        add_address(listen, found->ai_addr, port_of(fd));
    }
    freeaddrinfo(found);
    return fd < 0 ? -1 : 0;
}

int mw_listen_open(struct mw_listen *listen, const char *chosen, struct mw_err *err)
{
    struct ifaddrs *all;
    int failed;

    *listen = (struct mw_listen){.count = 0};
    if (chosen && *chosen)
        return open_chosen(listen, chosen, err);
    if (getifaddrs(&all))
        return mw_err_set(err, "cannot list the network interfaces: %s", strerror(errno));
    failed = open_family(listen, all, AF_INET);
    failed |= open_family(listen, all, AF_INET6);
    if (failed && !listen->count)
        mw_err_set(err, "cannot listen: %s", strerror(errno));
    freeifaddrs(all);
    return failed && !listen->count ? -1 : 0;
}

void mw_listen_close(struct mw_listen *listen)
{
    for (size_t i = 0; i < listen->count; i++)
        close(listen->fd[i]);
    listen->count = 0;
}
