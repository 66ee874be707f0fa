/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "launcher/top/screen.h"

#ifdef HAVE_NCURSES

#include "collector/base/clock.h"
#include "launcher/top/keys.h"

#include <curses.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
#define SIGNALS (sizeof(signals) / sizeof(signals[0]))

static struct {
    SCREEN *screen;
    struct sigaction before[SIGNALS];
    attr_t styles[MW_TOP_STYLES];
} top;

static volatile sig_atomic_t left_for;

static void leave(int signo)
{
    left_for = signo;
}

/* Before ncurses starts: it does not replace an installed handler. */
static void take_signals(void)
{
    struct sigaction action = {.sa_handler = leave};

    left_for = 0;
    for (size_t i = 0; i < SIGNALS; i++) {
        sigaction(signals[i], NULL, &top.before[i]);
        if (top.before[i].sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
    }
}

static void give_signals_back(void)
{
    for (size_t i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &top.before[i], NULL);
}

static void choose_styles(bool color)
{
    static const struct {
        attr_t attributes;
        short color;
    } table[MW_TOP_STYLES] = {
        [MW_TOP_BOLD] = {A_BOLD, 0},       [MW_TOP_DIM] = {A_DIM, 0},        [MW_TOP_ALARM] = {A_BOLD, COLOR_RED},
        [MW_TOP_WARN] = {0, COLOR_YELLOW}, [MW_TOP_GOOD] = {0, COLOR_GREEN}, [MW_TOP_BAR] = {0, COLOR_CYAN},
        [MW_TOP_HEAD] = {A_REVERSE, 0},
    };

    color = color && has_colors() && start_color() == OK && use_default_colors() == OK;
    for (short i = 0; i < MW_TOP_STYLES; i++) {
        top.styles[i] = table[i].attributes;
        if (color && table[i].color && init_pair(i, table[i].color, -1) == OK)
            top.styles[i] |= (attr_t)COLOR_PAIR(i);
    }
}

int mw_top_screen_open(bool color, struct mw_err *err)
{
    const char *term = getenv("TERM");

    take_signals();
    top.screen = term && strcmp(term, "dumb") ? newterm(NULL, stdout, stdin) : NULL;
    if (!top.screen) {
        mw_top_screen_close();
        return mw_err_set(err, "top cannot use a terminal of type '%s': set TERM, or use --once", term ? term : "");
    }
    cbreak();
    noecho();
    nonl();
    curs_set(0);
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    set_escdelay(50);
    choose_styles(color);
    return 0;
}

void mw_top_screen_size(int *width, int *height)
{
    getmaxyx(stdscr, *height, *width);
}

static void show_line(int y, const struct mw_top_line *line)
{
    const char *text = line->text;

    move(y, 0);
    for (unsigned i = 0; i < line->piece_count; i++) {
        attrset(top.styles[line->pieces[i].style]);
        addnstr(text, line->pieces[i].bytes);
        text += line->pieces[i].bytes;
    }
}

void mw_top_screen_show(const struct mw_top_picture *picture)
{
    int width, height;

    mw_top_screen_size(&width, &height);
    erase();
    for (size_t i = 0; i < picture->count && i < (size_t)height; i++)
        show_line((int)i, &picture->lines[i]);
    attrset(A_NORMAL);
    refresh();
}

static int translate(int key)
{
    switch (key) {
    case KEY_UP: return MW_TOP_KEY_UP;
    case KEY_DOWN: return MW_TOP_KEY_DOWN;
    case KEY_PPAGE: return MW_TOP_KEY_PAGE_UP;
    case KEY_NPAGE: return MW_TOP_KEY_PAGE_DOWN;
    case KEY_HOME: return MW_TOP_KEY_HOME;
    case KEY_END: return MW_TOP_KEY_END;
    case KEY_BACKSPACE: return '\b';
    case KEY_ENTER: return '\n';
    default: return key >= KEY_MIN ? 0 : key;
    }
}

/* Handles all pending keys: key repeat causes one redraw only. */
static enum mw_top_event take_keys(struct mw_top_choice *choice, size_t room)
{
    enum mw_top_event event = MW_TOP_UPDATE;
    int key;

    while ((key = getch()) != ERR) {
        event = MW_TOP_REDRAW;
        if (!mw_top_keys_press(choice, translate(key), room))
            return MW_TOP_QUIT;
    }
    return event;
}

enum mw_top_event mw_top_screen_wait(struct mw_top_choice *choice, size_t room, uint64_t until)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};

    for (;;) {
        uint64_t now = mw_clock_now();
        enum mw_top_event event = take_keys(choice, room); /* a resize is a key as well, and interrupts poll() */
        if (left_for || (in.revents & (POLLHUP | POLLERR | POLLNVAL)))
            return MW_TOP_QUIT;
        if (event != MW_TOP_UPDATE || now >= until)
            return event;
        poll(&in, 1, (int)((until - now) / MW_NS_PER_MS + 1));
    }
}

int mw_top_screen_close(void)
{
    if (top.screen) {
        endwin();
        delscreen(top.screen);
        top.screen = NULL;
    }
    give_signals_back();
    return left_for;
}

#else

int mw_top_screen_open(bool color, struct mw_err *err)
{
    (void)color;
    return mw_err_set(err, "this memwatch was built without ncurses: install libncurses-dev and rebuild it, or use "
                           "memwatch top --once");
}

void mw_top_screen_size(int *width, int *height)
{
    *width = *height = 0;
}

void mw_top_screen_show(const struct mw_top_picture *picture)
{
    (void)picture;
}

enum mw_top_event mw_top_screen_wait(struct mw_top_choice *choice, size_t room, uint64_t until)
{
    (void)choice, (void)room, (void)until;
    return MW_TOP_QUIT;
}

int mw_top_screen_close(void)
{
    return 0;
}

#endif
