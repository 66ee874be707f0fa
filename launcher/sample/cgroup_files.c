/* SPDX-License-Identifier: MIT */
#include "launcher/sample/cgroup_files.h"

#include "collector/base/io.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool read_file(const char *directory, const char *name, char *text, size_t size)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    if (mw_io_read_text(AT_FDCWD, path, text, size) > 0)
        return true;
    text[0] = '\0';
    return false;
}

uint64_t mw_cgroup_files_number(const char *directory, const char *name)
{
    char text[64];

    return read_file(directory, name, text, sizeof(text)) && text[0] >= '0' && text[0] <= '9' ? strtoull(text, NULL, 10) : 0;
}

bool mw_cgroup_files_limit(const char *directory, const char *name, uint64_t *bytes)
{
    char text[64];

    *bytes = MW_CGROUP_FILES_NO_LIMIT;
    if (!read_file(directory, name, text, sizeof(text)))
        return false;
    if (text[0] >= '0' && text[0] <= '9')
        *bytes = strtoull(text, NULL, 10);
    if (*bytes >= MW_CGROUP_FILES_UNLIMITED)
        *bytes = MW_CGROUP_FILES_NO_LIMIT;
    return true;
}

bool mw_cgroup_files_text(const char *directory, const char *name, char text[MW_CGROUP_FILES_ROOM])
{
    return read_file(directory, name, text, MW_CGROUP_FILES_ROOM);
}

bool mw_cgroup_files_field(const char *text, const char *name, uint64_t *value)
{
    size_t length = strlen(name);

    *value = 0;
    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
        if (!strncmp(line, name, length) && line[length] == ' ') {
            *value = strtoull(line + length, NULL, 10);
            return true;
        }
    return false;
}

bool mw_cgroup_files_find(const char *directory, const char *file, const char *name, uint64_t *value)
{
    char text[MW_CGROUP_FILES_ROOM];

    *value = 0;
    return mw_cgroup_files_text(directory, file, text) && mw_cgroup_files_field(text, name, value);
}
