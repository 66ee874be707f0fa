/* SPDX-License-Identifier: MIT */
/* An error message that is passed up to the caller that reports it to the user.
 *
 * A function whose failure the user should see takes a `struct mw_err *` (may be NULL), returns -1 (or NULL) and stores one
 * line there.
 */
#ifndef MW_COLLECTOR_BASE_ERR_H
#define MW_COLLECTOR_BASE_ERR_H

struct mw_err {
    char text[512]; /* one line, no newline, NUL-terminated */
};

/* Stores the line. Returns -1, so that callers can `return mw_err_set(err, ...)`. Preserves errno. */
int mw_err_set(struct mw_err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
