/* SPDX-License-Identifier: MIT */
/* `memwatch agent`: validates what the starting rank passes in. */
#include "launcher/hosts/agent_main.h"

#include "collector/base/clock.h"
#include "collector/base/err.h"
#include "collector/base/file_names.h"
#include "collector/base/message.h"
#include "collector/base/settings.h"
#include "collector/base/token.h"
#include "launcher/hosts/agent.h"
#include "launcher/options/exit_status.h"
#include "launcher/process/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_FD 3

static const char usage[] =
    "memwatch agent: sends the contents of this host's run directory to the launcher on another host.\n"
    "A rank starts it under `memwatch run`; it is configured by the environment. See memwatch-agent(1).\n";

/* Erases the secret from the environment, where it would stay for the life of the process. */
static char *take_secret(void)
{
    char *there = getenv("MEMWATCH_SECRET"), *secret = strdup(there ? there : "");

    if (there)
        sodium_memzero(there, strlen(there));
    unsetenv("MEMWATCH_SECRET");
    return secret;
}

/* Whether it is a directory of this user that nobody else may enter. */
static int open_run_dir(struct mw_agent_settings *settings, struct mw_err *err)
{
    const char *path = getenv("MEMWATCH_RUN_DIR");

    if (!path || path[0] != '/' || strlen(path) >= sizeof(settings->run_dir))
        return mw_err_set(err, "MEMWATCH_RUN_DIR does not name a directory: a rank of `memwatch run` starts the agent");
    strcpy(settings->run_dir, path);
    settings->dirfd = mw_token_open_private(path, err);
    return settings->dirfd < 0 ? -1 : 0;
}

/* Whether descriptor 3 is the lock file, as passed by a rank. */
static bool is_handed_over(const struct mw_agent_settings *settings, const char *name)
{
    struct stat given, there;

    return !fstat(LOCK_FD, &given) && !fstatat(settings->dirfd, name, &there, AT_SYMLINK_NOFOLLOW) && S_ISREG(there.st_mode) &&
           given.st_dev == there.st_dev && given.st_ino == there.st_ino;
}

/* Takes the lock: one agent for each host and run. */
static int hold_lock(struct mw_agent_settings *settings, struct mw_err *err)
{
    char name[sizeof(MW_FILE_AGENT) + MW_HOSTNAME_SIZE];

    snprintf(name, sizeof(name), MW_FILE_AGENT "%s", settings->host);
    if (is_handed_over(settings, name))
        settings->lock_fd = fcntl(LOCK_FD, F_DUPFD_CLOEXEC, LOCK_FD + 1);
    else
        settings->lock_fd = openat(settings->dirfd, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (settings->lock_fd < 0)
        return mw_err_set(err, "cannot open %s in the run directory: %s", name, strerror(errno));
    if (flock(settings->lock_fd, LOCK_EX | LOCK_NB))
        return mw_err_set(err, "this host already has an agent");
    return 0;
}

static uint64_t interval_ns(void)
{
    const char *text = getenv(MW_INTERVAL_VARIABLE);
    long ms = text ? strtol(text, NULL, 10) : 0;

    return (uint64_t)(ms >= MW_INTERVAL_MIN && ms <= MW_INTERVAL_MAX ? ms : MW_INTERVAL_DEFAULT) * MW_NS_PER_MS;
}

/* Process titles: the agent is "memwatch agent", its supervisor "memwatch guard". */
static char *title;

static void set_title(const char *text)
{
    if (title && strlen(title) == strlen(text))
        memcpy(title, text, strlen(text));
}

static int work(void *context, bool again)
{
    set_title("agent");
    return mw_agent_run(context, again);
}

static int guard(struct mw_agent_settings *settings)
{
    set_title("guard");
    return mw_supervise_run(work, settings);
}

int mw_agent_main(int argc, char **argv)
{
    struct mw_agent_settings settings = {.dirfd = -1, .lock_fd = -1};
    const char *launcher = getenv("MEMWATCH_HOST"), *connect = getenv("MEMWATCH_CONNECT");
    struct mw_err err;
    char *secret;
    int status;

    if (argc > 1) {
        fputs(usage, strcmp(argv[1], "--help") ? stderr : stdout);
        return strcmp(argv[1], "--help") ? MW_EXIT_FAILURE : 0;
    }
    secret = take_secret();
    mw_hostname_local(settings.host);
    settings.launcher = launcher ? launcher : "";
    settings.connect = connect ? connect : "";
    settings.secret = secret ? secret : "";
    settings.interval_ns = interval_ns();
    if (open_run_dir(&settings, &err) < 0 || hold_lock(&settings, &err) < 0) {
        mw_message("memwatch: %s\n", err.text);
        status = MW_EXIT_FAILURE;
    } else {
        title = argv[0];
        status = guard(&settings);
    }
    if (secret)
        sodium_memzero(secret, strlen(secret));
    free(secret);
    return status;
}
