/* SPDX-License-Identifier: MIT */
#include "launcher/top/keys.h"

#include <stdint.h>
#include <string.h>

#define ESCAPE 27
#define BACKSPACE 8
#define DELETE 127

static void type(struct mw_top_choice *choice, int key)
{
    size_t length = strlen(choice->filter);

    if (key == ESCAPE)
        choice->filter[0] = '\0';
    if (key == ESCAPE || key == '\n' || key == '\r')
        choice->typing = false;
    else if ((key == BACKSPACE || key == DELETE) && length)
        choice->filter[length - 1] = '\0';
    else if (key >= ' ' && key < DELETE && length + 1 < sizeof(choice->filter)) {
        choice->filter[length] = (char)key;
        choice->filter[length + 1] = '\0';
    }
    choice->first = 0;
}

static void scroll(struct mw_top_choice *choice, int key, size_t room)
{
    size_t step = key == MW_TOP_KEY_PAGE_UP || key == MW_TOP_KEY_PAGE_DOWN ? room : 1;

    if (key == MW_TOP_KEY_HOME)
        choice->first = 0;
    else if (key == MW_TOP_KEY_END)
        choice->first = SIZE_MAX / 2; /* clamped when drawn */
    else if (key == MW_TOP_KEY_DOWN || key == MW_TOP_KEY_PAGE_DOWN)
        choice->first += step;
    else
        choice->first -= choice->first < step ? choice->first : step;
}

static void turn(struct mw_top_choice *choice, int page)
{
    choice->page = (int)choice->page == page ? MW_TOP_RANKS : page;
    choice->first = 0;
}

static void sort(struct mw_top_choice *choice, enum mw_top_order order)
{
    choice->order = order;
    choice->page = MW_TOP_RANKS;
    choice->first = 0;
}

bool mw_top_keys_press(struct mw_top_choice *choice, int key, size_t room)
{
    if (choice->typing && key < MW_TOP_KEY_UP) {
        type(choice, key);
        return true;
    }
    switch (key) {
    case 'q':
    case 'Q': return false;
    case 'm': sort(choice, MW_TOP_BY_MEMORY); break;
    case 'r': sort(choice, MW_TOP_BY_RANK); break;
    case 'g': sort(choice, MW_TOP_BY_GROWTH); break;
    case 'v': turn(choice, MW_TOP_HOSTS); break;
    case 'h':
    case '?': turn(choice, MW_TOP_HELP); break;
    case '/':
        choice->page = MW_TOP_RANKS;
        choice->typing = true;
        break;
    case ESCAPE:
        choice->filter[0] = '\0';
        choice->page = MW_TOP_RANKS;
        break;
    case 'k': scroll(choice, MW_TOP_KEY_UP, room); break;
    case 'j': scroll(choice, MW_TOP_KEY_DOWN, room); break;
    case ' ': scroll(choice, MW_TOP_KEY_PAGE_DOWN, room); break;
    default:
        if (key >= MW_TOP_KEY_UP)
            scroll(choice, key, room);
    }
    return true;
}
