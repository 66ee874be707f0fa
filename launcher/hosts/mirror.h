/* SPDX-License-Identifier: MIT */
/* Keeps the launcher's copy of this host's files up to date: reads the run directory and sends changed blocks.
 *
 * Of a journal only the used parts are read. Its first block, which describes these, is sent last, with the contents
 * from before the others were read: if the stream is cut at any point, the copy describes no more than it contains. */
#ifndef MW_LAUNCHER_HOSTS_MIRROR_H
#define MW_LAUNCHER_HOSTS_MIRROR_H

#include "collector/journal/source.h"
#include "launcher/hosts/wire_message.h"

#include <sodium.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MW_MIRROR_BLOCK 4096
#define MW_MIRROR_FILES 65536
#define MW_MIRROR_OPEN 256 /* maximum number of files kept open */

/* Where to send: the maximum data that can be queued now, and the function that queues a message completely or (-1) not
 * at all. */
struct mw_mirror_sink {
    void *context;
    size_t (*room)(void *context);
    int (*send)(void *context, const struct mw_wire_message *message);
};

struct mw_mirror_file {
    char name[MW_WIRE_NAME];
    uint64_t size;                   /* size that was sent */
    uint64_t *hashes;                /* of the blocks that were sent; 0: not sent */
    size_t blocks;                   /* room in hashes */
    struct mw_journal_source source; /* the file, which may be removed; closed: opened for each pass */
};

struct mw_mirror {
    int dirfd; /* borrowed */
    char host[MW_WIRE_HOST];
    struct mw_mirror_sink sink;
    unsigned char key[crypto_shorthash_KEYBYTES];
    struct mw_mirror_file *files;
    size_t count, room;
    uint64_t next_ns; /* when the next pass is due */
    uint64_t cost_ns; /* cost of this pass so far */
    bool passing;     /* a pass is in progress, at block `block` of file `file` */
    size_t file;
    uint64_t block;
    bool head_known; /* `head` is the file's first block from before the others were read */
    _Alignas(8) unsigned char head[MW_MIRROR_BLOCK];
    size_t head_length;
    uint64_t file_size;
};

void mw_mirror_init(struct mw_mirror *mirror, int dirfd, const char *host, struct mw_mirror_sink sink);
void mw_mirror_fini(struct mw_mirror *mirror);

/* Begins a pass if one is due, and continues it while the sink has room. Returns whether a pass was completed now. The
 * next is due after 250 ms, or 50 times the cost of this pass if that is longer. */
bool mw_mirror_step(struct mw_mirror *mirror);

/* Makes a pass due now. A pass in progress is completed first, and another one follows. */
void mw_mirror_request_pass(struct mw_mirror *mirror);

/* Sends everything again: after a lost connection it is unknown what was received. */
void mw_mirror_forget(struct mw_mirror *mirror);

#endif
