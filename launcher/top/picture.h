/* SPDX-License-Identifier: MIT */
/* What `memwatch top` shows, as lines of styled text: no terminal in it, so that --once and tests have it, too. */
#ifndef MW_LAUNCHER_TOP_PICTURE_H
#define MW_LAUNCHER_TOP_PICTURE_H

#include "launcher/top/canvas.h"

/* Width below which a picture is cut, not squeezed. */
#define MW_TOP_LEAST 40

/* Draws a picture of `width` columns and `height` lines; height 0: as many as it takes, and without the line of keys.
 * Call mw_top_picture_free() afterwards. */
void mw_top_picture_make(struct mw_top_picture *picture, const struct mw_top_data *data, struct mw_top_choice *choice,
                         int width, int height, bool ascii);

void mw_top_picture_free(struct mw_top_picture *picture);

#endif
