/* SPDX-License-Identifier: MIT */
/* No MPI: starts children (itself, by fork and exec) that each map and touch a known size, live 5 ms and exit normally.
 * --count N (20)  --step MIB (1)  --parallel
 *   CHILD pid=P peak_at_least=B peak=VMHWM     (child i, from 1, touches i x step MiB) */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* VmHWM of this process, in bytes. */
static long long high_water(void)
{
    static char text[8192];
    int fd = open("/proc/self/status", O_RDONLY);
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    const char *line = strstr(text, "VmHWM:");
    return line ? atoll(line + 6) * 1024 : -1;
}

static int child(long long mib)
{
    size_t bytes = (size_t)mib << 20;
    char line[160], *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return 2;
    for (size_t i = 0; i < bytes; i += 4096)
        ((volatile char *)p)[i] = 1;
    munmap(p, bytes);
    nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    int n = snprintf(line, sizeof line, "CHILD pid=%ld peak_at_least=%zu peak=%lld\n", (long)getpid(), bytes, high_water());
    return write(STDOUT_FILENO, line, (size_t)n) == n ? 0 : 2;
}

static int reap(void)
{
    int status;
    return wait(&status) < 0 || status != 0;
}

static void start(char *self, long long mib)
{
    char text[32];
    pid_t pid = fork();
    if (pid > 0)
        return;
    snprintf(text, sizeof text, "%lld", mib);
    if (pid == 0)
        execl("/proc/self/exe", self, "--child", text, (char *)NULL);
    fprintf(stderr, "nompi_children: %s\n", strerror(errno));
    _exit(2);
}

int main(int argc, char **argv)
{
    int count = 20, parallel = 0, failed = 0;
    long long step = 1;
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], "--parallel"))
            parallel = 1;
        else if (!strcmp(argv[i], "--count") && i + 1 < argc)
            count = atoi(argv[++i]);
        else if (!strcmp(argv[i], "--step") && i + 1 < argc)
            step = atoll(argv[++i]);
        else if (!strcmp(argv[i], "--child") && i + 1 < argc)
            return child(atoll(argv[++i]));
        else {
            fprintf(stderr, "nompi_children: unknown option %s\n", argv[i]);
            return 2;
        }
    for (int i = 1; i <= count; i++) {
        start(argv[0], i * step);
        if (!parallel)
            failed += reap();
    }
    for (int i = 1; parallel && i <= count; i++)
        failed += reap();
    return failed ? 1 : 0;
}
