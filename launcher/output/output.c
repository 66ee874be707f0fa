/* SPDX-License-Identifier: MIT */
#include "launcher/output/output.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int mw_output_open(struct mw_output *output, const char *path, bool force, struct mw_err *err)
{
    mode_t mask = umask(0);
    struct stat st;
    int fd;

    umask(mask);
    output->file = NULL;
    output->force = force;
    if (!lstat(path, &st) && (!force || !S_ISREG(st.st_mode)))
        return mw_err_set(err, "cannot create %s: %s", path,
                          S_ISREG(st.st_mode) ? "file exists (use --force to replace it)" : "not a regular file");
    if (snprintf(output->path, sizeof(output->path), "%s", path) >= (int)sizeof(output->path) ||
        snprintf(output->temporary, sizeof(output->temporary), "%s.XXXXXX", path) >= (int)sizeof(output->temporary))
        return mw_err_set(err, "%s: the name is too long", path);
    fd = mkostemp(output->temporary, O_CLOEXEC);
    if (fd < 0)
        return mw_err_set(err, "cannot write %s: %s", path, strerror(errno));
    fchmod(fd, 0666 & ~mask);
    output->file = fdopen(fd, "w");
    if (output->file)
        return 0;
    close(fd);
    unlink(output->temporary);
    return mw_err_set(err, "cannot write %s: out of memory", path);
}

/* renameat2(2) with RENAME_NOREPLACE; glibc has a wrapper since 2.28. */
static int rename_noreplace(const char *from, const char *to)
{
#ifdef SYS_renameat2
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
#else
    errno = ENOSYS;
    return -1;
#endif
}

/* Without --force nothing is overwritten, including files that the job has created. */
static int put_in_place(const struct mw_output *output)
{
    if (output->force)
        return rename(output->temporary, output->path);
    if (!rename_noreplace(output->temporary, output->path))
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (!access(output->path, F_OK)) { /* the file system does not support RENAME_NOREPLACE */
        errno = EEXIST;
        return -1;
    }
    return rename(output->temporary, output->path);
}

int mw_output_commit(struct mw_output *output, struct mw_err *err)
{
    bool ok = !fflush(output->file) && !ferror(output->file) && !fsync(fileno(output->file));

    ok = !fclose(output->file) && ok;
    output->file = NULL;
    if (ok && !put_in_place(output))
        return 0;
    if (ok && errno == EEXIST) {
        mw_err_set(err, "%s was created while the job ran: the report is in %s", output->path, output->temporary);
        return 1;
    }
    mw_err_set(err, "cannot write %s: %s", output->path, strerror(errno));
    unlink(output->temporary);
    return -1;
}

void mw_output_release(struct mw_output *output)
{
    if (output->file)
        fclose(output->file);
    output->file = NULL;
}

void mw_output_abandon(struct mw_output *output)
{
    if (!output->file)
        return;
    fclose(output->file);
    output->file = NULL;
    unlink(output->temporary);
}
