/* SPDX-License-Identifier: MIT */
/* MPI_THREAD_MULTIPLE: several threads in collectives on separate communicators at the same time, while the main
 * thread has another one.   --threads N (4)   --calls N (500)
 *   EXPECT lines for all calls, with the sum over threads; exits 77 when the MPI gives less than MULTIPLE. */
#include "tests/programs/expect.h"
#include <pthread.h>
#include <stdatomic.h>

#define MOST 8

static int threads = 4, calls = 500;
static atomic_int line_of_threads;
static MPI_Comm comms[MOST];

static void *work(void *which)
{
    MPI_Comm comm = comms[(long)which];
    long in = 1, out = 0;
    int size;

    MPI_Comm_size(comm, &size);
    for (int i = 0; i < calls; i++) {
        line_of_threads = __LINE__ + 1;
        MPI_Allreduce(&in, &out, 1, MPI_LONG, MPI_SUM, comm);
        if (out != size)
            MPI_Abort(MPI_COMM_WORLD, 1);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t ids[MOST];
    int provided;

    for (int i = 1; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--threads"))
            threads = atoi(argv[i + 1]);
        else if (!strcmp(argv[i], "--calls"))
            calls = atoi(argv[i + 1]);
    }
    MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &provided);
    if (provided < MPI_THREAD_MULTIPLE || threads > MOST) {
        MPI_Finalize();
        return 77;
    }
    for (int i = 0; i < threads; i++)
        MPI_Comm_dup(MPI_COMM_WORLD, &comms[i]), expect_call("MPI_Comm_dup", __FILE__, __LINE__);
    for (long i = 0; i < threads; i++)
        pthread_create(&ids[i], NULL, work, (void *)i);
    for (int i = 0; i < calls; i++)
        MPI_Barrier(MPI_COMM_WORLD), expect("MPI_Barrier", MPI_COMM_WORLD, __FILE__, __LINE__, 0, 0);
    for (int i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
    for (int i = 0; i < threads * calls; i++)
        expect("MPI_Allreduce", MPI_COMM_WORLD, __FILE__, line_of_threads, 8, 8);
    for (int i = 0; i < threads; i++)
        MPI_Comm_free(&comms[i]), expect_call("MPI_Comm_free", __FILE__, __LINE__);
    int status = expect_flush();
    MPI_Finalize();
    return status;
}
