/* SPDX-License-Identifier: MIT */
#include "launcher/rundir/source.h"

#include "collector/base/file_names.h"
#include "collector/journal/record.h"
#include "collector/merge/merge.h"
#include "collector/record/json.h"
#include "collector/view/file.h"
#include "launcher/saved/saved.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct mw_model *mw_source_read_saved(long number, struct mw_err *err)
{
    char path[PATH_MAX];

    return mw_saved_path(number, path, err) < 0 ? NULL : mw_record_json_read(path, err);
}

struct mw_model *mw_source_read(const char *path, struct mw_err *err)
{
    long number = mw_saved_number(path);
    struct mw_model *model;
    struct stat st;
    int fd;

    if (number)
        return mw_source_read_saved(number, err);
    if (stat(path, &st)) {
        mw_err_set(err, "cannot read %s: %s", path, strerror(errno));
        return NULL;
    }
    if (!S_ISDIR(st.st_mode))
        return mw_record_json_is(path) ? mw_record_json_read(path, err) : mw_merge_gathered(path, err);
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        mw_err_set(err, "cannot open %s: %s", path, strerror(errno));
        return NULL;
    }
    model = mw_merge_run(fd, NULL, err);
    close(fd);
    return model;
}

bool mw_source_is_run(const char *path)
{
    static const char *const prefixes[] = {MW_FILE_VIEW, MW_FILE_JOURNAL, MW_FILE_EXITS};
    struct dirent *entry;
    bool is_run = false;
    DIR *dir = opendir(path);

    while (dir && !is_run && (entry = readdir(dir)))
        for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
            is_run |= !strncmp(entry->d_name, prefixes[i], strlen(prefixes[i]));
    if (dir)
        closedir(dir);
    return is_run;
}
