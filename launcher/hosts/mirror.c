/* SPDX-License-Identifier: MIT */
#include "launcher/hosts/mirror.h"

#include "collector/base/clock.h"
#include "collector/journal/record.h"
#include "collector/journal/source.h"
#include "launcher/hosts/host_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PASS_NS (250 * MW_NS_PER_MS)
#define COST_SHARE 50

void mw_mirror_init(struct mw_mirror *mirror, int dirfd, const char *host, struct mw_mirror_sink sink)
{
    memset(mirror, 0, sizeof(*mirror));
    mirror->dirfd = dirfd;
    mirror->sink = sink;
    snprintf(mirror->host, sizeof(mirror->host), "%s", host);
    crypto_shorthash_keygen(mirror->key);
}

static void close_file(struct mw_mirror_file *file)
{
    mw_journal_source_close(&file->source);
    free(file->hashes);
}

void mw_mirror_fini(struct mw_mirror *mirror)
{
    for (size_t i = 0; i < mirror->count; i++)
        close_file(&mirror->files[i]);
    free(mirror->files);
    mirror->files = NULL;
    mirror->count = mirror->room = 0;
}

void mw_mirror_forget(struct mw_mirror *mirror)
{
    for (size_t i = 0; i < mirror->count; i++) {
        mirror->files[i].size = 0;
        for (size_t k = 0; k < mirror->files[i].blocks; k++)
            mirror->files[i].hashes[k] = 0;
    }
    mirror->passing = false;
    mirror->next_ns = 0;
}

void mw_mirror_request_pass(struct mw_mirror *mirror)
{
    mirror->next_ns = 0;
}

/* ---- the files ---- */

static bool is_known(const struct mw_mirror *mirror, const char *name)
{
    for (size_t i = 0; i < mirror->count; i++)
        if (!strcmp(mirror->files[i].name, name))
            return true;
    return false;
}

static void add_file(struct mw_mirror *mirror, const char *name)
{
    size_t length = strlen(name);

    if (length >= MW_WIRE_NAME)
        return;
    if (mirror->count == mirror->room) {
        size_t room = mirror->room ? 2 * mirror->room : 16;
        struct mw_mirror_file *grown = room > MW_MIRROR_FILES ? NULL : realloc(mirror->files, room * sizeof(*mirror->files));
        if (!grown)
            return;
        mirror->files = grown;
        mirror->room = room;
    }
    mirror->files[mirror->count] = (struct mw_mirror_file){.source.fd = -1};
    memcpy(mirror->files[mirror->count++].name, name, length + 1);
}

/* Sends journals whose files were removed before they were opened. Scans all shared memory segments of this user: too
 * expensive for every pass. */
static void look_for_journals(struct mw_mirror *mirror)
{
    struct mw_names names;

    if (mw_journal_source_list(&names, mirror->dirfd, NULL, NULL) < 0)
        return;
    for (size_t i = 0; i < names.count; i++)
        if (mw_host_files_kind(names.items[i], mirror->host) && !is_known(mirror, names.items[i]))
            add_file(mirror, names.items[i]);
    mw_names_fini(&names);
}

static void look_for_files(struct mw_mirror *mirror)
{
    int fd = openat(mirror->dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;

    if (!dir && fd >= 0)
        close(fd);
    while (dir && (entry = readdir(dir)))
        if (mw_host_files_kind(entry->d_name, mirror->host) && !is_known(mirror, entry->d_name))
            add_file(mirror, entry->d_name);
    if (dir)
        closedir(dir);
}

/* ---- one block ---- */

static uint64_t hash_block(const struct mw_mirror *mirror, const unsigned char *bytes, size_t length)
{
    uint64_t hash;

    crypto_shorthash((unsigned char *)&hash, bytes, length, mirror->key);
    return hash ? hash : 1;
}

static bool make_hashes(struct mw_mirror_file *file, uint64_t size)
{
    size_t blocks = (size_t)((size + MW_MIRROR_BLOCK - 1) / MW_MIRROR_BLOCK);
    uint64_t *grown;

    if (blocks <= file->blocks)
        return true;
    grown = realloc(file->hashes, blocks * sizeof(*grown));
    if (!grown)
        return false;
    memset(grown + file->blocks, 0, (blocks - file->blocks) * sizeof(*grown));
    file->hashes = grown;
    file->blocks = blocks;
    return true;
}

/* Sends the block if it differs from what was sent last; a block of zeros also if it was never sent. Returns false if
 * there is no room for it now. */
static bool send_block(struct mw_mirror *mirror, struct mw_mirror_file *file, uint64_t block, const unsigned char *bytes,
                       size_t length)
{
    struct mw_wire_message message = {.kind = MW_WIRE_FILE, .offset = block * MW_MIRROR_BLOCK, .data = bytes, .length = length};
    uint64_t hash;

    if (!file->hashes[block] && sodium_is_zero(bytes, length))
        return true;
    hash = hash_block(mirror, bytes, length);
    if (hash == file->hashes[block])
        return true;
    memcpy(message.name, file->name, sizeof(message.name));
    if (mirror->sink.room(mirror->sink.context) < length || mirror->sink.send(mirror->sink.context, &message) < 0)
        return false;
    file->hashes[block] = hash;
    return true;
}

/* ---- which blocks to send ---- */

static bool overlaps(const struct mw_record_section *section, uint64_t begin, uint64_t end)
{
    uint64_t length = (uint64_t)section->stride * section->used; /* two u32: no overflow */

    return section->offset < end && length && (section->offset >= begin || begin - section->offset < length);
}

/* Whether a journal's head marks part of the block as used. In other files, and with an invalid head, every block is. */
static bool is_used(const struct mw_mirror *mirror, const struct mw_mirror_file *file, uint64_t block)
{
    const struct mw_record_head *head = (const void *)mirror->head;
    uint64_t begin = block * MW_MIRROR_BLOCK;

    if (mw_host_files_kind(file->name, mirror->host) != MW_HOST_FILE_JOURNAL || mirror->head_length < sizeof(*head) ||
        memcmp(head->magic, MW_RECORD_MAGIC, sizeof(head->magic)) != 0 || head->version != MW_RECORD_VERSION ||
        head->endian != MW_RECORD_ENDIAN)
        return true;
    for (size_t i = 0; i < MW_SECTION_COUNT; i++)
        if (overlaps(&head->sections[i], begin, begin + MW_MIRROR_BLOCK))
            return true;
    return false;
}

/* ---- one file ---- */

/* Opens the file, or uses the descriptor opened earlier if the file has been removed since. */
static bool open_again(const struct mw_mirror *mirror, struct mw_mirror_file *file)
{
    struct mw_journal_source found;
    struct stat st;

    if (file->source.segment)
        return true;
    if (!mw_journal_source_open(&found, mirror->dirfd, file->name, NULL)) {
        mw_journal_source_close(&file->source);
        file->source = found;
    } else if (file->source.fd >= 0 && !fstat(file->source.fd, &st)) {
        file->source.size = (uint64_t)st.st_size;
    }
    return file->source.segment || file->source.fd >= 0;
}

/* The first files stay open: they can still be sent if the directory is removed while the job runs. */
static void let_go(const struct mw_mirror *mirror, struct mw_mirror_file *file)
{
    if (file - mirror->files >= MW_MIRROR_OPEN)
        mw_journal_source_close(&file->source);
}

/* A link, or a file larger than permitted, is not sent. */
static bool open_file(struct mw_mirror *mirror, struct mw_mirror_file *file)
{
    uint64_t limit = mw_host_files_limit(mw_host_files_kind(file->name, mirror->host));

    if (!open_again(mirror, file))
        return false;
    if (!mirror->head_known) {
        ssize_t n = mw_journal_source_read(&file->source, mirror->head, sizeof(mirror->head), 0);
        mirror->head_length = n > 0 ? (size_t)n : 0;
        mirror->file_size = file->source.size;
        mirror->block = 1;
        mirror->head_known = true;
    }
    if (mirror->file_size <= limit && make_hashes(file, mirror->file_size))
        return true;
    let_go(mirror, file);
    return false;
}

static bool send_size(struct mw_mirror *mirror, struct mw_mirror_file *file)
{
    struct mw_wire_message message = {.kind = MW_WIRE_SIZE, .offset = mirror->file_size};

    if (file->size == mirror->file_size)
        return true;
    memcpy(message.name, file->name, sizeof(message.name));
    if (!mirror->sink.room(mirror->sink.context) || mirror->sink.send(mirror->sink.context, &message) < 0)
        return false;
    file->size = mirror->file_size;
    return true;
}

/* Returns false if there is no room to continue. */
static bool send_rest(struct mw_mirror *mirror, struct mw_mirror_file *file, const struct mw_journal_source *source)
{
    uint64_t blocks = (mirror->file_size + MW_MIRROR_BLOCK - 1) / MW_MIRROR_BLOCK;
    unsigned char bytes[MW_MIRROR_BLOCK];

    for (; mirror->block < blocks; mirror->block++) {
        ssize_t n;
        if (!is_used(mirror, file, mirror->block))
            continue;
        if (mirror->sink.room(mirror->sink.context) < sizeof(bytes))
            return false; /* do not read what could not be sent */
        n = mw_journal_source_read(source, bytes, sizeof(bytes), mirror->block * MW_MIRROR_BLOCK);
        if (n > 0 && !send_block(mirror, file, mirror->block, bytes, (size_t)n))
            return false;
    }
    return send_size(mirror, file) && (!mirror->head_length || send_block(mirror, file, 0, mirror->head, mirror->head_length));
}

/* Returns false if there is no room to continue. */
static bool send_file(struct mw_mirror *mirror, struct mw_mirror_file *file)
{
    bool sent;

    if (!open_file(mirror, file))
        return true;
    sent = send_rest(mirror, file, &file->source);
    let_go(mirror, file);
    return sent;
}

/* ---- a pass ---- */

bool mw_mirror_step(struct mw_mirror *mirror)
{
    uint64_t begin = mw_clock_cpu(), now = mw_clock_now();

    if (!mirror->passing) {
        if (now < mirror->next_ns)
            return false;
        look_for_files(mirror);
        if (!mirror->next_ns)
            look_for_journals(mirror);
        mirror->passing = true;
        mirror->next_ns = UINT64_MAX;
        mirror->cost_ns = 0;
        mirror->file = 0;
        mirror->head_known = false;
    }
    while (mirror->file < mirror->count && send_file(mirror, &mirror->files[mirror->file])) {
        mirror->file++;
        mirror->head_known = false;
    }
    now = mw_clock_now();
    mirror->cost_ns += mw_clock_cpu() - begin;
    if (mirror->file < mirror->count)
        return false;
    mirror->passing = false;
    if (mirror->next_ns) /* no pass was requested meanwhile */
        mirror->next_ns = now + (mirror->cost_ns * COST_SHARE > PASS_NS ? mirror->cost_ns * COST_SHARE : PASS_NS);
    return true;
}
