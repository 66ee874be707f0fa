/* SPDX-License-Identifier: MIT */
/* Whose code a Python file is. */
#ifndef MW_COLLECTOR_BASE_PYTHON_PATH_H
#define MW_COLLECTOR_BASE_PYTHON_PATH_H

#include <stdbool.h>
#include <string.h>

/* Whether it belongs to Python's own library or an installed package, or was generated ("<frozen importlib._bootstrap>"), as
 * opposed to a script of the user. */
static inline bool mw_python_path_is_library(const char *path)
{
    return path[0] == '<' || strstr(path, "/site-packages/") || strstr(path, "/dist-packages/") || strstr(path, "/lib/python3");
}

#endif
