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
    MW_LINK_TRYING, /* each address in turn, for 5 s in all */
    MW_LINK_OPEN,   /* both sides have proven themselves, HELLO is sent */
    MW_LINK_LOST,   /* was open; mw_link_retry() may bring it back */
    MW_LINK_FAILED  /* could not be opened, or the hub said goodbye */
};

struct mw_link;

/* `connect` as in MEMWATCH_CONNECT, `secret` as in MEMWATCH_SECRET; `host` is this host's name. Starts trying.
 * Returns 0, or -1 with a line in err when that can come to nothing. */
int mw_link_open(struct mw_link **link, const char *connect, const char *secret, const char *host, struct mw_err *err);

/* Forgets the secret. NULL is allowed. */
void mw_link_close(struct mw_link *link);

int mw_link_fd(const struct mw_link *link);      /* -1: only wait */
short mw_link_events(const struct mw_link *link); /* of poll(2) */
uint64_t mw_link_due(const struct mw_link *link); /* CLOCK_MONOTONIC ns */

/* Does what can be done now: connects, sends, receives, asks for the time at least every second. */
enum mw_link_state mw_link_serve(struct mw_link *link);

/* Starts over, for 5 s. What was queued is forgotten: the other side may or may not have got it. */
void mw_link_retry(struct mw_link *link);

/* Why it is lost or has failed, or what the hub said; "" otherwise. Holds until it is closed. */
const char *mw_link_why(const struct mw_link *link);

/* The longest data of a FILE message that can be sent now; 0 also while there is no connection. */
size_t mw_link_room(const struct mw_link *link);

/* Queues a message. Returns 0, or -1 when there is no room. */
int mw_link_send(struct mw_link *link, const struct mw_wire_message *message);

/* All that was queued has been handed to the kernel. */
bool mw_link_is_sent(const struct mw_link *link);

/* What the launcher's clock shows minus what ours does, from the best round trip so far, and how wrong that may be.
 * Returns false when it is not known yet. */
bool mw_link_clock(const struct mw_link *link, int64_t *shift_ns, uint64_t *error_ns);

/* The launcher has told that the command ended. */
bool mw_link_has_ended(const struct mw_link *link);

/* The answer to the last DONE. */
enum mw_link_ack { MW_LINK_ACK_NONE, MW_LINK_ACK_COMPLETE, MW_LINK_ACK_INCOMPLETE };
enum mw_link_ack mw_link_ack(const struct mw_link *link);

#endif
