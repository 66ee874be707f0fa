/* SPDX-License-Identifier: MIT */
#include "launcher/spawn.h"

#include "launcher/signal_mask.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

static const __itimer_which_t timers[MW_SPAWN_TIMERS] = {ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF};

void mw_spawn_hold(struct mw_spawn_inherit *inherit)
{
    const struct sigaction usual = {.sa_handler = SIG_DFL};

    *inherit = (struct mw_spawn_inherit){.mask = mw_signal_mask_set(MW_SIGNAL_MASK_ALL)};
    sigaction(SIGCHLD, &usual, &inherit->child_action); /* ignored, children would vanish without a status */
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

static void report_failure(int result)
{
    int error = errno;

    _exit(write(result, &error, sizeof(error)) < 0 ? 126 : 127);
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

/* In the child: never returns. Without a word from memwatch it has ended, and the command does not start. */
static void become(char *const command[], char *const environment[], const struct mw_spawn_inherit *inherit,
                   enum mw_spawn_output output, int go, int result)
{
    char word;

    if (read(go, &word, 1) != 1)
        _exit(127);
    if (direct(output) < 0)
        report_failure(result);
    mw_spawn_release(inherit);
    if (environment)
        execvpe(command[0], command, environment);
    else
        execvp(command[0], command);
    report_failure(result);
}

struct mw_spawn mw_spawn_prepare(char *const command[], char *const environment[], const struct mw_spawn_inherit *inherit,
                                 enum mw_spawn_output output)
{
    struct mw_spawn spawn = {.pid = -1};
    int go[2], result[2];

    if (pipe2(go, O_CLOEXEC)) {
        spawn.error = errno;
        return spawn;
    }
    if (pipe2(result, O_CLOEXEC)) {
        spawn.error = errno;
        close(go[0]);
        close(go[1]);
        return spawn;
    }
    spawn.pid = fork();
    if (spawn.pid == 0) {
        close(go[1]);
        become(command, environment, inherit, output, go[0], result[1]);
    }
    if (spawn.pid < 0)
        spawn.error = errno;
    close(go[0]);
    close(result[1]);
    spawn.go = go[1];
    spawn.result = result[0];
    return spawn;
}

struct mw_spawn_result mw_spawn_start(struct mw_spawn *spawn)
{
    struct mw_spawn_result result = {spawn->pid, spawn->error};

    if (spawn->pid < 0)
        return result;
    if (write(spawn->go, "!", 1) != 1)
        result.error = errno;
    close(spawn->go);
    /* exec closes the pipe, a failing one writes into it */
    while (read(spawn->result, &result.error, sizeof(result.error)) < 0 && errno == EINTR)
        ;
    close(spawn->result);
    if (result.error)
        waitpid(spawn->pid, NULL, 0);
    return result;
}
