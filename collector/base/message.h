/* SPDX-License-Identifier: MIT */
/* What memwatch says on stderr. All of it goes through here: file names, command lines, records and other libraries' error
 * texts come from outside, and whatever is in them does not reach the terminal as a control sequence. */
#ifndef MW_COLLECTOR_BASE_MESSAGE_H
#define MW_COLLECTOR_BASE_MESSAGE_H

#include <stdarg.h>
#include <stddef.h>

/* Like dprintf(2, ...), cleaned (mw_text_clean) but for newlines at the end of `format`, at most 4095 bytes. errno is kept. */
void mw_message(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What it would write: the same into `text`. Returns its length. */
size_t mw_message_make(char text[4096], const char *format, va_list args) __attribute__((format(printf, 2, 0)));

#endif
