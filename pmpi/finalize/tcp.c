/* SPDX-License-Identifier: MIT */
#include "pmpi/finalize/tcp.h"

#include "collector/base/clock.h"
#include "pmpi/abi/library.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECT_NS MW_NS_PER_SEC /* for one address */
#define BACKLOG 512
#define QUIET_MS 2 /* how long MPI may be left alone */

static int make_socket(int family)
{
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int on = 1;

    if (fd >= 0)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); /* inherited by what is accepted */
    return fd;
}

static int listen_at(const void *address, socklen_t size, int family, uint16_t *port)
{
    struct sockaddr_storage bound;
    socklen_t length = sizeof(bound);
    int fd = make_socket(family), off = 0;

    if (fd >= 0 && family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
    if (fd >= 0 && !bind(fd, address, size) && !listen(fd, BACKLOG) &&
        !getsockname(fd, (struct sockaddr *)&bound, &length)) {
        *port = ntohs(family == AF_INET6 ? ((struct sockaddr_in6 *)&bound)->sin6_port
                                         : ((struct sockaddr_in *)&bound)->sin_port);
        return fd;
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

int mw_tcp_listen(uint16_t *port)
{
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_ANY_INIT};
    struct sockaddr_in four = {.sin_family = AF_INET};
    int fd = listen_at(&six, sizeof(six), AF_INET6, port);

    return fd >= 0 ? fd : listen_at(&four, sizeof(four), AF_INET, port);
}

/* The text of an address that other hosts may reach, or NULL. */
static const char *text_of(const struct ifaddrs *entry, char text[INET6_ADDRSTRLEN])
{
    if (!entry->ifa_addr || !(entry->ifa_flags & IFF_UP) || (entry->ifa_flags & IFF_LOOPBACK))
        return NULL;
    if (entry->ifa_addr->sa_family == AF_INET)
        return inet_ntop(AF_INET, &((struct sockaddr_in *)(void *)entry->ifa_addr)->sin_addr, text, INET6_ADDRSTRLEN);
    if (entry->ifa_addr->sa_family == AF_INET6) {
        const struct in6_addr *address = &((struct sockaddr_in6 *)(void *)entry->ifa_addr)->sin6_addr;
        return IN6_IS_ADDR_LINKLOCAL(address) ? NULL : inet_ntop(AF_INET6, address, text, INET6_ADDRSTRLEN);
    }
    return NULL;
}

void mw_tcp_addresses(char *text, size_t size)
{
    char one[INET6_ADDRSTRLEN];
    struct ifaddrs *list = NULL;
    size_t used = 0;

    text[0] = '\0';
    if (getifaddrs(&list))
        return;
    for (struct ifaddrs *entry = list; entry; entry = entry->ifa_next)
        if (text_of(entry, one) && used + 1 + strlen(one) < size)
            used += (size_t)snprintf(text + used, size - used, "%s%s", used ? "+" : "", one);
    freeifaddrs(list);
}

/* Waits for poll's `events`. False when the deadline has passed. */
static int wait_for(int fd, short events, uint64_t deadline)
{
    struct pollfd entry = {fd, events, 0};

    while (poll(&entry, 1, QUIET_MS) <= 0) {
        if (mw_clock_now() >= deadline)
            return 0;
        mw_library_progress();
    }
    return 1;
}

int mw_tcp_accept(int listener)
{
    return accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

static int connect_to(const char *address, uint16_t port, uint64_t deadline)
{
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port)};
    bool is_six = strchr(address, ':');
    int family = is_six ? AF_INET6 : AF_INET, fd = make_socket(family), error = 0;
    void *number = is_six ? (void *)&six.sin6_addr : (void *)&four.sin_addr;
    const struct sockaddr *whole = is_six ? (struct sockaddr *)&six : (struct sockaddr *)&four;
    socklen_t length = sizeof(error);

    if (fd < 0)
        return -1;
    if (inet_pton(family, address, number) == 1 &&
        (!connect(fd, whole, is_six ? sizeof(six) : sizeof(four)) || (errno == EINPROGRESS && wait_for(fd, POLLOUT, deadline))) &&
        !getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) && !error)
        return fd;
    close(fd);
    return -1;
}

int mw_tcp_connect(const char *addresses, uint16_t port, uint64_t deadline)
{
    char one[INET6_ADDRSTRLEN];
    int fd = -1;

    for (const char *at = addresses; *at && fd < 0 && mw_clock_now() < deadline; at += strspn(at, "+")) {
        size_t length = strcspn(at, "+");
        uint64_t limit = mw_clock_now() + CONNECT_NS;
        snprintf(one, sizeof(one), "%.*s", (int)length, at);
        fd = connect_to(one, port, limit < deadline ? limit : deadline);
        at += length;
    }
    return fd;
}

int mw_tcp_send(int fd, const void *bytes, size_t size, uint64_t deadline)
{
    size_t done = 0;

    while (done < size) {
        ssize_t n = send(fd, (const char *)bytes + done, size - done, MSG_NOSIGNAL);
        if (n > 0)
            done += (size_t)n;
        else if (n == 0 || (errno != EINTR && errno != EAGAIN) ||
                 (errno == EAGAIN && !wait_for(fd, POLLOUT, deadline)))
            return -1;
    }
    return 0;
}

int mw_tcp_receive(int fd, void *bytes, size_t size, uint64_t deadline)
{
    size_t done = 0;

    while (done < size) {
        ssize_t n = recv(fd, (char *)bytes + done, size - done, 0);
        if (n > 0)
            done += (size_t)n;
        else if (n == 0 || (errno != EINTR && errno != EAGAIN) || (errno == EAGAIN && !wait_for(fd, POLLIN, deadline)))
            return -1;
    }
    return 0;
}

ssize_t mw_tcp_receive_some(int fd, void *bytes, size_t size)
{
    ssize_t n = recv(fd, bytes, size, 0);

    return n > 0 ? n : n < 0 && (errno == EINTR || errno == EAGAIN) ? 0 : -1;
}

void mw_tcp_wait_turn(struct pollfd *entries, size_t count)
{
    if (poll(entries, count, QUIET_MS) <= 0)
        mw_library_progress();
}
