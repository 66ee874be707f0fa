/* SPDX-License-Identifier: MIT */
#include "collector/journal/segment.h"

#include "collector/base/clock.h"
#include "collector/base/io.h"
#include "collector/journal/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE_MASK 4095u /* the smallest page size: an address with smaller alignment is not a page boundary */

_Static_assert(sizeof(struct mw_segment_head) % 8 == 0, "the journal starts aligned");
_Static_assert((sizeof(struct mw_segment_head) & PAGE_MASK) != 0, "the journal begins no page");
_Static_assert(sizeof(MW_SEGMENT_MAGIC) - 1 == 8 && sizeof(MW_SEGMENT_LOCATOR_MAGIC) - 1 == 8, "eight bytes");

size_t mw_segment_size(size_t length)
{
    return sizeof(struct mw_segment_head) + length;
}

size_t mw_segment_length(size_t size)
{
    return size > sizeof(struct mw_segment_head) ? size - sizeof(struct mw_segment_head) : 0;
}

static uint64_t hash_bytes(const void *bytes, size_t size)
{
    uint64_t hash = 0xCBF29CE484222325ULL; /* FNV-1a */

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ ((const unsigned char *)bytes)[i]) * 0x100000001B3ULL;
    return hash;
}

uint64_t mw_segment_run(const char *directory)
{
    size_t end = strlen(directory), begin;

    while (end > 0 && directory[end - 1] == '/')
        end--;
    for (begin = end; begin > 0 && directory[begin - 1] != '/';)
        begin--;
    return hash_bytes(directory + begin, end - begin);
}

uint64_t mw_segment_ipc_ns(void)
{
    struct stat st;

    return stat("/proc/self/ns/ipc", &st) ? 0 : (uint64_t)st.st_ino;
}

uint64_t mw_segment_root(void)
{
    struct stat space, root;

    if (stat("/proc/self/ns/mnt", &space) || stat("/", &root))
        return 0;
    return hash_bytes((uint64_t[]){space.st_ino, root.st_dev, root.st_ino}, 3 * sizeof(uint64_t));
}

static uint64_t make_token(int id)
{
    uint64_t parts[] = {mw_clock_wall(), mw_clock_now(), (uint64_t)getpid(), (uint64_t)id};
    uint64_t token = hash_bytes(parts, sizeof(parts));

    return token ? token : 1;
}

/* ---- making ---- */

static int write_locator(const struct mw_segment_place *place, const struct mw_segment_locator *locator)
{
    int fd, saved;

    if (!mw_io_may_grow(sizeof(*locator))) {
        errno = EFBIG;
        return -1;
    }
    fd = openat(place->dirfd, place->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0400);
    if (fd < 0)
        return -1;
    if (!mw_io_pwrite(fd, locator, sizeof(*locator), 0)) {
        close(fd);
        return 0;
    }
    saved = errno;
    close(fd);
    unlinkat(place->dirfd, place->name, 0);
    errno = saved;
    return -1;
}

/* The magic is written last: a head that has it is complete. */
static void fill_head(struct mw_segment_head *head, const struct mw_segment_place *place, uint64_t token)
{
    uint64_t magic;

    memcpy(&magic, MW_SEGMENT_MAGIC, sizeof(magic));
    head->token = token;
    head->length = place->length;
    head->run = mw_segment_run(place->directory);
    head->root = mw_segment_root();
    snprintf(head->name, sizeof(head->name), "%s", place->name);
    snprintf(head->directory, sizeof(head->directory), "%s", place->directory);
    __atomic_store_n((uint64_t *)(void *)head->magic, magic, __ATOMIC_RELEASE);
}

void *mw_segment_create(int *id, const struct mw_segment_place *place, struct mw_err *err)
{
    struct mw_segment_locator locator = {.magic = MW_SEGMENT_LOCATOR_MAGIC, .endian = MW_RECORD_ENDIAN};
    struct mw_segment_head *head = (void *)-1;

    *id = shmget(IPC_PRIVATE, mw_segment_size(place->length), IPC_CREAT | 0600);
    if (*id >= 0)
        head = shmat(*id, NULL, 0);
    if (head != (void *)-1) {
        locator.id = *id;
        locator.token = make_token(*id);
        locator.length = place->length;
        locator.ipc_ns = mw_segment_ipc_ns();
        fill_head(head, place, locator.token);
        if (!write_locator(place, &locator))
            return head + 1;
    }
    mw_err_set(err, "cannot create a shared memory segment for the journal %s: %s", place->name, strerror(errno));
    if (head != (void *)-1)
        shmdt(head);
    if (*id >= 0)
        shmctl(*id, IPC_RMID, NULL);
    *id = -1;
    return NULL;
}

/* ---- finding ---- */

int mw_segment_read_locator(struct mw_segment_locator *locator, int fd)
{
    if (mw_io_pread(fd, locator, sizeof(*locator), 0) != (ssize_t)sizeof(*locator) ||
        memcmp(locator->magic, MW_SEGMENT_LOCATOR_MAGIC, sizeof(locator->magic)) != 0)
        return -1;
    return locator->endian == MW_RECORD_ENDIAN && locator->id >= 0 && locator->token ? 0 : -1;
}

/* Checked while attached, so that the id cannot be reused meanwhile. */
static bool is_sound(int id, const struct mw_segment_head *head, size_t length, uid_t owner, uint64_t token)
{
    struct shmid_ds ds;

    return !shmctl(id, IPC_STAT, &ds) && ds.shm_segsz == mw_segment_size(length) && ds.shm_perm.uid == owner &&
           ds.shm_perm.cuid == owner && !(ds.shm_perm.mode & 077) &&
           !memcmp(head->magic, MW_SEGMENT_MAGIC, sizeof(head->magic)) && head->length == length &&
           (!token || head->token == token) && memchr(head->name, '\0', sizeof(head->name)) &&
           memchr(head->directory, '\0', sizeof(head->directory));
}

const struct mw_segment_head *mw_segment_attach(int id, size_t length, uid_t owner, uint64_t token, struct mw_err *err)
{
    const struct mw_segment_head *head = shmat(id, NULL, SHM_RDONLY);

    if (head == (void *)-1) {
        mw_err_set(err, "cannot attach its shared memory segment %d: %s", id,
                   errno == EINVAL || errno == EIDRM ? "not there, or on another host" : strerror(errno));
        return NULL;
    }
    if (is_sound(id, head, length, owner, token))
        return head;
    shmdt(head);
    mw_err_set(err, "the shared memory segment %d is not this journal", id);
    return NULL;
}

const void *mw_segment_journal(const struct mw_segment_head *head)
{
    return head + 1;
}

const struct mw_segment_head *mw_segment_of(const void *journal)
{
    return ((uintptr_t)journal & PAGE_MASK) ? (const struct mw_segment_head *)journal - 1 : NULL;
}

void mw_segment_detach(const struct mw_segment_head *head)
{
    shmdt(head);
}

void mw_segment_remove(int dirfd, const char *name)
{
    int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    struct mw_segment_locator locator;

    if (fd >= 0 && !mw_segment_read_locator(&locator, fd)) {
        const struct mw_segment_head *head = mw_segment_attach(locator.id, (size_t)locator.length, geteuid(), locator.token,
                                                               NULL);
        if (head && !strncmp(head->name, name, sizeof(head->name)))
            shmctl(locator.id, IPC_RMID, NULL);
        if (head)
            mw_segment_detach(head);
    }
    if (fd >= 0)
        close(fd);
    unlinkat(dirfd, name, 0);
}
