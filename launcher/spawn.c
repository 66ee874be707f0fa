/* SPDX-License-Identifier: MIT */
#include "launcher/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

static int drop_output(void)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

    return null < 0 || dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0 ? -1 : 0;
}

static void tell_failure(int tell)
{
    int error = errno;

    _exit(write(tell, &error, sizeof(error)) < 0 ? 126 : 127);
}

static int direct(enum mw_spawn_output output)
{
    switch (output) {
    case MW_SPAWN_DROPPED: return drop_output();
    case MW_SPAWN_TO_STDERR: return dup2(STDERR_FILENO, STDOUT_FILENO) < 0 ? -1 : 0;
    case MW_SPAWN_OWN: break;
    }
    return 0;
}

/* In the child: never returns. */
static void become(char *const command[], const struct mw_spawn_inherit *inherit, enum mw_spawn_output output, int tell)
{
    if (direct(output) < 0)
        tell_failure(tell);
    setrlimit(RLIMIT_NOFILE, &inherit->files);
    sigaction(SIGCHLD, &inherit->child_action, NULL);
    sigprocmask(SIG_SETMASK, &inherit->mask, NULL);
    execvp(command[0], command);
    tell_failure(tell);
}

struct mw_spawn_result mw_spawn(char *const command[], const struct mw_spawn_inherit *inherit,
                                enum mw_spawn_output output)
{
    struct mw_spawn_result result = {-1, 0};
    int ends[2];

    if (pipe2(ends, O_CLOEXEC))
        return (struct mw_spawn_result){-1, errno};
    result.pid = fork();
    if (result.pid == 0)
        become(command, inherit, output, ends[1]);
    if (result.pid < 0)
        result.error = errno;
    close(ends[1]);
    /* exec closes the pipe, a failing one writes into it */
    while (result.pid > 0 && read(ends[0], &result.error, sizeof(result.error)) < 0 && errno == EINTR)
        ;
    close(ends[0]);
    if (result.pid > 0 && result.error)
        waitpid(result.pid, NULL, 0);
    return result;
}
