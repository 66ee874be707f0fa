/* SPDX-License-Identifier: MIT */
/* Error texts, which quote what they are about: whatever is printed of them is one clean line. */
#include "collector/base/message.h"
#include "collector/base/size.h"
#include "collector/merge/merge.h"
#include "collector/record/json.h"
#include "collector/symbols/symbolizer.h"
#include "tests/fuzz/forms.h"

#include <regex.h>
#include <stdarg.h>
#include <stdbool.h>

__attribute__((format(printf, 1, 2))) static void print(const char *format, ...)
{
    char text[4096];
    va_list args;
    size_t length;

    va_start(args, format);
    length = mw_message_make(text, format, args);
    va_end(args);
    fuzz_expect(length > 0 && text[length - 1] == '\n' && strchr(text, '\n') == text + length - 1);
    fuzz_clean(text, length);
}

static void read_file(const uint8_t *data, size_t size, const char *name, struct mw_err *err,
                      struct mw_model *(*read)(const char *path, struct mw_err *err))
{
    char path[32];
    int fd = fuzz_file(data, size, path);

    mw_model_destroy(read(path, err));
    close(fd);
    print("memwatch: %s: %s\n", name, err->text);
    mw_model_destroy(read(name, err)); /* not there */
    print("memwatch: %s\n", err->text);
}

/* glibc's regcomp() uses unbounded memory for nested repetitions. */
static bool may_compile(const char *pattern)
{
    size_t repetitions = 0;

    for (const char *c = pattern; *c; c++)
        repetitions += strchr("*+?{", *c) != NULL;
    return strlen(pattern) < 100 && repetitions < 3;
}

static void compile(const char *pattern)
{
    regex_t regex;
    char why[128];
    int error = regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB);

    if (!error) {
        regfree(&regex);
        return;
    }
    regerror(error, &regex, why, sizeof(why));
    print("memwatch: --include '%s': %s\n", pattern, why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size), name[300];
    struct mw_err err = {""};
    uint64_t bytes;

    mw_symbolizer_use(MW_SYMBOLIZER_NONE);
    snprintf(name, sizeof(name), "/nowhere/%s", text);
    switch (size ? data[0] % 4 : 0) {
    case 0: read_file(data + (size > 0), size - (size > 0), name, &err, mw_record_json_read); break;
    case 1: read_file(data + 1, size - 1, name, &err, mw_merge_gathered); break;
    case 2:
        if (mw_size_parse(text, &bytes, &err) < 0)
            print("memwatch: %s: %s\n", text, err.text);
        break;
    default:
        if (may_compile(text))
            compile(text);
    }
    free(text);
    return 0;
}
