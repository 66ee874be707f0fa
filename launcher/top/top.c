/* SPDX-License-Identifier: MIT */
/* `memwatch top`: reads the state of a running job periodically, and displays it. */
#include "launcher/top/top.h"

#include "collector/base/clock.h"
#include "collector/base/message.h"
#include "launcher/top/choose.h"
#include "launcher/top/data.h"
#include "launcher/top/options.h"
#include "launcher/top/screen.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ONCE_WIDTH 100

static bool is_ascii(void)
{
    setlocale(LC_CTYPE, ""); /* characters only: number formats stay the same */
    return strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
}

static int print_once(const struct mw_top_options *options, struct mw_top_data *data, struct mw_top_choice *choice)
{
    struct mw_report_style style = mw_display_style(&options->display, STDOUT_FILENO);
    struct mw_top_picture picture;

    mw_top_picture_make(&picture, data, choice, style.width ? style.width : ONCE_WIDTH, 0, is_ascii());
    for (size_t i = 0; i < picture.count; i++) {
        size_t length = strlen(picture.lines[i].text);
        while (length && picture.lines[i].text[length - 1] == ' ')
            length--;
        printf("%.*s\n", (int)length, picture.lines[i].text);
    }
    mw_top_picture_free(&picture);
    if (!fflush(stdout) && !ferror(stdout))
        return 0;
    mw_message("memwatch: cannot write to stdout: %s\n", strerror(errno));
    return 1;
}

static enum mw_top_event show_until(struct mw_top_data *data, struct mw_top_choice *choice, bool ascii, uint64_t until)
{
    enum mw_top_event event;

    do {
        struct mw_top_picture picture;
        int width, height;
        mw_top_screen_size(&width, &height);
        mw_top_picture_make(&picture, data, choice, width, height, ascii);
        mw_top_screen_show(&picture);
        event = mw_top_screen_wait(choice, picture.room, until);
        mw_top_picture_free(&picture);
    } while (event == MW_TOP_REDRAW);
    return event;
}

/* Returns the exit status: Ctrl-C is a normal way to quit. */
static int watch(const struct mw_top_options *options, struct mw_top_data *data, struct mw_top_choice *choice)
{
    bool ascii = is_ascii();
    struct mw_err err;
    int signo;

    if (mw_top_screen_open(mw_display_style(&options->display, STDOUT_FILENO).color, &err) < 0) {
        mw_message("memwatch: %s\n", err.text);
        return 1;
    }
    while (show_until(data, choice, ascii, mw_clock_now() + options->delay_ns) != MW_TOP_QUIT)
        mw_top_data_look(data, mw_clock_now());
    signo = mw_top_screen_close();
    return signo && signo != SIGINT ? 128 + signo : 0;
}

int mw_top_main(int argc, char **argv)
{
    struct mw_top_options options;
    struct mw_top_choice choice = {.page = MW_TOP_RANKS};
    struct mw_top_data data;
    struct mw_err err;
    char path[PATH_MAX];
    int status;

    mw_top_options_parse(&options, argc, argv);
    choice.order = options.order;
    if (!options.once && (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)))
        status = mw_err_set(&err, "top needs a terminal (memwatch top --once prints text)");
    else
        status = mw_top_choose(path, &options, &err) < 0 ? -1 : mw_top_data_open(&data, path, mw_clock_now(), &err);
    if (status < 0) {
        mw_message("memwatch: %s\n", err.text);
        return 1;
    }
    status = options.once ? print_once(&options, &data, &choice) : watch(&options, &data, &choice);
    mw_top_data_close(&data);
    return status;
}
