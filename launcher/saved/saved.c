/* SPDX-License-Identifier: MIT */
#include "launcher/saved/saved.h"

#include "collector/base/clock.h"
#include "collector/base/close_from.h"
#include "collector/base/secrets.h"
#include "collector/report/json.h"
#include "launcher/saved/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 10000

/* ---- saving, in a child process ---- */

static void hide_secrets(const struct mw_model *model)
{
    for (size_t i = 0; i < model->string_count; i++)
        mw_secrets_mask(model->string_list[i]);
}

static void name_record(char *name, size_t size)
{
    struct timespec now;
    struct tm utc;
    char day[32];

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(day, sizeof(day), "%Y%m%d-%H%M%S", &utc);
    snprintf(name, size, MW_SAVED_NAME "%s.%09ld-%ld" MW_SAVED_SUFFIX, day, now.tv_nsec, (long)getpid());
}

/* Writes all of it, or nothing that stays. */
static int write_record(const struct mw_saved_folder *folder, const char *part, const struct mw_model *model)
{
    const struct mw_report_style style = {0};
    int fd = openat(folder->fd, part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
    bool ok;

    if (!out)
        return -1;
    ok = mw_report_json_write(out, model, &style) == 0 && !fflush(out);
    return fclose(out) || !ok ? -1 : 0;
}

static int save(const struct mw_model *model)
{
    struct mw_saved_folder folder;
    char name[128], part[sizeof(name) + 16];
    int failed;

    if (mw_saved_folder_open(&folder, true) < 0)
        return -1;
    name_record(name, sizeof(name));
    snprintf(part, sizeof(part), ".%s" MW_SAVED_PART, name);
    hide_secrets(model);
    failed = write_record(&folder, part, model) || renameat(folder.fd, part, folder.fd, name);
    if (failed)
        unlinkat(folder.fd, part, 0);
    mw_saved_folder_prune(&folder, MW_SAVED_COUNT_MOST, MW_SAVED_BYTES_MOST);
    mw_saved_folder_close(&folder);
    return failed ? -1 : 0;
}

/* Writing a larger record fails, so that it is not written to its end. */
static void limit_size(void)
{
    struct rlimit limit;

    signal(SIGXFSZ, SIG_IGN);
    if (getrlimit(RLIMIT_FSIZE, &limit) || limit.rlim_cur <= MW_SAVED_BYTES_MOST)
        return;
    limit.rlim_cur = MW_SAVED_BYTES_MOST;
    setrlimit(RLIMIT_FSIZE, &limit);
}

/* Does not return. Without the parent's descriptors: the reader of the report must not wait for a server. */
static void child_main(const struct mw_model *model, int done)
{
    enum { STANDARD = 3, DONE = STANDARD, OTHERS };
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int fd = 0; fd < STANDARD; fd++)
        dup2(null, fd);
    dup2(done, DONE);
    mw_close_from(OTHERS);
    limit_size();
    if (!save(model) && write(DONE, "", 1) < 0)
        _exit(1);
    _exit(0);
}

/* Whether the child has said that it has saved the record, within the time that it has. */
static bool wait_for(pid_t pid, int done)
{
    const uint64_t until = mw_clock_now() + PATIENCE_MS * MW_NS_PER_MS;
    struct pollfd poll_done = {.fd = done, .events = POLLIN};
    uint64_t now;
    int ready;
    char byte;

    do {
        now = mw_clock_now();
        ready = now < until ? poll(&poll_done, 1, (int)((until - now) / MW_NS_PER_MS) + 1) : 0;
    } while (ready < 0 && errno == EINTR);
    if (ready <= 0)
        kill(pid, SIGKILL);
    return ready > 0 && read(done, &byte, 1) == 1;
}

bool mw_saved_add(const struct mw_model *model)
{
    int done[2];
    bool saved;
    pid_t pid;

    if (pipe2(done, O_CLOEXEC))
        return false;
    pid = fork();
    if (pid == 0)
        child_main(model, done[1]);
    close(done[1]);
    saved = pid > 0 && wait_for(pid, done[0]);
    close(done[0]);
    if (pid > 0)
        waitpid(pid, NULL, saved ? 0 : WNOHANG); /* one that waits for a server may not even be killed */
    return saved;
}

/* ---- finding ---- */

long mw_saved_number(const char *text)
{
    char *end;
    long number;

    if (strspn(text, "0123456789") != strlen(text) || !*text || !access(text, F_OK))
        return 0;
    errno = 0;
    number = strtol(text, &end, 10);
    return errno ? 0 : number;
}

int mw_saved_path(long number, char path[PATH_MAX], struct mw_err *err)
{
    struct mw_saved_folder folder;
    struct mw_names names = {0};
    int failed = 0;

    if (mw_saved_folder_open(&folder, false) < 0)
        return mw_err_set(err,
                          errno == ENOENT ? "no run has been saved yet: memwatch run saves each, unless --no-save"
                                          : "cannot read saved runs in %s: %s",
                          folder.path, strerror(errno));
    if (mw_saved_folder_list(&folder, &names, err) < 0)
        failed = -1;
    else if (number < 1 || (size_t)number > names.count)
        failed = mw_err_set(err, "no saved run %ld: there are %zu; memwatch runs lists them", number, names.count);
    else if (snprintf(path, PATH_MAX, "%s/%s", folder.path, names.items[names.count - (size_t)number]) >= PATH_MAX)
        failed = mw_err_set(err, "cannot open %s: %s", folder.path, strerror(ENAMETOOLONG));
    mw_names_fini(&names);
    mw_saved_folder_close(&folder);
    return failed;
}
