/* SPDX-License-Identifier: MIT */
#include "launcher/process/environment.h"

#include "collector/journal/procmem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Maximum size read of one environment. */
#define ENVIRONMENT_MAX (1u << 20)
#define FIRST_ROOM (1u << 14)

/* Returns 0, or -1 with errno. */
static int read_all(struct mw_environment *environment, int fd)
{
    size_t room = FIRST_ROOM;
    ssize_t n = 1;

    environment->text = malloc(room);
    while (environment->text && (n = read(fd, environment->text + environment->size, room - environment->size)) > 0) {
        char *grown;
        environment->size += (size_t)n;
        if (environment->size < room)
            continue;
        if (room == ENVIRONMENT_MAX || !(grown = realloc(environment->text, room * 2)))
            return 0; /* truncated */
        environment->text = grown;
        room *= 2;
    }
    environment->complete = !n && (!environment->size || !environment->text[environment->size - 1]);
    return n ? -1 : 0;
}

int mw_environment_read(struct mw_environment *environment, int procfd, pid_t pid)
{
    int fd = mw_procmem_open(procfd, pid, "environ"), failed, saved;

    *environment = (struct mw_environment){0};
    if (fd < 0)
        return -1;
    failed = read_all(environment, fd);
    saved = errno;
    close(fd);
    errno = saved;
    return failed;
}

void mw_environment_free(struct mw_environment *environment)
{
    free(environment->text);
    *environment = (struct mw_environment){0};
}

const char *mw_environment_value(const char *text, size_t size, const char *name)
{
    size_t length = strlen(name);

    for (size_t at = 0; at < size; at += strlen(text + at) + 1)
        if (!strncmp(text + at, name, length) && text[at + length] == '=')
            return text + at + length + 1;
    return NULL;
}
