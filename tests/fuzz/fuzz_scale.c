/* SPDX-License-Identifier: MIT */
/* memwatch scale --from: names of files, a template of a command line, and records; then a study's forms. The input is
 * lines "=NAME" (a file of that name gets the next record), "%WORD" (of the template), and anything else: the record. */
#include "collector/base/message.h"
#include "collector/scale/study_report.h"
#include "collector/symbols/symbolizer.h"
#include "launcher/scale/read.h"
#include "tests/fuzz/forms.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#define WORDS 8

/* Files that are left out would fill the log. */
void mw_message(const char *format, ...)
{
    (void)format;
}

static char directory[] = "/dev/shm/fuzz-scale-XXXXXX";
static int dirfd_of_all = -1;

static void clean_up(void)
{
    DIR *dir = fdopendir(openat(dirfd_of_all, ".", O_RDONLY | O_DIRECTORY));
    struct dirent *entry;

    while (dir && (entry = readdir(dir)))
        unlinkat(dirfd_of_all, entry->d_name, 0);
    closedir(dir);
}

static void remove_all(void)
{
    clean_up();
    rmdir(directory);
}

static void start(void)
{
    mw_symbolizer_use(MW_SYMBOLIZER_NONE);
    fuzz_expect(mkdtemp(directory));
    dirfd_of_all = open(directory, O_RDONLY | O_DIRECTORY);
    atexit(remove_all);
}

static void put(const char *name, const char *bytes, size_t size)
{
    int fd = openat(dirfd_of_all, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);

    if (fd < 0)
        return; /* "", "..", "a/b" */
    fuzz_expect(write(fd, bytes, size) == (ssize_t)size);
    close(fd);
}

/* Files and words out of the input. Returns how many words. */
static size_t take(char *text, size_t size, char *words[WORDS + 1])
{
    size_t count = 0, files = 0;
    char *name = NULL, *record, *end = text + size;

    for (char *line = text, *next; line < end; line = next) {
        next = memchr(line, '\n', (size_t)(end - line));
        if (next)
            *next++ = '\0';
        else
            next = end;
        if (*line == '=' && files++ < 12)
            name = line + 1;
        else if (*line == '%' && count < WORDS)
            words[count++] = line + 1;
        else {
            for (record = line; next < end && next[0] != '=' && next[0] != '%';) {
                next[-1] = '\n';
                next = memchr(next, '\n', (size_t)(end - next)) ? (char *)memchr(next, '\n', (size_t)(end - next)) + 1 : end;
            }
            if (name)
                put(name, record, (size_t)(next - record));
        }
    }
    words[count] = NULL;
    return count;
}

static void check_forms(const struct mw_study *study, const struct mw_forecast *forecast)
{
    static mw_scale_write *const writers[] = {mw_scale_text_write, mw_scale_json_write, mw_scale_csv_write,
                                              mw_scale_html_write};
    static void (*const checks[])(const char *text, size_t size) = {fuzz_is_text, fuzz_is_json, fuzz_is_csv, fuzz_is_page};
    const struct mw_report_style style = {.all = true};

    for (int i = 0; i < 4; i++) {
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        fuzz_expect(writers[i](out, study, forecast, &style) == 0);
        fclose(out);
        checks[i](text, size);
        if (i < 3)
            fuzz_clean(text, size);
        free(text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct mw_scale_options options;
    struct mw_study *study = mw_study_create();
    char *text = fuzz_text(data, size), *words[WORDS + 1];
    struct mw_err err;

    if (dirfd_of_all < 0)
        start();
    options = (struct mw_scale_options){.from = directory};
    if (take(text, size, words))
        options.command = words;
    if (mw_scale_read_all(study, &options, &err) >= 0 && study->run_count) {
        struct mw_forecast forecast = {.n = 64, .s = 1, .ranks_per_node = 8, .node_bytes = 1e9};
        mw_study_judge(study);
        mw_forecast_make(&forecast, study);
        check_forms(study, &forecast);
    }
    mw_study_destroy(study);
    clean_up();
    free(text);
    return 0;
}
