/* SPDX-License-Identifier: MIT */
#include "launcher/process/spawn.h"

#include "launcher/process/signal_mask.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const __itimer_which_t timers[MW_SPAWN_TIMERS] = {ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF};

void mw_spawn_hold(struct mw_spawn_inherit *inherit)
{
    const struct sigaction usual = {.sa_handler = SIG_DFL};

    *inherit = (struct mw_spawn_inherit){.mask = mw_signal_mask_set(MW_SIGNAL_MASK_ALL)};
    sigaction(SIGCHLD, &usual, &inherit->child_action); /* with SIGCHLD ignored, children would be reaped without a status */
    if (getrlimit(RLIMIT_NOFILE, &inherit->files))
        inherit->files = (struct rlimit){1024, 1024};
}

void mw_spawn_take_timers(struct mw_spawn_inherit *inherit)
{
    const struct itimerval off = {{0, 0}, {0, 0}};

    for (size_t i = 0; i < MW_SPAWN_TIMERS; i++)
        setitimer(timers[i], &off, &inherit->timers[i]);
}

void mw_spawn_release(const struct mw_spawn_inherit *inherit)
{
    setrlimit(RLIMIT_NOFILE, &inherit->files);
    sigaction(SIGCHLD, &inherit->child_action, NULL);
    for (size_t i = 0; i < MW_SPAWN_TIMERS; i++)
        if (inherit->timers[i].it_value.tv_sec || inherit->timers[i].it_value.tv_usec)
            setitimer(timers[i], &inherit->timers[i], NULL);
    mw_signal_mask_set(inherit->mask);
}

static int drop_output(void)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

    return null < 0 || dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0 ? -1 : 0;
}

static void report_failure(int fd)
{
    int error = errno;

    _exit(write(fd, &error, sizeof(error)) < 0 ? 126 : 127);
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

/* In the child: does not return. If memwatch has ended without sending a byte, the command does not start. */
static void become(char *const command[], char *const environment[], const struct mw_spawn_inherit *inherit,
                   enum mw_spawn_output output, int fd)
{
    char word;

    if (read(fd, &word, 1) != 1)
        _exit(127);
    if (direct(output) < 0)
        report_failure(fd);
    mw_spawn_release(inherit);
    if (environment)
        execvpe(command[0], command, environment);
    else
        execvp(command[0], command);
    report_failure(fd);
}

struct mw_spawn mw_spawn_prepare(char *const command[], char *const environment[], const struct mw_spawn_inherit *inherit,
                                 enum mw_spawn_output output)
{
    struct mw_spawn spawn = {.pid = -1};
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) {
        spawn.error = errno;
        return spawn;
    }
    spawn.pid = fork();
    if (spawn.pid == 0) {
        close(ends[0]);
        become(command, environment, inherit, output, ends[1]);
    }
    spawn.error = spawn.pid < 0 ? errno : 0;
    spawn.fd = ends[0];
    close(ends[1]);
    if (spawn.pid < 0)
        close(ends[0]);
    return spawn;
}

struct mw_spawn_result mw_spawn_start(struct mw_spawn *spawn)
{
    struct mw_spawn_result result = {spawn->pid, spawn->error};

    if (spawn->pid < 0)
        return result;
    if (write(spawn->fd, "!", 1) != 1) /* the child was killed: its status shows it */
        errno = 0;
    /* exec closes the socket; after a failed exec the child writes errno to it */
    while (read(spawn->fd, &result.error, sizeof(result.error)) < 0 && errno == EINTR)
        ;
    close(spawn->fd);
    if (result.error)
        waitpid(spawn->pid, NULL, 0);
    return result;
}
