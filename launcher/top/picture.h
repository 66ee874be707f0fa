/* SPDX-License-Identifier: MIT */
/* The display of `memwatch top` as lines of styled text, independent of the terminal, for --once and tests as well. */
#ifndef MW_LAUNCHER_TOP_PICTURE_H
#define MW_LAUNCHER_TOP_PICTURE_H

#include "launcher/top/canvas.h"

/* Minimum width: in a narrower terminal the display is cut. */
#define MW_TOP_LEAST 40

/* Draws `width` columns and `height` lines; height 0: as many as needed, without the line of keys. Call
 * mw_top_picture_free() afterwards. */
void mw_top_picture_make(struct mw_top_picture *picture, const struct mw_top_data *data, struct mw_top_choice *choice,
                         int width, int height, bool ascii);

void mw_top_picture_free(struct mw_top_picture *picture);

#endif
