/* SPDX-License-Identifier: MIT */
/* Prints, on one rank, a line for each property that a program may check after its MPI calls: whether errno and the
 * floating-point state are unchanged; threads; caught signals; descriptors below 64 and others that an exec would inherit. */
#include <mpi.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fenv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CALLS 50000 /* first measured ones, then counted ones after the credit of short runs */

static int entries(const char *path, int (*counts)(int fd))
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    int count = 0;

    while (dir && (entry = readdir(dir)))
        count += entry->d_name[0] != '.' && (!counts || counts(atoi(entry->d_name)));
    closedir(dir);
    return count;
}

static int is_in_the_way(int fd)
{
    int flags = fcntl(fd, F_GETFD);

    return fd < 64 || (flags >= 0 && !(flags & FD_CLOEXEC));
}

static void say_caught(void)
{
    FILE *status = fopen("/proc/self/status", "r");
    char line[256];

    while (status && fgets(line, sizeof(line), status))
        if (!strncmp(line, "SigCgt", 6))
            fputs(line, stdout);
    if (status)
        fclose(status);
}

int main(int argc, char **argv)
{
    int changed_errno = 0, changed_rounding = 0, raised = 0;

    MPI_Init(&argc, &argv);
    fesetround(FE_UPWARD);
    for (int i = 0; i < CALLS; i++) {
        feclearexcept(FE_ALL_EXCEPT);
        errno = EDOM;
        if (i % 100 == 0) {
            MPI_Pcontrol(1, "kept");
            MPI_Pcontrol(-1, "kept");
        }
        MPI_Barrier(MPI_COMM_SELF);
        changed_errno += errno != EDOM;
        raised += fetestexcept(FE_ALL_EXCEPT) != 0;
        changed_rounding += fegetround() != FE_UPWARD;
    }
    fesetround(FE_TONEAREST);
    printf("errno changed %d times, rounding %d times; exceptions raised by %d calls\n", changed_errno, changed_rounding,
           raised);
    printf("threads %d\n", entries("/proc/self/task", NULL));
    printf("descriptors %d\n", entries("/proc/self/fd", is_in_the_way));
    say_caught();
    MPI_Finalize();
    return 0;
}
