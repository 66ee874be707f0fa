/* SPDX-License-Identifier: MIT */
#include "collector/symbols/symbolizer_child.h"

#include "collector/base/close_from.h"
#include "collector/base/io.h"
#include "collector/symbols/debug_files.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define MEMORY_MAX (4ull << 30) /* in addition to the parent's: mapped and decompressed files */
#define SOCKET 3

static void limit(int resource, rlim_t value)
{
    struct rlimit now;

    if (getrlimit(resource, &now))
        return;
    if (now.rlim_max != RLIM_INFINITY && value > now.rlim_max)
        value = now.rlim_max;
    now.rlim_cur = value;
    setrlimit(resource, &now);
}

/* Bytes of address space of this process; 0 if unknown. */
static uint64_t address_space(void)
{
    char text[128];
    unsigned long long pages;

    if (mw_io_read_text(AT_FDCWD, "/proc/self/statm", text, sizeof(text)) <= 0 || sscanf(text, "%llu", &pages) != 1)
        return 0;
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Limits the damage that a crafted file can do. If memory is short, the OOM killer ends this process first. */
static void limit_all(unsigned cpu_s)
{
    uint64_t used = address_space();
    struct rlimit files;
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

    if (fd >= 0) {
        (void)!write(fd, "1000", 4);
        close(fd);
    }
    if (used)
        limit(RLIMIT_AS, used + MEMORY_MAX);
    limit(RLIMIT_CPU, cpu_s);
    limit(RLIMIT_CORE, 0);
    if (!getrlimit(RLIMIT_NOFILE, &files))
        limit(RLIMIT_NOFILE, files.rlim_max); /* one descriptor per module */
}

/* Closes all descriptors except the socket, so that readers of a pipe do not wait for this process. debuginfod shows its
 * progress on stderr if the user has asked for that. */
static bool keep_only(int fd)
{
    int null = open("/dev/null", O_RDWR);
    int last = mw_debug_files_network_allowed() ? 1 : 2;

    if (null < 0 || (fd != SOCKET && dup2(fd, SOCKET) < 0))
        return false;
    for (int i = 0; i <= last; i++)
        dup2(null, i);
    mw_close_from(SOCKET + 1);
    return true;
}

static bool send_all(const void *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = send(SOCKET, (const char *)bytes + done, size - done, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

static void serve(void)
{
    static struct mw_symbol_frame frames[MW_SYMBOL_FRAMES];
    struct mw_symbol_reader *reader = mw_symbol_reader_create();
    struct mw_symbolizer_question question;
    uint32_t count;

    do {
        if (recv(SOCKET, &question, sizeof(question), MSG_WAITALL) != (ssize_t)sizeof(question))
            return;
        count = mw_symbol_reader_find(reader, &question.module, question.offset, (enum mw_symbol_detail)question.detail,
                                      frames);
    } while (send_all(&count, sizeof(count)) && send_all(frames, count * sizeof(frames[0])));
}

void mw_symbolizer_child(int fd, pid_t parent, unsigned cpu_s)
{
    static const int of_group[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT}; /* it ends when its parent does */

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (size_t i = 0; i < sizeof(of_group) / sizeof(of_group[0]); i++)
        signal(of_group[i], SIG_IGN);
    if (getppid() == parent && keep_only(fd)) {
        limit_all(cpu_s);
        if (!mw_debug_files_network_allowed())
            unsetenv("DEBUGINFOD_URLS"); /* for any other query by libdw */
        serve();
    }
    _exit(0);
}
