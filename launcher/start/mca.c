/* SPDX-License-Identifier: MIT */
#include "launcher/start/mca.h"

#include "collector/base/io.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX (256u << 10)

bool mw_mca_text_has(const char *text, const char *const words[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strstr(text, words[i]))
            return true;
    return false;
}

bool mw_mca_words_have(char *const command[], const char *const words[], size_t count)
{
    for (size_t i = 0; command[i]; i++)
        if (mw_mca_text_has(command[i], words, count))
            return true;
    return false;
}

static bool file_has(const char *path, const char *const words[], size_t count)
{
    char *text = malloc(TEXT_MAX), *rest = text, *line;
    bool found = false;

    if (text && mw_io_read_text(AT_FDCWD, path, text, TEXT_MAX) > 0)
        while (!found && (line = strsep(&rest, "\n")))
            found = line[strspn(line, " \t")] != '#' && mw_mca_text_has(line, words, count);
    free(text);
    return found;
}

bool mw_mca_files_have(const char *const words[], size_t count)
{
    const char *home = getenv("HOME"), *path = getenv("PATH");
    char name[PATH_MAX], *copy = strdup(path ? path : ""), *rest = copy, *directory;
    bool found = file_has("/etc/openmpi/openmpi-mca-params.conf", words, count);

    snprintf(name, sizeof(name), "%s/.openmpi/mca-params.conf", home ? home : "");
    found = found || (home && file_has(name, words, count));
    while (!found && copy && (directory = strsep(&rest, ":"))) {
        snprintf(name, sizeof(name), "%s/../etc/openmpi-mca-params.conf", directory);
        found = file_has(name, words, count);
    }
    free(copy);
    return found;
}
