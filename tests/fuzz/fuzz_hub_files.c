/* SPDX-License-Identifier: MIT */
/* What the hub writes for agents, into a directory in which something else may be in the way: the first byte chooses the host
 * and its files, then messages follow, each a u16 length and so many bytes. A file outside is never changed. */
#include "tests/fuzz/hub_directory.h"

#define VICTIM "not an agent's"

static const char *const hosts[] = {"far", "f-a.r_0", HUB_OWN_HOST, "x"};
static const char *host;

static char victim_path[] = "/dev/shm/mwfuzz-victim-XXXXXX";

static void remove_victim(void)
{
    unlink(victim_path);
}

static int victim(void)
{
    static int fd = -1;

    if (fd < 0) {
        fd = mkstemp(victim_path);
        fuzz_expect(fd >= 0 && write(fd, VICTIM, strlen(VICTIM)) == (ssize_t)strlen(VICTIM));
        atexit(remove_victim);
    }
    return fd;
}

/* Something under a name that the agent may use. */
static void put_in_the_way(int dirfd, unsigned what)
{
    char name[64];

    snprintf(name, sizeof(name), MW_FILE_VIEW "%s", host);
    victim();
    switch (what) {
    case 1: fuzz_expect(!symlinkat(victim_path, dirfd, name)); break;
    case 2: fuzz_expect(!mkfifoat(dirfd, name, 0600)); break;
    case 3: fuzz_expect(!mkdirat(dirfd, name, 0700)); break;
    case 4: fuzz_expect(!linkat(AT_FDCWD, victim_path, dirfd, name, 0)); break;
    case 5: close(openat(dirfd, MW_FILE_GATHERED "0123456789abcdef", O_WRONLY | O_CREAT | O_CLOEXEC, 0600)); break;
    default: break;
    }
}

static void look(const char *name, const struct stat *st)
{
    enum mw_host_file kind = mw_host_files_kind(name, host);

    if (S_ISREG(st->st_mode) && st->st_nlink == 1 && st->st_size > 0)
        fuzz_expect(strcmp(host, HUB_OWN_HOST) && kind != MW_HOST_FILE_NONE &&
                    (uint64_t)st->st_size <= mw_host_files_limit(kind));
}

static void take(struct mw_hub_files *files, const uint8_t *bytes, size_t size)
{
    struct mw_wire_message message;
    struct mw_err err = {0};
    enum mw_hub_files_result result;

    if (mw_wire_message_parse(&message, bytes, size) || (message.kind != MW_WIRE_FILE && message.kind != MW_WIRE_SIZE))
        return;
    result = mw_hub_files_take(files, host, &message, &err);
    fuzz_expect(files->bytes <= files->bytes_limit);
    fuzz_expect(result == MW_HUB_FILES_WRITTEN || err.text[0]);
    fuzz_expect(result != MW_HUB_FILES_WRITTEN || mw_host_files_kind(message.name, host) != MW_HOST_FILE_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mw_hub_files *files = hub_files();
    char content[64];

    if (size < 1)
        return 0;
    host = hosts[data[0] & 3];
    put_in_the_way(files->dirfd, data[0] >> 2);
    data++, size--;
    while (size > 2) {
        size_t length = (size_t)(data[0] | data[1] << 8);
        data += 2, size -= 2;
        length = length < size ? length : size;
        take(files, data, length);
        data += length, size -= length;
    }
    fuzz_expect(hub_directory_empty(look) <= HUB_BYTES);
    fuzz_expect(pread(victim(), content, sizeof(content), 0) == (ssize_t)strlen(VICTIM));
    fuzz_expect(!memcmp(content, VICTIM, strlen(VICTIM)));
    return 0;
}
