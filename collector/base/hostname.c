/* SPDX-License-Identifier: MIT */
#include "collector/base/hostname.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

void mw_hostname_clean(const char *from, char clean[MW_HOSTNAME_SIZE])
{
    size_t i;

    for (i = 0; from[i] && i + 1 < MW_HOSTNAME_SIZE; i++)
        clean[i] = from[i];
    if (i == 0)
        clean[i++] = '_';
    clean[i] = '\0';
    for (i = 0; clean[i]; i++)
        if (!strchr(MW_HOSTNAME_ALLOWED, clean[i]))
            clean[i] = '_';
}

void mw_hostname_local(char clean[MW_HOSTNAME_SIZE])
{
    char name[256] = "";

    gethostname(name, sizeof(name) - 1);
    mw_hostname_clean(name, clean);
}
