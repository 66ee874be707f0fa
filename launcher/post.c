/* SPDX-License-Identifier: MIT */
#include "launcher/post.h"

#include "collector/mem.h"
#include "collector/message.h"
#include "launcher/apart.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct work {
    const struct mw_post *post;
    const char *record;
    const struct mw_spawn_inherit *inherit;
};

void mw_post_init(struct mw_post *post, const char *command)
{
    size_t count = 0;

    *post = (struct mw_post){.command = command};
    if (!command)
        return;
    while (environ[count])
        count++;
    post->environment = mw_mem_alloc(count + 1, sizeof(*post->environment));
    memcpy(post->environment, environ, count * sizeof(*environ)); /* setenv() makes new strings, and keeps the old ones */
}

static void say_end(int status)
{
    if (WIFSIGNALED(status))
        mw_message("memwatch: --post-run-cmd was killed by signal %d\n", WTERMSIG(status));
    else if (WEXITSTATUS(status))
        mw_message("memwatch: --post-run-cmd ended with status %d\n", WEXITSTATUS(status));
}

static int work_there(void *context)
{
    const struct work *work = context;
    char *command[] = {(char *)(uintptr_t)"sh", (char *)(uintptr_t)"-c", (char *)(uintptr_t)work->post->command,
                       (char *)(uintptr_t)"sh", (char *)(uintptr_t)work->record, NULL};
    struct mw_spawn_result spawned;
    int status = 0;

    environ = work->post->environment;
    setenv("MEMWATCH_RECORD", work->record, 1);
    spawned = mw_spawn(command, work->inherit, MW_SPAWN_TO_STDERR);
    if (spawned.error) {
        mw_message("memwatch: cannot start --post-run-cmd: %s\n", strerror(spawned.error));
        return 0;
    }
    while (waitpid(spawned.pid, &status, 0) < 0 && errno == EINTR)
        ;
    say_end(status);
    return 0;
}

void mw_post_run(const struct mw_post *post, const char *record, struct mw_relay *relay,
                 const struct mw_spawn_inherit *inherit)
{
    struct work work = {post, record, inherit};

    if (post->command)
        mw_apart_run(work_there, &work, relay, inherit);
}

void mw_post_fini(struct mw_post *post)
{
    free(post->environment);
    *post = (struct mw_post){0};
}
