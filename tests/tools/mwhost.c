/* SPDX-License-Identifier: MIT */
/* The init process of a host made by tests/hosts.sh, and the access from other hosts: a replacement for ssh(d).
 *
 * mwhost init SOCKET        first process of the host: serves SOCKET, reaps, and exits, with all processes in its pid
 *                           namespace, when its stdin ends
 * mwhost rsh SOCKET WORD... runs the words, joined by blanks, in a shell of that host, on our stdin, stdout and stderr;
 *                           exits with its status, or 255. As with ssh the command gets a login's environment, not
 *                           the caller's, and outlives the caller. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define COMMAND_MAX 65536
#define SESSIONS_MAX 256

static struct session {
    pid_t pid; /* 0: free */
    int fd;    /* connection that waits for its status */
} sessions[SESSIONS_MAX];

static int die(const char *what)
{
    fprintf(stderr, "mwhost: %s: %s\n", what, strerror(errno));
    return 255;
}

static int make_socket(const char *path, int (*use)(int, const struct sockaddr *, socklen_t))
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    if (fd >= 0 && use(fd, (const struct sockaddr *)&address, sizeof(address))) {
        close(fd);
        return -1;
    }
    return fd;
}

/* ---- in the host ---- */

/* Takes the command and the caller's stdin, stdout and stderr. */
static ssize_t receive(int fd, char *command, int fds[3])
{
    char control[CMSG_SPACE(3 * sizeof(int))];
    struct iovec data = {command, COMMAND_MAX - 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
    ssize_t length = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
    struct cmsghdr *head = length > 0 ? CMSG_FIRSTHDR(&message) : NULL;

    if (!head || head->cmsg_len != CMSG_LEN(3 * sizeof(int)))
        return -1;
    memcpy(fds, CMSG_DATA(head), 3 * sizeof(int));
    command[length] = '\0';
    return length;
}

static void run(const char *command, const int fds[3])
{
    char *const login[] = {(char *)(uintptr_t) "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                           (char *)(uintptr_t) "HOME=/root",
                           (char *)(uintptr_t) "USER=root",
                           (char *)(uintptr_t) "LOGNAME=root",
                           (char *)(uintptr_t) "SHELL=/bin/sh",
                           NULL};
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid();
    for (int i = 0; i < 3; i++)
        dup2(fds[i], i);
    if (!chdir("/root"))
        execle("/bin/sh", "sh", "-c", command, (char *)NULL, login);
    _exit(255);
}

static void serve(int listener)
{
    static char command[COMMAND_MAX];
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC), fds[3], slot = 0;

    while (slot < SESSIONS_MAX && sessions[slot].pid)
        slot++;
    if (fd < 0 || slot == SESSIONS_MAX || receive(fd, command, fds) < 0) {
        close(fd);
        return;
    }
    sessions[slot] = (struct session){fork(), fd};
    if (sessions[slot].pid == 0)
        run(command, fds);
    for (int i = 0; i < 3; i++)
        close(fds[i]);
    if (sessions[slot].pid < 0) {
        sessions[slot].pid = 0;
        close(fd);
    }
}

static void reap(void)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        for (int i = 0; i < SESSIONS_MAX; i++)
            if (sessions[i].pid == pid) {
                unsigned char code = (unsigned char)(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
                send(sessions[i].fd, &code, 1, MSG_NOSIGNAL);
                close(sessions[i].fd);
                sessions[i].pid = 0;
            }
}

static int init(const char *path)
{
    struct pollfd fds[3] = {{STDIN_FILENO, POLLIN, 0}, {.events = POLLIN}, {.events = POLLIN}};
    struct signalfd_siginfo info;
    sigset_t child;

    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    fds[1].fd = signalfd(-1, &child, SFD_CLOEXEC);
    fds[2].fd = make_socket(path, bind);
    if (fds[1].fd < 0 || fds[2].fd < 0 || listen(fds[2].fd, 64))
        return die(path);
    fcntl(STDIN_FILENO, F_SETFD, FD_CLOEXEC);
    while (!fds[0].revents) {
        if (poll(fds, 3, -1) < 0)
            continue;
        if (fds[1].revents && read(fds[1].fd, &info, sizeof(info)) > 0)
            reap();
        if (fds[2].revents)
            serve(fds[2].fd);
    }
    return 0;
}

/* ---- from outside ---- */

static int rsh(const char *path, char *const words[])
{
    char command[COMMAND_MAX], control[CMSG_SPACE(3 * sizeof(int))] = {0};
    const int fds[3] = {0, 1, 2};
    struct iovec data = {command, 0};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    unsigned char status;
    int fd = make_socket(path, connect);

    for (; *words && data.iov_len < sizeof(command); words++)
        data.iov_len += (size_t)snprintf(command + data.iov_len, sizeof(command) - data.iov_len, "%s ", *words);
    if (fd < 0 || data.iov_len >= sizeof(command))
        return die(path);
    *head = (struct cmsghdr){CMSG_LEN(sizeof(fds)), SOL_SOCKET, SCM_RIGHTS};
    memcpy(CMSG_DATA(head), fds, sizeof(fds));
    if (sendmsg(fd, &message, MSG_NOSIGNAL) < 0)
        return die(path);
    return recv(fd, &status, 1, 0) == 1 ? status : 255;
}

int main(int argc, char **argv)
{
    if (argc == 3 && !strcmp(argv[1], "init"))
        return init(argv[2]);
    if (argc > 3 && !strcmp(argv[1], "rsh"))
        return rsh(argv[2], argv + 3);
    fprintf(stderr, "usage: mwhost init SOCKET | mwhost rsh SOCKET WORD...\n");
    return 2;
}
