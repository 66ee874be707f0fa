/* SPDX-License-Identifier: MIT */
#include "launcher/process/post_run.h"

#include "collector/base/mem.h"
#include "collector/base/message.h"
#include "launcher/process/report_child.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define RECORD "MEMWATCH_RECORD"

void mw_post_run_init(struct mw_post_run *post, const char *command)
{
    size_t count = 0;

    *post = (struct mw_post_run){.command = command};
    if (!command)
        return;
    while (environ[count])
        count++;
    post->environment = mw_mem_alloc(count + 2, sizeof(*post->environment));
    memcpy(post->environment, environ, count * sizeof(*environ)); /* setenv() allocates new strings and keeps the old ones */
}

static void print_end(int status)
{
    if (WIFSIGNALED(status))
        mw_message("memwatch: --post-run-cmd was killed by signal %d\n", WTERMSIG(status));
    else if (WEXITSTATUS(status))
        mw_message("memwatch: --post-run-cmd ended with status %d\n", WEXITSTATUS(status));
}

/* Removes MEMWATCH_RECORD from the environment and appends `entry`. */
static void name_record(const struct mw_post_run *post, char *entry)
{
    size_t kept = 0;

    for (size_t i = 0; post->environment[i]; i++)
        if (strncmp(post->environment[i], RECORD "=", strlen(RECORD "=")))
            post->environment[kept++] = post->environment[i];
    post->environment[kept++] = entry;
    post->environment[kept] = NULL;
}

void mw_post_run_execute(const struct mw_post_run *post, const char *record, struct mw_relay *relay,
                         const struct mw_spawn_inherit *inherit)
{
    char *command[] = {(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c",  (char *)(uintptr_t)post->command,
                       (char *)(uintptr_t) "sh", (char *)(uintptr_t)record, NULL};
    char entry[sizeof(RECORD) + PATH_MAX];
    struct mw_spawn spawn;
    struct mw_spawn_result started;

    if (!post->command)
        return;
    snprintf(entry, sizeof(entry), RECORD "=%s", record);
    name_record(post, entry);
    fflush(NULL);
    spawn = mw_spawn_prepare(command, post->environment, inherit, MW_SPAWN_TO_STDERR);
    started = mw_spawn_start(&spawn);
    if (started.error)
        mw_message("memwatch: cannot start --post-run-cmd: %s\n", strerror(started.error));
    else
        print_end(mw_report_child_wait(started.pid, relay));
}

void mw_post_run_fini(struct mw_post_run *post)
{
    free(post->environment);
    *post = (struct mw_post_run){0};
}
