/* SPDX-License-Identifier: MIT */
#include "pmpi/finalize/standalone.h"

#include "collector/base/clock.h"
#include "collector/base/text.h"
#include "collector/base/token.h"
#include "collector/journal/segment.h"
#include "pmpi/base/compat.h"
#include "pmpi/base/log.h"
#include "pmpi/base/spawn.h"
#include "pmpi/rank/rank.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef MW_BINDIR
#define MW_BINDIR "/usr/local/bin"
#endif

#define REPORT_NS (60 * MW_NS_PER_SEC)

extern char **environ;

/* Finds the `memwatch` command: from the environment, next to the shim, or where it was installed. */
static const char *find_command(char *path, size_t size)
{
    static const char *const relative[] = {"../bin/memwatch", "../../bin/memwatch", "../../launcher/memwatch"};
    const char *configured = getenv("MEMWATCH_COMMAND");
    const char *slash;
    Dl_info info;

    if (configured && !access(configured, X_OK))
        return configured;
    if (mw_compat_dladdr((const void *)mw_standalone_finish, &info) && (slash = strrchr(info.dli_fname, '/')))
        for (size_t i = 0; i < sizeof(relative) / sizeof(relative[0]); i++) {
            snprintf(path, size, "%.*s/%s", (int)(slash - info.dli_fname), info.dli_fname, relative[i]);
            if (!access(path, X_OK))
                return path;
        }
    snprintf(path, size, "%s", MW_BINDIR "/memwatch");
    return access(path, X_OK) ? NULL : path;
}

/* Expands MEMWATCH_OUTPUT: %h host, %p pid, %r rank, %%. */
static void expand(const char *template, char *path, size_t size)
{
    const struct mw_ident *ident = mw_rank.journal.ident;
    size_t used = 0;

    for (const char *c = template; *c && used + 1 < size; c++) {
        int n;
        if (c[0] == '%' && c[1] == 'h')
            n = snprintf(path + used, size - used, "%s", ident->host);
        else if (c[0] == '%' && c[1] == 'p')
            n = snprintf(path + used, size - used, "%d", ident->pid);
        else if (c[0] == '%' && c[1] == 'r')
            n = snprintf(path + used, size - used, "%d", ident->rank);
        else
            n = snprintf(path + used, size - used, "%c", *c);
        if (c[0] == '%' && c[1] && strchr("hpr%", c[1]))
            c++;
        used += (size_t)n < size - used ? (size_t)n : size - used - 1;
    }
    path[used] = '\0';
}

/* Does not follow a link that another user may have created, and does not wait for the reader of a FIFO. */
static int open_file(const char *path)
{
    struct stat st;
    int fd = open(path, O_PATH | O_CLOEXEC | O_NOFOLLOW);
    bool is_link = fd >= 0 && !fstat(fd, &st) && S_ISLNK(st.st_mode);

    if (fd >= 0)
        close(fd);
    if (is_link && st.st_uid != geteuid() && st.st_uid != 0) {
        errno = EACCES;
        return -1;
    }
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | (is_link ? 0 : O_NOFOLLOW), 0666);
    if (fd < 0 || !fcntl(fd, F_SETFL, 0))
        return fd;
    close(fd);
    return -1;
}

/* The descriptor for the report: that of stderr if no other output was requested or can be opened. */
static int open_output(void)
{
    const char *template = getenv("MEMWATCH_OUTPUT");
    char path[PATH_MAX];
    int fd;

    if (!template || !*template)
        return STDERR_FILENO;
    expand(template, path, sizeof(path));
    fd = open_file(path);
    if (fd >= 0)
        return fd;
    mw_log("memwatch: cannot write %s (%s): the report follows here\n", path, strerror(errno));
    return STDERR_FILENO;
}

/* Runs `memwatch report PATH`. Returns 0 if it has written the report. */
static int report(const char *command, const char *path)
{
    char *const arguments[] = {(char *)(uintptr_t) "memwatch", (char *)(uintptr_t) "report", (char *)(uintptr_t)path, NULL};
    char **environment = mw_spawn_environment(true);
    int output = open_output();
    struct mw_spawn spawn = {
        command, arguments, environment ? environment : environ, NULL, {STDIN_FILENO, output, STDERR_FILENO, -1}};
    int status = mw_spawn_run(&spawn, REPORT_NS); /* with a time limit: a reporter that hangs must not hang the job */

    if (output != STDERR_FILENO)
        close(output);
    free(environment);
    return status;
}

static void report_by_rank_0(const char *gathered)
{
    char command_path[PATH_MAX], path[sizeof(mw_rank.dir) + 80], quoted[2 * sizeof(path)];
    const char *command = find_command(command_path, sizeof(command_path));

    snprintf(path, sizeof(path), "%s/%s", mw_rank.dir, gathered);
    if (command && !report(command, path)) {
        unlinkat(mw_rank.dirfd, gathered, 0);
        return;
    }
    mw_text_quote(quoted, sizeof(quoted), path);
    mw_log("memwatch: no report (%s): the record is kept; read it with: memwatch report %s\n",
           command ? "the memwatch command failed" : "no memwatch command was found", quoted);
}

void mw_standalone_finish(const char *gathered)
{
    bool rank_0 = mw_rank.journal.ident->rank == 0;
    char quoted[2 * sizeof(mw_rank.dir)];

    if (!gathered) {
        mw_text_quote(quoted, sizeof(quoted), mw_rank.dir);
        if (rank_0)
            mw_log("memwatch: not all ranks are recorded: no complete report; what is known: memwatch report %s\n", quoted);
        return;
    }
    if (rank_0)
        report_by_rank_0(gathered);
    mw_segment_remove(mw_rank.dirfd, mw_rank.name);
    mw_token_leave(mw_rank.dirfd, mw_rank.dir); /* the last rank removes it */
}
