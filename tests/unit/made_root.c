/* SPDX-License-Identifier: MIT */
#include "tests/unit/made_root.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/in_range.h"

char made_root[32];

static void make_path(char *full, size_t size, const char *path)
{
    assert_uint_in_range(snprintf(full, size, "%s%s", made_root, path), 1, size - 1);
}

void made_root_write(const char *path, const char *text)
{
    char full[256];
    FILE *file;

    make_path(full, sizeof(full), path);
    for (char *slash = full + strlen(made_root) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(full, 0700);
        *slash = '/';
    }
    file = fopen(full, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

void made_root_remove(const char *path)
{
    char full[256];

    make_path(full, sizeof(full), path);
    assert_int_equal(unlink(full), 0);
}

int made_root_set_up(void **state)
{
    (void)state;
    strcpy(made_root, "/tmp/mwlimits-XXXXXX");
    return mkdtemp(made_root) ? 0 : -1;
}

int made_root_tear_down(void **state)
{
    char command[64];

    (void)state;
    snprintf(command, sizeof(command), "rm -rf '%s'", made_root);
    return system(command);
}
