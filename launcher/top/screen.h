/* SPDX-License-Identifier: MIT */
/* The terminal of `memwatch top`: shows pictures, and takes keys. One at a time. */
#ifndef MW_LAUNCHER_TOP_SCREEN_H
#define MW_LAUNCHER_TOP_SCREEN_H

#include "collector/base/err.h"
#include "launcher/top/picture.h"

#include <stdbool.h>
#include <stdint.h>

/* Takes over the terminal, and SIGINT, SIGTERM and SIGHUP. Returns 0, or -1 with a line in err (also where memwatch was
 * built without ncurses). */
int mw_top_screen_open(bool color, struct mw_err *err);

/* How large it is now. */
void mw_top_screen_size(int *width, int *height);

void mw_top_screen_show(const struct mw_top_picture *picture);

/* Waits for a key until `until` (CLOCK_MONOTONIC), and lets it change the choice; `room`: rows of a page. */
enum mw_top_event {
    MW_TOP_WAITED, /* it is time for another look */
    MW_TOP_CHOSEN, /* the picture has to be drawn again: another choice, or another size */
    MW_TOP_QUIT    /* the user, a signal or the end of the terminal */
};
enum mw_top_event mw_top_screen_wait(struct mw_top_choice *choice, size_t room, uint64_t until);

/* Gives the terminal back as it was. Returns the signal that it was left for, or 0. */
int mw_top_screen_close(void);

#endif
