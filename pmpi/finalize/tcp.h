/* SPDX-License-Identifier: MIT */
/* TCP between hosts of a job, with a time limit on everything. While it waits it lets MPI work, so that no other rank
 * waits for this one. Times are CLOCK_MONOTONIC nanoseconds. No SIGPIPE comes from it. */
#ifndef MW_PMPI_FINALIZE_TCP_H
#define MW_PMPI_FINALIZE_TCP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct pollfd;

/* Listens on all addresses of this host, at a port of the kernel's choice. Returns a descriptor, or -1. */
int mw_tcp_listen(uint16_t *port);

/* This host's addresses as they may be reached from others, joined by '+', as many as there is room for. */
void mw_tcp_addresses(char *text, size_t size);

/* The next connection; -1: there is none now. */
int mw_tcp_accept(int listener);

/* Connects to the first of the addresses that answers; each is given a second. Returns a descriptor, or -1. */
int mw_tcp_connect(const char *addresses, uint16_t port, uint64_t deadline);

/* All `size` bytes, or -1. */
int mw_tcp_send(int fd, const void *bytes, size_t size, uint64_t deadline);
int mw_tcp_receive(int fd, void *bytes, size_t size, uint64_t deadline);

/* What is there now, at most `size` bytes; 0: nothing yet, -1: the connection has ended. */
ssize_t mw_tcp_receive_some(int fd, void *bytes, size_t size);

/* Waits until one of `count` descriptors (struct pollfd) is ready, for at most a turn of 2 ms, and lets MPI work. */
void mw_tcp_wait_turn(struct pollfd *entries, size_t count);

#endif
