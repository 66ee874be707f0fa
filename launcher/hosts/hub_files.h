/* SPDX-License-Identifier: MIT */
/* Writes what agents send into the launcher's run directory, and nothing that they may not send.
 *
 * A name must be one of launcher/hosts/host_files.h, of the sender's host and never of our own; a file is made by us or is a
 * regular one already, is reached through no link, and neither it nor all together may grow beyond a limit. */
#ifndef MW_LAUNCHER_HOSTS_HUB_FILES_H
#define MW_LAUNCHER_HOSTS_HUB_FILES_H

#include "collector/base/err.h"
#include "launcher/hosts/wire_message.h"

#include <stddef.h>
#include <stdint.h>

#define MW_HUB_FILES_BYTES (4ULL << 30) /* that all files of all agents may have together */
#define MW_HUB_FILES_COUNT 65536
#define MW_HUB_FILES_GATHERED 256

struct mw_hub_files {
    int dirfd;                   /* the run directory; borrowed */
    char own_host[MW_WIRE_HOST]; /* the launcher's */
    uint64_t bytes;              /* by which files have grown here */
    uint64_t bytes_limit;
    size_t count;                /* files made here */
    struct {                     /* gathered files name no host: only the host that began one may go on with it */
        char name[MW_WIRE_NAME], host[MW_WIRE_HOST];
    } gathered[MW_HUB_FILES_GATHERED];
    size_t gathered_count;
};

void mw_hub_files_init(struct mw_hub_files *files, int dirfd, const char *own_host);

enum mw_hub_files_result {
    MW_HUB_FILES_WRITTEN,
    MW_HUB_FILES_FAILED,   /* no room, or another trouble of ours: the agent cannot help it */
    MW_HUB_FILES_FORBIDDEN /* no honest agent sends that */
};

/* Carries out a FILE or SIZE message of the agent of `host`. On failure a line is left in err. */
enum mw_hub_files_result mw_hub_files_take(struct mw_hub_files *files, const char *host,
                                           const struct mw_wire_message *message, struct mw_err *err);

#endif
