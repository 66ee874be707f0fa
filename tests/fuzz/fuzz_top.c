/* SPDX-License-Identifier: MIT */
/* A run directory with one journal and one view with any contents: memwatch top reads single entries of
 * the one, all of the other, and draws. */
#include "collector/base/text.h"
#include "launcher/top/data.h"
#include "launcher/top/picture.h"
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>

static char directory[] = "/dev/shm/fuzz-top-XXXXXX";
static int dirfd_of_all = -1;
static const char *const names[] = {"journal-00000000000000aa-node01-4242", "view-node01"};

static void clean_up(void)
{
    for (int i = 0; i < 2; i++)
        unlinkat(dirfd_of_all, names[i], 0);
    rmdir(directory);
}

static void put(const char *name, const uint8_t *data, size_t size)
{
    int fd = openat(dirfd_of_all, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    fuzz_expect(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    close(fd);
}

static void draw(const struct mw_top_data *data, int page, int width, int height)
{
    struct mw_top_choice choice = {.page = page, .order = width % 3, .first = (size_t)height};
    struct mw_top_picture picture;

    mw_top_picture_make(&picture, data, &choice, width, height, width % 2);
    fuzz_expect(!height || picture.count == (size_t)height);
    for (size_t i = 0; i < picture.count; i++) {
        size_t bytes = 0;
        for (unsigned p = 0; p < picture.lines[i].piece_count; p++)
            bytes += picture.lines[i].pieces[p].bytes;
        fuzz_expect(bytes == strlen(picture.lines[i].text));
        fuzz_expect(mw_text_width(picture.lines[i].text) <= picture.width);
    }
    mw_top_picture_free(&picture);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct mw_top_data data;
    struct mw_err err;

    if (dirfd_of_all < 0) {
        fuzz_expect(mkdtemp(directory));
        dirfd_of_all = open(directory, O_RDONLY | O_DIRECTORY);
        atexit(clean_up);
    }
    for (int i = 0; i < 2; i++)
        put(names[i], bytes, size);
    fuzz_expect(mw_top_data_open(&data, directory, 5000, &err) == 0);
    mw_top_data_look(&data, 6000);
    /* (one page of each input: drawing takes most of the time) */
    draw(&data, (int)(size % 3), 40 + (int)(size % 100), size % 3 == 1 ? 0 : 12);
    draw(&data, (int)(size % 3), 60, 4);
    mw_top_data_close(&data);
    return 0;
}
