/* SPDX-License-Identifier: MIT */
#include "launcher/own_host.h"

#include <string.h>
#include <unistd.h>

void mw_own_host(char host[MW_OWN_HOST])
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    char name[256] = "";
    size_t i = 0;

    if (gethostname(name, sizeof(name) - 1) || !name[0])
        strcpy(name, "unknown");
    for (; name[i] && i < MW_OWN_HOST - 1; i++)
        host[i] = strchr(allowed, name[i]) ? name[i] : '_';
    host[i] = '\0';
}
