/* SPDX-License-Identifier: MIT */
/* All messages of memwatch on stderr. File names, command lines, records and error texts of libraries are untrusted: control
 * sequences in them must not reach the terminal. */
#ifndef MW_COLLECTOR_BASE_MESSAGE_H
#define MW_COLLECTOR_BASE_MESSAGE_H

#include <stdarg.h>
#include <stddef.h>

/* Like dprintf(2, ...), but cleaned (mw_text_clean, except a newline at the end of `format`) and cut to 4095 bytes.
 * Preserves errno. */
void mw_message(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Formats the same message into `text`. Returns its length. */
size_t mw_message_make(char text[4096], const char *format, va_list args) __attribute__((format(printf, 2, 0)));

#endif
