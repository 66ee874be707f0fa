/* SPDX-License-Identifier: MIT */
/* The display of `memwatch top` as styled text, and the user's view settings. */
#ifndef MW_LAUNCHER_TOP_CANVAS_H
#define MW_LAUNCHER_TOP_CANVAS_H

#include "launcher/top/state.h"

#include <stdbool.h>
#include <stddef.h>

enum mw_top_order { MW_TOP_BY_MEMORY, MW_TOP_BY_RANK, MW_TOP_BY_GROWTH };

/* The user's view settings. */
struct mw_top_choice {
    enum mw_top_order order;
    enum { MW_TOP_RANKS, MW_TOP_HOSTS, MW_TOP_HELP } page;
    char filter[64]; /* show only rows that contain it, ignoring case; "": all rows */
    bool typing;     /* the filter is being edited */
    size_t first;    /* row at the top; clamped when drawn */
};

enum mw_top_style {
    MW_TOP_PLAIN,
    MW_TOP_BOLD,
    MW_TOP_DIM,
    MW_TOP_ALARM,
    MW_TOP_WARN,
    MW_TOP_GOOD,
    MW_TOP_BAR,
    MW_TOP_HEAD, /* reverse, the full line */
    MW_TOP_STYLES
};

#define MW_TOP_PIECES 16

struct mw_top_line {
    char text[1024]; /* at most `width` columns */
    struct {
        unsigned short bytes; /* length in text; the pieces follow each other */
        enum mw_top_style style;
    } pieces[MW_TOP_PIECES];
    unsigned piece_count;
};

struct mw_top_picture {
    struct mw_top_line *lines;
    size_t count;
    int width;
    bool ascii;  /* the terminal does not support UTF-8 */
    size_t room; /* rows of one page */
};

#endif
