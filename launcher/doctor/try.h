/* SPDX-License-Identifier: MIT */
/* Runs a test in a child process, which may fail, hang or crash. */
#ifndef MW_LAUNCHER_DOCTOR_TRY_H
#define MW_LAUNCHER_DOCTOR_TRY_H

#include <stddef.h>

struct mw_doctor_text {
    char text[4096];
    size_t length;
};

/* Appends; truncates what does not fit. */
void mw_doctor_print(struct mw_doctor_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Runs `attempt` in a child that is killed after so many seconds, and appends its output. Returns its return value (0 to 100), or
 * -1 if it crashed, hung or could not be started. */
int mw_doctor_try(int (*attempt)(void *context, struct mw_doctor_text *said), void *context, unsigned seconds,
                  struct mw_doctor_text *said);

/* Runs a program in a child that is killed after MW_DOCTOR_SECONDS, and appends its stdout and stderr. Returns its exit status, or
 * -1. */
#define MW_DOCTOR_SECONDS 10
int mw_doctor_run(char *const command[], struct mw_doctor_text *output);

#endif
