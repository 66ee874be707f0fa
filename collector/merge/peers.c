/* SPDX-License-Identifier: MIT */
/* The launcher's information on the agents of other hosts: which have finished, and which were lost, when and why. */
#include "collector/base/file_names.h"
#include "collector/base/io.h"
#include "collector/base/names.h"
#include "collector/base/safe_open.h"
#include "collector/journal/peer.h"
#include "collector/merge/parts.h"

#include <string.h>
#include <unistd.h>

static int read_peer(struct mw_peer *peer, int dirfd, const char *name, struct mw_err *err)
{
    int fd = mw_safe_open(dirfd, name, NULL, err);
    ssize_t length;

    if (fd < 0)
        return -1;
    length = mw_io_pread(fd, peer, sizeof(*peer), 0);
    close(fd);
    if (length != (ssize_t)sizeof(*peer) || memcmp(peer->magic, MW_PEER_MAGIC, sizeof(peer->magic)))
        return mw_err_set(err, "damaged, or of another version");
    peer->host[sizeof(peer->host) - 1] = peer->address[sizeof(peer->address) - 1] = '\0';
    peer->why[sizeof(peer->why) - 1] = '\0';
    return 0;
}

static void take_peer(struct mw_merge *merge, const struct mw_peer *peer)
{
    static const enum mw_model_peer states[] = {MW_MODEL_PEER_NONE, MW_MODEL_PEER_CONNECTED, MW_MODEL_PEER_DONE,
                                                MW_MODEL_PEER_LOST};
    struct mw_model_host *host = &merge->model->hosts[mw_merge_hosts_find(merge, peer->host, 0, 0)];

    host->peer = peer->state <= MW_PEER_LOST ? states[peer->state] : MW_MODEL_PEER_NONE;
    host->heard_ns = peer->heard_ns; /* by the launcher's clock, which is the time axis */
    host->why = mw_model_string(merge->model, peer->why);
}

void mw_merge_peers_read(struct mw_merge *merge, int dirfd)
{
    struct mw_names names;
    struct mw_err err;

    if (mw_names_list(&names, dirfd, MW_FILE_PEER, &err) < 0)
        return; /* the list of journals reports it */
    for (size_t i = 0; i < names.count; i++) {
        struct mw_peer peer;
        if (read_peer(&peer, dirfd, names.items[i], &err) < 0)
            mw_model_note(merge->model, MW_MODEL_NOTE_LOST, "%s left out: %s", names.items[i], err.text);
        else
            take_peer(merge, &peer);
    }
    mw_names_fini(&names);
}
