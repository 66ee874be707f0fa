/* SPDX-License-Identifier: MIT */
/* A synthetic file tree for code that reads below a root, such as /proc and /sys/fs/cgroup. */
#ifndef MW_TESTS_UNIT_MADE_ROOT_H
#define MW_TESTS_UNIT_MADE_ROOT_H

/* Its path, empty before each test. */
extern char made_root[32];

/* cmocka's set-up and tear-down. */
int made_root_set_up(void **state);
int made_root_tear_down(void **state);

/* Writes a file, and creates its parent folders. `path` begins with a slash. */
void made_root_write(const char *path, const char *text);

void made_root_remove(const char *path);

#endif
