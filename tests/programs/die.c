/* SPDX-License-Identifier: MIT */
/* A job in which one rank dies in the middle of a named phase while the others wait for it in a Barrier.
 *   --how abort|segv|kill|exit (abort)  --rank R (0)  --mib M (16: held by the rank when it dies)
 * Each rank writes its lines before the death:
 *   EXPECT ...                                calls that were finished
 *   DIES rank=R how=kill phase=doomed mib=16  the rank that dies; MPI_Abort's and exit's code is 3
 *   INSIDE rank=R call=MPI_Barrier line=L     the call that the others never leave */
#include "tests/programs/expect.h"
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

static void hold(size_t bytes)
{
    char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (size_t i = 0; p != MAP_FAILED && i < bytes; i += 4096)
        ((volatile char *)p)[i] = 1;
}

static void die(const char *how)
{
    if (!strcmp(how, "abort"))
        MPI_Abort(MPI_COMM_WORLD, 3);
    if (!strcmp(how, "segv"))
        *(volatile char *)mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) = 1;
    if (!strcmp(how, "kill"))
        kill(getpid(), SIGKILL);
    exit(3);
}

int main(int argc, char **argv)
{
    const char *how = "abort";
    int victim = 0, one = 1, sum = 0;
    size_t mib = 16;
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], "--how") && i + 1 < argc)
            how = argv[++i];
        else if (!strcmp(argv[i], "--rank") && i + 1 < argc)
            victim = atoi(argv[++i]);
        else if (!strcmp(argv[i], "--mib") && i + 1 < argc)
            mib = strtoul(argv[++i], NULL, 10);
        else {
            fprintf(stderr, "die: unknown option %s\n", argv[i]);
            return 2;
        }
    if (strcmp(how, "abort") && strcmp(how, "segv") && strcmp(how, "kill") && strcmp(how, "exit")) {
        fprintf(stderr, "die: --how is abort, segv, kill or exit\n");
        return 2;
    }
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    MPI_Init(&argc, &argv);
    int rank = expect_rank();
    MPI_Pcontrol(1, "healthy");
    MPI_Barrier(MPI_COMM_WORLD), expect("MPI_Barrier", MPI_COMM_WORLD, __FILE__, __LINE__, 0, 0);
    for (int i = 0; i < 10; i++)
        MPI_Allreduce(&one, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD), expect("MPI_Allreduce", MPI_COMM_WORLD, __FILE__, __LINE__, 4, 4);
    MPI_Pcontrol(-1, "healthy");
    MPI_Pcontrol(1, "doomed");
    MPI_Bcast(&sum, 1, MPI_INT, 0, MPI_COMM_WORLD), expect("MPI_Bcast", MPI_COMM_WORLD, __FILE__, __LINE__, rank ? 0 : 4, rank ? 4 : 0);
    if (rank == victim) {
        expect_say("DIES rank=%d how=%s phase=doomed mib=%zu", rank, how, mib);
        expect_flush_alone();
        hold(mib << 20);
        nanosleep(&(struct timespec){.tv_nsec = 300000000}, NULL); /* the others are in the Barrier by now */
        die(how);
    }
    expect_say("INSIDE rank=%d call=MPI_Barrier comm_size=%d line=%d phase=doomed", rank, expect_size(MPI_COMM_WORLD), __LINE__ + 2);
    expect_flush_alone();
    MPI_Barrier(MPI_COMM_WORLD);
    fprintf(stderr, "die: rank %d left the Barrier\n", rank); /* when no rank is called --rank */
    MPI_Finalize();
    return 0;
}
