/* SPDX-License-Identifier: MIT */
#include "launcher/sample/ulimits.h"

#include "collector/base/io.h"
#include "collector/journal/procmem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "Max address space         1024000000           unlimited            bytes". Returns 0, or -1. */
static int read_line(const char *text, const char *name, uint64_t *bytes)
{
    const char *at = strstr(text, name);

    *bytes = 0;
    if (!at || (at != text && at[-1] != '\n'))
        return -1;
    at += strlen(name);
    at += strspn(at, " ");
    if (!strncmp(at, "unlimited", 9))
        return 0;
    if (*at < '0' || *at > '9')
        return -1;
    *bytes = strtoull(at, NULL, 10);
    return 0;
}

int mw_ulimits_parse(const char *text, struct mw_ulimits *ulimits)
{
    if (!read_line(text, "Max address space", &ulimits->address) && !read_line(text, "Max data size", &ulimits->data))
        return 0;
    *ulimits = (struct mw_ulimits){0};
    errno = EPROTO;
    return -1;
}

int mw_ulimits_read(int procfd, pid_t pid, struct mw_ulimits *ulimits)
{
    char text[4096];
    int fd = mw_procmem_open(procfd, pid, "limits");
    ssize_t length = fd < 0 ? -1 : mw_io_pread(fd, text, sizeof(text) - 1, 0);

    *ulimits = (struct mw_ulimits){0};
    if (fd >= 0)
        close(fd);
    if (length < 0)
        return -1;
    text[length] = '\0';
    return mw_ulimits_parse(text, ulimits);
}
