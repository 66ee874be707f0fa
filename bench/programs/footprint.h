/* SPDX-License-Identifier: MIT */
/* The memory of this process, counted page by page: ` rss=KIB private=KIB` on stdout; private: written and not shared. */
#ifndef MW_BENCH_FOOTPRINT_H
#define MW_BENCH_FOOTPRINT_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline long footprint_field(const char *text, const char *name)
{
    const char *line = strstr(text, name);

    return line ? strtol(line + strlen(name), NULL, 10) : 0;
}

static inline void footprint_print(void)
{
    static char text[4096];
    int fd = open("/proc/self/smaps_rollup", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

    if (n < 0)
        return;
    close(fd);
    text[n] = '\0';
    /* Clean pages of a file count as private as long as no other process has mapped it; unwritten pages use memory only
     * once. */
    printf(" rss=%ld private=%ld\n", footprint_field(text, "\nRss:"), footprint_field(text, "\nPrivate_Dirty:"));
}

#endif
