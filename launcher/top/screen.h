/* SPDX-License-Identifier: MIT */
/* The terminal of `memwatch top`: displays text, and reads keys. One instance at a time. */
#ifndef MW_LAUNCHER_TOP_SCREEN_H
#define MW_LAUNCHER_TOP_SCREEN_H

#include "collector/base/err.h"
#include "launcher/top/picture.h"

#include <stdbool.h>
#include <stdint.h>

/* Takes over the terminal, and SIGINT, SIGTERM and SIGHUP. Returns 0, or -1 with a line in err (also if memwatch was
 * built without ncurses). */
int mw_top_screen_open(bool color, struct mw_err *err);

/* The current size. */
void mw_top_screen_size(int *width, int *height);

void mw_top_screen_show(const struct mw_top_picture *picture);

/* Waits for a key until `until` (CLOCK_MONOTONIC), and updates the choice; `room`: rows of a page. */
enum mw_top_event {
    MW_TOP_UPDATE, /* time for an update */
    MW_TOP_REDRAW, /* redraw: choice or size has changed */
    MW_TOP_QUIT    /* by the user, a signal or the end of the terminal */
};
enum mw_top_event mw_top_screen_wait(struct mw_top_choice *choice, size_t room, uint64_t until);

/* Restores the terminal. Returns the signal that ended top, or 0. */
int mw_top_screen_close(void);

#endif
