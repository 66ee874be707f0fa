/* SPDX-License-Identifier: MIT */
/* Writes files sent by agents into the launcher's run directory, and rejects anything else.
 *
 * A name must be in the table of launcher/hosts/host_files.h and belong to the sender's host, never to the launcher's;
 * the file is created here or is already a regular file, is not reached through a link, and neither its size nor the
 * sum may exceed the limit. */
#ifndef MW_LAUNCHER_HOSTS_HUB_FILES_H
#define MW_LAUNCHER_HOSTS_HUB_FILES_H

#include "collector/base/err.h"
#include "launcher/hosts/wire_message.h"

#include <stddef.h>
#include <stdint.h>

#define MW_HUB_FILES_BYTES (4ULL << 30) /* limit for all files of all agents together */
#define MW_HUB_FILES_COUNT 65536
#define MW_HUB_FILES_GATHERED 256

struct mw_hub_files {
    int dirfd;                   /* the run directory; borrowed */
    char own_host[MW_WIRE_HOST]; /* the launcher's host */
    uint64_t bytes;              /* total growth of files */
    uint64_t bytes_limit;
    size_t count; /* files created here */
    struct {      /* gathered files contain no host name: only the host that created one may extend it */
        char name[MW_WIRE_NAME], host[MW_WIRE_HOST];
    } gathered[MW_HUB_FILES_GATHERED];
    size_t gathered_count;
};

void mw_hub_files_init(struct mw_hub_files *files, int dirfd, const char *own_host);

enum mw_hub_files_result {
    MW_HUB_FILES_WRITTEN,
    MW_HUB_FILES_FAILED,   /* no space, or another local error: not the agent's fault */
    MW_HUB_FILES_FORBIDDEN /* a correct agent does not send this */
};

/* Executes a FILE or SIZE message of the agent of `host`. On failure a line is left in err. */
enum mw_hub_files_result mw_hub_files_take(struct mw_hub_files *files, const char *host, const struct mw_wire_message *message,
                                           struct mw_err *err);

#endif
