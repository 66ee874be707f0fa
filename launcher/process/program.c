/* SPDX-License-Identifier: MIT */
#include "launcher/process/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_program(const char *path)
{
    struct stat st;

    return !stat(path, &st) && S_ISREG(st.st_mode) && !access(path, X_OK);
}

bool mw_program_find(const char *word, char *path, size_t size)
{
    const char *list = getenv("PATH");

    if (strchr(word, '/')) {
        snprintf(path, size, "%s", word);
        return is_program(path);
    }
    for (const char *at = list && *word ? list : ""; *at; at += strspn(at, ":")) {
        size_t length = strcspn(at, ":");
        snprintf(path, size, "%.*s/%s", (int)length, at, word);
        if (is_program(path))
            return true;
        at += length;
    }
    return false;
}
