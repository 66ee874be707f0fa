/* SPDX-License-Identifier: MIT */
/* An agent's connection to the launcher's hub. Nothing blocks: the owner polls mw_link_fd() for mw_link_events() until
 * mw_link_due(), and calls mw_link_serve(). */
#ifndef MW_LAUNCHER_HOSTS_LINK_H
#define MW_LAUNCHER_HOSTS_LINK_H

#include "collector/base/err.h"
#include "launcher/hosts/wire_message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mw_link_state {
    MW_LINK_TRYING, /* connecting to each address in turn, for 5 s in all */
    MW_LINK_OPEN,   /* both sides are authenticated, HELLO is sent */
    MW_LINK_LOST,   /* was open; mw_link_retry() reconnects */
    MW_LINK_FAILED  /* could not be opened, or the hub said goodbye */
};

struct mw_link;

/* `connect` as in MEMWATCH_CONNECT, `secret` as in MEMWATCH_SECRET; `host` is this host's name. Starts to connect.
 * Returns 0, or -1 with a line in err if the arguments are invalid. */
int mw_link_open(struct mw_link **link, const char *connect, const char *secret, const char *host, struct mw_err *err);

/* Erases the secret. NULL is allowed. */
void mw_link_close(struct mw_link *link);

int mw_link_fd(const struct mw_link *link);       /* -1: only wait */
short mw_link_events(const struct mw_link *link); /* of poll(2) */
uint64_t mw_link_due(const struct mw_link *link); /* CLOCK_MONOTONIC ns */

/* Does pending work: connects, sends, receives, pings at least every second. */
enum mw_link_state mw_link_serve(struct mw_link *link);

/* Reconnects, for 5 s. Queued messages are dropped: whether the hub received them is unknown. */
void mw_link_retry(struct mw_link *link);

/* Why it is lost or has failed, or the reason in the hub's BYE; "" if there is none. Valid until mw_link_close(). */
const char *mw_link_why(const struct mw_link *link);

/* The maximum data of a FILE message that can be queued now; 0 while there is no connection. */
size_t mw_link_room(const struct mw_link *link);

/* Queues a message. Returns 0, or -1 if there is no room. */
int mw_link_send(struct mw_link *link, const struct mw_wire_message *message);

/* All queued messages have been passed to the kernel. */
bool mw_link_is_sent(const struct mw_link *link);

/* The launcher's clock minus this host's, from the best round trip so far, and its error. Returns false if unknown yet. */
bool mw_link_clock(const struct mw_link *link, int64_t *shift_ns, uint64_t *error_ns);

/* The launcher has reported the end of the command. */
bool mw_link_has_ended(const struct mw_link *link);

/* The answer to the last DONE. */
enum mw_link_ack { MW_LINK_ACK_NONE, MW_LINK_ACK_COMPLETE, MW_LINK_ACK_INCOMPLETE };
enum mw_link_ack mw_link_ack(const struct mw_link *link);

#endif
