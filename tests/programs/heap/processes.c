/* SPDX-License-Identifier: MIT */
/* Children of a process that allocates: they free its blocks and allocate their own, which are not the parent's. */
#define _GNU_SOURCE
#include "held.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static char *large;
static struct link *small;

static void hold_both(void)
{
    large = hold_large(48 * MIB);
    small = hold_small(100, 300000);
    tell("hold_large", 48 * MIB);
    tell_small("hold_small", 30000000, 100);
}

static void wait_for(pid_t child, int expected)
{
    int status;

    EXPECT(child > 0);
    EXPECT(waitpid(child, &status, 0) == child);
    EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == expected);
}

/* Frees all that it got, and holds more than its parent ever did. */
static void live_as_child(void)
{
    char *other;

    free(large);
    release(small);
    churn(3000);
    other = hold_large(120 * MIB);
    other = realloc(other, 20 * MIB);
    free(other);
}

static void forks(void)
{
    hold_both();
    for (int i = 0; i < 4; i++) {
        pid_t child = fork();
        if (child == 0) {
            live_as_child();
            if (i == 1 && fork() == 0)
                churn(1000);
            i % 2 ? exit(i) : _exit(i);
        }
        wait_for(child, i);
        churn(1000);
    }
}

/* No handler of libc runs in these children. */
static pid_t raw_fork(int how)
{
    pid_t (*bare)(void);

    *(void **)&bare = dlsym(RTLD_DEFAULT, "_Fork"); /* glibc 2.34 */
    return how == 0 && bare ? bare() : (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

static void raw_forks(void)
{
    hold_both();
    for (int i = 0; i < 4; i++) {
        pid_t child = raw_fork(i % 2);
        if (child == 0) {
            live_as_child();
            _exit(i);
        }
        wait_for(child, i);
    }
}

static volatile bool over;

static void *churn_on(void *argument)
{
    volatile unsigned *rounds = argument;

    while (!over) {
        churn(500);
        (*rounds)++;
    }
    return NULL;
}

/* While other threads are in malloc(), or in the library. */
static void forks_beside_threads(void)
{
    static volatile unsigned rounds[3];
    pthread_t threads[3];

    hold_both();
    for (int i = 0; i < 3; i++)
        EXPECT(!pthread_create(&threads[i], NULL, churn_on, (void *)&rounds[i]));
    for (int i = 0; i < 60; i++) {
        pid_t child = fork();
        if (child == 0) {
            churn(300);
            free(large);
            _exit(3);
        }
        wait_for(child, 3);
    }
    over = true;
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
}

static void spawns(void)
{
    char *arguments[] = {"true", NULL};

    hold_both();
    for (int i = 0; i < 10; i++) {
        pid_t child;
        if (i % 2)
            EXPECT(!posix_spawnp(&child, "true", NULL, NULL, arguments, environ));
        else {
            child = vfork();
            if (child == 0) {
                execlp("true", "true", (char *)NULL);
                _exit(127);
            }
        }
        wait_for(child, 0);
        churn(300);
    }
}

/* exit() runs destructors while the others go on. */
static void exits_beside_threads(void)
{
    static volatile unsigned rounds[4];
    pthread_t threads[4];

    for (int i = 0; i < 4; i++)
        EXPECT(!pthread_create(&threads[i], NULL, churn_on, (void *)&rounds[i]));
    for (int i = 0; i < 4; i++)
        while (rounds[i] < 10)
            usleep(1000);
    puts("ends");
    exit(7);
}

int main(int argc, char **argv)
{
    static const struct held_case all[] = {
        {"fork", forks},
        {"raw-fork", raw_forks},
        {"fork-threads", forks_beside_threads},
        {"spawn", spawns},
        {"exit-threads", exits_beside_threads},
    };

    return run_case(argc, argv, all, sizeof(all) / sizeof(all[0]));
}
