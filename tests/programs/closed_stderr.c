/* SPDX-License-Identifier: MIT */
/* Before MPI_Init stderr becomes a pipe without a reader. Exits with 0 if it was not harmed; a child that writes to stderr
 * itself must die of SIGPIPE, otherwise the test is void (status 2). */
#include <mpi.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int ends[2], status = 0;

    if (pipe(ends) || dup2(ends[1], STDERR_FILENO) < 0)
        return 2;
    close(ends[0]);
    close(ends[1]);
    signal(SIGPIPE, SIG_DFL);
    MPI_Init(&argc, &argv);
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Finalize();
    pid_t pid = fork();
    if (pid == 0)
        _exit(write(STDERR_FILENO, "x", 1) == 1);
    return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE ? 0 : 2;
}
