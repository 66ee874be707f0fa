/* SPDX-License-Identifier: MIT */
/* Keeps the launcher's copy of this host's files up to date: reads the run directory, sends what changed, in blocks.
 *
 * Of a journal only the parts that are used are read. Its first block, which says what is used, is sent last and as it
 * was before the others were read: a stream that is cut anywhere leaves a record that claims no more than is there. */
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
#define MW_MIRROR_OPEN 256 /* files that stay open */

/* Where to send: the longest data that there is room for now, and the sending, which takes all or (-1) nothing. */
struct mw_mirror_sink {
    void *context;
    size_t (*room)(void *context);
    int (*send)(void *context, const struct mw_wire_message *message);
};

struct mw_mirror_file {
    char name[MW_WIRE_NAME];
    uint64_t size;     /* that was told */
    uint64_t *hashes;  /* of the blocks that were sent; 0 never */
    size_t blocks;     /* room in hashes */
    struct mw_journal_source source; /* the file, which somebody may remove; closed: opened each time */
};

struct mw_mirror {
    int dirfd; /* borrowed */
    char host[MW_WIRE_HOST];
    struct mw_mirror_sink sink;
    unsigned char key[crypto_shorthash_KEYBYTES];
    struct mw_mirror_file *files;
    size_t count, room;
    uint64_t next_ns;  /* when the next pass is due */
    uint64_t cost_ns;  /* of this pass so far */
    bool passing;      /* in the middle of a pass: at block `block` of file `file` */
    size_t file;
    uint64_t block;
    bool head_known;   /* `head` is what the file's first block was before the others were read */
    _Alignas(8) unsigned char head[MW_MIRROR_BLOCK];
    size_t head_length;
    uint64_t file_size;
};

void mw_mirror_init(struct mw_mirror *mirror, int dirfd, const char *host, struct mw_mirror_sink sink);
void mw_mirror_fini(struct mw_mirror *mirror);

/* Begins a pass when one is due, and goes on with it as long as the sink has room. Returns whether a pass was finished
 * just now. The next is due after 250 ms, or 50 times what this one took when that is longer. */
bool mw_mirror_step(struct mw_mirror *mirror);

/* Makes a pass due now: something has happened. One that is under way is finished first, and another follows. */
void mw_mirror_hurry(struct mw_mirror *mirror);

/* Sends everything once more: the connection was lost, and nobody knows what of it got through. */
void mw_mirror_forget(struct mw_mirror *mirror);

#endif
