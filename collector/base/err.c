/* SPDX-License-Identifier: MIT */
#include "collector/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

int mw_err_set(struct mw_err *err, const char *format, ...)
{
    int saved = errno;

    if (err) {
        va_list args;
        va_start(args, format);
        vsnprintf(err->text, sizeof(err->text), format, args);
        va_end(args);
    }
    errno = saved;
    return -1;
}
