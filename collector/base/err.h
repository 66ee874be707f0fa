/* SPDX-License-Identifier: MIT */
/* One error text that travels up to whoever can tell the user.
 *
 * Every function that can fail in a way the user should read takes a
 * `struct mw_err *` (may be NULL), returns -1 (or NULL) and leaves one line there.
 */
#ifndef MW_COLLECTOR_BASE_ERR_H
#define MW_COLLECTOR_BASE_ERR_H

struct mw_err {
    char text[512]; /* one line, no newline, NUL-terminated */
};

/* Writes the line. Returns -1, so that failing is `return mw_err_set(err, ...)`. errno is kept. */
int mw_err_set(struct mw_err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
