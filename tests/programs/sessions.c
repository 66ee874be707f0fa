/* SPDX-License-Identifier: MIT */
/* MPI 4's sessions: argument by argument, in turn
 *   session   one session: a communicator of "mpi://WORLD" and two Barriers, between which the last rank has 40 MiB
 *   two       two concurrent sessions, closed in the order in which they were opened
 *   init, finalize   MPI_Init, MPI_Finalize
 *   open, close      a session that stays open, and its end
 *   die       the last rank kills itself
 *   fall      the last rank kills itself between the Barriers of a session */
#include <mpi.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if MPI_VERSION >= 4 || defined MPI_SESSION_NULL /* Open MPI 5 calls itself 3.1 */

#define HELD ((size_t)40 << 20)

static int rank = -1, size;

static MPI_Session open_session(void)
{
    MPI_Session session;

    MPI_Session_init(MPI_INFO_NULL, MPI_ERRORS_ARE_FATAL, &session);
    return session;
}

static MPI_Comm open_comm(MPI_Session session)
{
    MPI_Group group;
    MPI_Comm comm;

    MPI_Group_from_session_pset(session, "mpi://WORLD", &group);
    MPI_Comm_create_from_group(group, "memwatch.test", MPI_INFO_NULL, MPI_ERRORS_ARE_FATAL, &comm);
    MPI_Group_free(&group);
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    return comm;
}

static void hold(void)
{
    char *p = malloc(HELD);

    memset(p, 1, HELD);
    __asm__ volatile("" : : "r"(p) : "memory");
    free(p);
}

static void die(void)
{
    if (rank == size - 1)
        raise(SIGKILL);
}

static void use(MPI_Session session, int falls)
{
    MPI_Comm comm = open_comm(session);

    MPI_Barrier(comm);
    if (falls)
        die();
    if (rank == size - 1)
        hold();
    MPI_Barrier(comm);
    MPI_Comm_free(&comm);
}

static void use_one(int falls)
{
    MPI_Session session = open_session();

    use(session, falls);
    MPI_Session_finalize(&session);
}

static void use_two(void)
{
    MPI_Session first = open_session(), second = open_session();

    use(first, 0);
    MPI_Session_finalize(&first);
    use(second, 0);
    MPI_Session_finalize(&second);
}

int main(int argc, char **argv)
{
    MPI_Session kept = MPI_SESSION_NULL;

    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "session"))
            use_one(0);
        else if (!strcmp(argv[i], "fall"))
            use_one(1);
        else if (!strcmp(argv[i], "two"))
            use_two();
        else if (!strcmp(argv[i], "init"))
            MPI_Init(&argc, &argv);
        else if (!strcmp(argv[i], "finalize"))
            MPI_Finalize();
        else if (!strcmp(argv[i], "open"))
            kept = open_session();
        else if (!strcmp(argv[i], "close"))
            MPI_Session_finalize(&kept);
        else if (!strcmp(argv[i], "die"))
            die();
    }
    printf("rank %d of %d done\n", rank, size);
    return 0;
}

#else

int main(void)
{
    puts("SKIP this MPI has no sessions");
    return 77;
}

#endif
