/* SPDX-License-Identifier: MIT */
/* The effect of keys on the display, independent of the terminal. */
#ifndef MW_LAUNCHER_TOP_KEYS_H
#define MW_LAUNCHER_TOP_KEYS_H

#include "launcher/top/picture.h"

/* Keys that are not characters. */
enum mw_top_key {
    MW_TOP_KEY_UP = 0x110000, /* beyond Unicode */
    MW_TOP_KEY_DOWN,
    MW_TOP_KEY_PAGE_UP,
    MW_TOP_KEY_PAGE_DOWN,
    MW_TOP_KEY_HOME,
    MW_TOP_KEY_END
};

/* Handles a key: a character, or one of the above. `room`: rows of a page. Returns false for the key that quits. */
bool mw_top_keys_press(struct mw_top_choice *choice, int key, size_t room);

#endif
