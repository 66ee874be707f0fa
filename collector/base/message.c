/* SPDX-License-Identifier: MIT */
#include "collector/base/message.h"

#include "collector/base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Errors are ignored: there is no other place to report them. A closed pipe ends memwatch only by SIGPIPE. */
static void write_all(const char *text, size_t length)
{
    while (length > 0) {
        ssize_t n = write(STDERR_FILENO, text, length);
        if (n < 0 && errno != EINTR)
            return;
        text += n > 0 ? n : 0;
        length -= n > 0 ? (size_t)n : 0;
    }
}

size_t mw_message_make(char text[4096], const char *format, va_list args)
{
    size_t last = strlen(format), length;
    bool ends = last > 0 && format[last - 1] == '\n'; /* kept even if the text is cut */

    vsnprintf(text, 4095, format, args);
    length = strlen(text);
    if (ends && length > 0 && text[length - 1] == '\n')
        text[length - 1] = '\0';
    mw_text_clean(text);
    if (ends)
        strcat(text, "\n");
    return strlen(text);
}

void mw_message(const char *format, ...)
{
    int saved = errno;
    char text[4096];
    va_list args;

    va_start(args, format);
    write_all(text, mw_message_make(text, format, args));
    va_end(args);
    errno = saved;
}
