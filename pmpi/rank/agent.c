/* SPDX-License-Identifier: MIT */
#include "pmpi/rank/agent.h"

#include "collector/base/file_names.h"
#include "collector/base/io.h"
#include "collector/journal/segment.h"
#include "collector/view/wait_log.h"
#include "pmpi/base/log.h"
#include "pmpi/base/spawn.h"
#include "pmpi/rank/rank.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/vfs.h>
#include <unistd.h>

#define CONNECTED "connected"
#define CANNOT_START "failed: cannot be started"

extern char **environ;

/* The name of the launcher's host, as used in file names; "" without a launcher, or when it has not set
 * MEMWATCH_HOST. */
static void launchers_host(char host[MW_HOSTNAME_SIZE])
{
    const char *given = getenv("MEMWATCH_HOST");

    host[0] = '\0';
    if (given && *given)
        mw_hostname_clean(given, host);
}

bool mw_agent_is_launchers_host(void)
{
    char launchers[MW_HOSTNAME_SIZE], own[MW_HOSTNAME_SIZE];

    launchers_host(launchers);
    mw_hostname_local(own);
    return !launchers[0] || !strcmp(launchers, own);
}

static void file_of(char name[MW_JOURNAL_NAME_SIZE], const char *prefix, const char *host)
{
    snprintf(name, MW_JOURNAL_NAME_SIZE, "%s%s", prefix, host);
}

/* Whether it is the launcher's directory: the launcher creates these files in it; ranks of other hosts create their
 * directory without. */
static bool is_launchers_directory(int dirfd)
{
    static const char *const prefixes[] = {MW_FILE_EXITS, MW_FILE_VIEW};
    char launchers[MW_HOSTNAME_SIZE], name[MW_JOURNAL_NAME_SIZE];

    launchers_host(launchers);
    if (!launchers[0])
        return true;
    for (int i = 0; i < 2; i++) {
        file_of(name, prefixes[i], launchers);
        if (!faccessat(dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW))
            return true;
    }
    return false;
}

static bool file_begins_with(int dirfd, const char *name, const char *text)
{
    char content[64];
    int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    ssize_t length = fd < 0 ? -1 : mw_io_pread(fd, content, sizeof(content), 0);

    if (fd >= 0)
        close(fd);
    return length >= (ssize_t)strlen(text) && !memcmp(content, text, strlen(text));
}

/* Users choose a directory that other hosts see to report the run there, also after all processes were killed. */
static bool is_on_network(int dirfd)
{
    static const unsigned long types[] = {
        0x6969,     0xFF534D42, 0xFE534D42, 0x517B,     0x0BD00BD0, /* NFS, CIFS, SMB2, SMB, Lustre */
        0x47504653, 0x00C36400, 0x19830326, 0xAAD7AAEA, 0x01021997, /* GPFS, Ceph, BeeGFS, PanFS, 9P */
        0x65735546, 0x5346414F, 0x6B414653, 0x7461636F,             /* FUSE, AFS twice, OCFS2 */
    };
    struct statfs fs;

    if (fstatfs(dirfd, &fs))
        return false;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (((unsigned long)fs.f_type & 0xFFFFFFFFUL) == types[i])
            return true;
    return false;
}

bool mw_agent_can_attach(int dirfd)
{
    const char *given = getenv("MEMWATCH_IPC");

    if ((given && !strcmp(given, "none")) || is_on_network(dirfd))
        return false;
    if (mw_rank.standalone || !is_launchers_directory(dirfd))
        return true; /* read by the other ranks, or by an agent that one of them has started */
    return mw_agent_is_launchers_host() && given && *given && strtoull(given, NULL, 10) == mw_segment_ipc_ns();
}

/* Opens the agent's file and locks it. Returns the descriptor, or -1 if another process holds the lock. */
static int lock_file(int dirfd, const char *name, int create)
{
    int fd = openat(dirfd, name, create | O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);

    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB)) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Whether an agent holds the lock on its file. The file's content outlives the agent. */
static bool is_locked(int dirfd, const char *name)
{
    int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    bool held = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;

    if (fd >= 0)
        close(fd);
    return held;
}

bool mw_agent_runs(int dirfd)
{
    char name[MW_JOURNAL_NAME_SIZE];

    file_of(name, MW_FILE_AGENT, mw_rank.host);
    return is_locked(dirfd, name);
}

bool mw_agent_reaches_launcher(int dirfd)
{
    char name[MW_JOURNAL_NAME_SIZE];

    if (mw_rank.standalone)
        return false;
    file_of(name, MW_FILE_AGENT, mw_rank.host);
    return is_launchers_directory(dirfd) || (file_begins_with(dirfd, name, CONNECTED) && is_locked(dirfd, name));
}

static void start(int fd, const char *name, const char *path)
{
    char *const arguments[] = {(char *)(uintptr_t) "memwatch", (char *)(uintptr_t) "agent", NULL};
    char **environment = mw_spawn_environment(false);
    struct mw_spawn spawn = {path, arguments, environment, "/", {-1, -1, -1, fd}};

    if (environment && !mw_spawn_detached(&spawn)) {
        free(environment);
        return;
    }
    mw_log("memwatch: no agent on host %s: %s cannot be started: %s; memwatch must be installed there, too\n",
           name + strlen(MW_FILE_AGENT), path, strerror(errno));
    if (ftruncate(fd, 0) || mw_io_pwrite(fd, CANNOT_START, strlen(CANNOT_START), 0))
        errno = 0; /* the next rank of this host logs the message again */
    free(environment);
}

void mw_agent_start(int dirfd)
{
    const char *connect = getenv("MEMWATCH_CONNECT"), *path = getenv("MEMWATCH_AGENT");
    char own[MW_HOSTNAME_SIZE], name[MW_JOURNAL_NAME_SIZE];
    int fd;

    if (!connect || !*connect || !path || (mw_agent_is_launchers_host() && is_launchers_directory(dirfd)))
        return;
    mw_hostname_local(own);
    file_of(name, MW_FILE_AGENT, own);
    if (file_begins_with(dirfd, name, CANNOT_START) || (fd = lock_file(dirfd, name, O_CREAT)) < 0)
        return;
    if (!file_begins_with(dirfd, name, CANNOT_START)) /* another rank may have failed meanwhile */
        start(fd, name, path);
    close(fd);
}

void mw_agent_remove_files(int dirfd)
{
    static const char *const prefixes[] = {MW_FILE_AGENT, MW_FILE_VIEW, MW_FILE_EXITS, MW_FILE_WAITS};
    char name[MW_JOURNAL_NAME_SIZE];
    int fd;

    file_of(name, MW_FILE_AGENT, mw_rank.host);
    fd = lock_file(dirfd, name, 0);
    if (fd < 0)
        return;
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        file_of(name, prefixes[i], mw_rank.host);
        unlinkat(dirfd, name, 0);
    }
    close(fd);
}
